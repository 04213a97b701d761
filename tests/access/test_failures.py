"""Failed sign-ins: waits that grow, nobody locked out for long by somebody else, nothing that grows with the attempts."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from served import client, sign_in
from signed_in import NOON, PASSWORD, known

from etl.access import failures, keys, passwords, people, signin
from etl.access.failures import ADDRESS, EVERYWHERE, PAIR
from etl.access.principal import Principal
from etl.config import HallError
from etl.office import entries, open_office, verify

WRONG = "Wrong-Lantern-77"


@pytest.fixture
def office(home):
    found = open_office(home)
    known(found, Principal("li", "manager"))
    known(found, Principal("wang", "leader"))
    return found


def attempt(office, name, password, address, seconds=0):
    return signin.by_password(office, name, password, address, NOON + timedelta(seconds=seconds))


def test_a_right_password_during_a_wait_is_not_taken_and_after_it_is(office):
    for _ in range(PAIR.free):
        assert attempt(office, "li", WRONG, "a").principal is None
    during = attempt(office, "li", PASSWORD, "a", 1)
    assert during.principal is None
    assert during.wait > 0
    assert attempt(office, "li", PASSWORD, "b", 1).principal is not None
    assert attempt(office, "li", PASSWORD, "a", PAIR.first + 1).principal is not None


def test_waits_grow_and_survive_a_restart(office, home):
    at, waits = 0.0, []
    for _ in range(PAIR.free + 5):
        attempt(office, "li", WRONG, "a", at)
        wait = failures.waiting(open_office(home), "li", "a", NOON.timestamp() + at)
        waits.append(wait)
        at += wait + 0.01
    assert waits[: PAIR.free - 1] == [0] * (PAIR.free - 1)
    assert waits[PAIR.free - 1 :] == sorted(waits[PAIR.free - 1 :])
    assert waits[-1] > waits[PAIR.free - 1]


def test_a_colleague_cannot_lock_one_out_for_long(office):
    """From many addresses at once: the name waits everywhere only after many failures, and briefly."""
    for number in range(EVERYWHERE.free - 1):
        attempt(office, "li", WRONG, f"10.0.0.{number}")
    assert attempt(office, "li", PASSWORD, "desk").principal is not None
    for number in range(EVERYWHERE.free * 3):
        attempt(office, "li", WRONG, f"10.0.1.{number}", number)
    assert failures.waiting(office, "li", "desk", NOON.timestamp() + EVERYWHERE.free * 3) <= EVERYWHERE.longest


@given(failed=st.integers(0, 5000))
def test_no_wait_is_longer_than_its_limit(failed):
    for limit in (PAIR, EVERYWHERE, ADDRESS):
        assert 0 <= limit.wait(failed) <= limit.longest
        assert limit.wait(failed) <= limit.wait(failed + 1)


def test_names_that_do_not_exist_leave_no_rows(office):
    for number in range(100):
        attempt(office, f"nobody{number}", WRONG, "a", number * 4000)
    with office.reading() as con:
        assert con.execute("select count(*) from failure").fetchone()[0] == 1


def test_a_disabled_person_is_as_wrong_as_a_wrong_password(office):
    people.set_disabled(office, "li", True, "test", NOON)
    assert attempt(office, "li", PASSWORD, "a") == attempt(office, "nobody", PASSWORD, "b")


def memory(address: str) -> int:
    """Kilobytes that the server of this address holds."""
    port = address.rsplit(":", 1)[1]
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"dashboard" in line and port.encode() in line:
                status = (folder / "status").read_text()
                return next(int(text.split()[1]) for text in status.splitlines() if text.startswith("VmRSS"))
    raise AssertionError("no server")


def test_a_thousand_failures_from_one_client_open_nothing_and_keep_nobody_else_out(server, people_home):
    office = open_office(people_home)
    known(office, Principal("victim", "manager"))
    with client(server, "127.0.0.66") as attacker:
        for number in range(50):
            sign_in(attacker, f"warm{number}", WRONG)
        before, statuses = memory(server), []
        for number in range(1000):
            statuses.append(sign_in(attacker, ("victim", "leader", f"x{number}")[number % 3], f"{WRONG}{number}").status_code)
        assert "hall_session" not in attacker.cookies
        assert set(statuses) <= {401, 429}
        assert statuses.count(429) > 900
        assert sign_in(attacker, "victim").status_code == 429
    with client(server, "127.0.0.67") as other:
        assert sign_in(other, "victim").status_code == 303
        assert sign_in(other, "leader").status_code == 303
    assert memory(server) - before < 20_000
    with office.reading() as con:
        assert con.execute("select count(*) from failure").fetchone()[0] < 20
    refused = [entry for entry in entries(office, 5000, "session.refused") if "127.0.0.66" in entry.detail]
    assert 0 < len(refused) < 200
    assert verify(office) is None


@pytest.mark.parametrize("password", ["short-1A", "alllowercase", "Password-2018", "Aaaaaaaa11", "wang-Wang-99", "x" * 129 + "A1"])
def test_weak_passwords_are_refused(password):
    with pytest.raises(HallError):
        passwords.check(password, "wang")


def test_first_passwords_satisfy_their_own_rules_and_differ():
    made = {passwords.first_password() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        passwords.check(one, "wang")


def test_a_password_is_kept_as_argon2id_only(office):
    with office.reading() as con:
        kept = con.execute("select password from person").fetchall()
    assert all(row["password"].startswith("$argon2id$") for row in kept)


@settings(max_examples=50)
@given(text=st.text(min_size=1), other=st.binary(min_size=32, max_size=32))
def test_only_our_own_signature_is_taken(text, other):
    key = b"k" * 32
    assert keys.unsigned(key, keys.signed(key, text)) == text if text.isascii() else True
    if other != key:
        assert keys.unsigned(other, keys.signed(key, "token")) is None
    assert keys.unsigned(key, text) is None


def test_keys_are_made_once_readable_by_nobody_else_and_can_lie_elsewhere(home, tmp_path, monkeypatch):
    first = keys.key(home, "cookie")
    assert keys.key(home, "cookie") == first
    assert (home.root / "keys" / "cookie.key").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("HALL_KEYS", str(tmp_path / "elsewhere"))
    assert keys.key(home, "cookie") != first
    (tmp_path / "elsewhere" / "short.key").write_text("ab")
    with pytest.raises(HallError):
        keys.key(home, "short")


def test_names_that_headers_cannot_carry_are_refused(office):
    for name in ("王芳", "a", "A b", "x" * 40, "li\n", "1abc"):
        with pytest.raises(HallError):
            people.add(office, Principal(name, "leader"), PASSWORD, "test", datetime.now())
