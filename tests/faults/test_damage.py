"""Flipped and cut bytes: seen by checksum, told with a cure, the last good version shown, the evidence left where it is."""

import json
import random
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from broken import content, copied, current_name, require_refusal, run
from drawn_page import opener

from dashboard.store import open_current
from etl.config import HallError, Home, connect
from etl.doctor import Finding, look_at
from etl.office import append, open_office
from etl.publish import Manifest, publish, rollback, snapshots
from etl.soundness import damage_of, shown

TRIES = 40
TODAY = datetime(2026, 6, 30).date()


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """One bit changed, a stretch overwritten, or the end cut off."""
    kind, at = chance.randrange(3), chance.randrange(len(data))
    if kind == 0:
        return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    if kind == 1:
        stretch = chance.randbytes(min(512, len(data) - at))
        return data[:at] + stretch + data[at + len(stretch) :]
    return data[:at]


def finding(home: Home, check: str) -> Finding:
    return look_at(check, home, TODAY)


def two_versions(home: Home) -> tuple[str, str]:
    """A later version, which differs in what it says of itself."""
    return current_name(home), changed_and_published(home, datetime.now()).id


def changed_and_published(home: Home, now: datetime) -> Manifest:
    with connect(home) as con:
        con.execute("insert into meta values ('mark', ?)", [str(now)])
        return publish(con, home, now)


def cases(home: Home) -> int:
    with open_current(home).snapshot.whole() as con:
        row = con.execute("select count(*) from fact_case").fetchone()
        assert row is not None
        return int(row[0])


def test_any_change_of_a_snapshot_or_its_manifest_is_seen(hall: Home) -> None:
    name, chance = current_name(hall), random.Random(1818)
    seen = {"duckdb": 0, "json": 0}
    for suffix in seen:
        path = hall.snapshots / f"{name}.{suffix}"
        whole = path.read_bytes()
        for _ in range(TRIES):
            changed = spoilt(whole, chance)
            if changed == whole:
                continue
            path.write_bytes(changed)
            assert damage_of(hall.snapshots / f"{name}.duckdb") is not None
            seen[suffix] += 1
        path.write_bytes(whole)
        assert damage_of(hall.snapshots / f"{name}.duckdb") is None
    assert min(seen.values()) >= TRIES - 2


def test_the_last_good_version_is_shown_and_doctor_says_what_to_do(hall: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two_versions(hall)
    assert open_current(hall).snapshot_id == second
    path = hall.snapshots / f"{second}.duckdb"
    damaged = spoilt(path.read_bytes(), random.Random(2))
    path.write_bytes(damaged)
    assert open_current(hall).snapshot_id == first
    assert cases(hall) == 2000
    page = opener(hall, monkeypatch)("throughput", lang="en", period="year", on="2018-10-01")
    assert any("The current snapshot is damaged" in warned.value for warned in page.warning)
    found = run(hall, "doctor", "--json")
    assert found.returncode == 1
    row = next(one for one in json.loads(found.stdout)["rows"] if one["check"] == "snapshot")
    assert not row["ok"]
    for text in (row["message"], row["message_en"]):
        assert second in text
        assert f"hall rollback {first}" in text
    # Who asks for figures by name gets no other version in silence.
    question = ("indicator", "received", "--from", "2018-10-01", "--to", "2018-10-31")
    require_refusal(run(hall, *question), "已损坏", "is damaged")
    with pytest.raises(HallError, match="is damaged"):
        rollback(hall, second)
    # Publishing the same content anew leaves the damaged file as it is.
    with connect(hall) as con:
        third = publish(con, hall)
    assert third.is_new
    assert current_name(hall) == third.id > second
    assert open_current(hall).snapshot_id == third.id
    assert path.read_bytes() == damaged
    assert rollback(hall) == first


@pytest.mark.parametrize(
    "written", [b"", b"\xff\xfe\x00garbage", b"20991231T000000-00000000\n", None], ids=["empty", "garbage", "no-such-version", "gone"]
)
def test_a_broken_pointer_shows_the_newest_version_and_can_be_set_again(hall: Home, written: bytes | None) -> None:
    name, pointer = current_name(hall), hall.snapshots / "current"
    pointer.unlink() if written is None else pointer.write_bytes(written)
    found = shown(hall)
    assert found is not None
    assert (found.path.stem, found.damage is not None) == (name, True)
    assert cases(hall) == 2000
    assert not finding(hall, "snapshot").ok
    assert rollback(hall, name) == name
    assert finding(hall, "snapshot").ok


def test_nothing_sound_is_said_so_and_nothing_is_removed(hall: Home) -> None:
    name = current_name(hall)
    for path in hall.snapshots.glob(f"{name}.*"):
        path.write_bytes(path.read_bytes()[:-100])
    left = {path.name: path.read_bytes() for path in hall.snapshots.iterdir()}
    with pytest.raises(HallError, match="is damaged"):
        open_current(hall)
    assert snapshots(hall) == []
    assert not finding(hall, "snapshot").ok
    with connect(hall) as con:
        assert publish(con, hall).is_new
    assert {name: (hall.snapshots / name).read_bytes() for name in left if name != "current"} == {
        name: data for name, data in left.items() if name != "current"
    }
    assert cases(hall) == 2000


def test_a_manifest_of_an_earlier_release_is_read_as_ever(hall: Home) -> None:
    path = hall.snapshots / f"{current_name(hall)}.json"
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({key: value for key, value in document.items() if key not in ("sha256", "seal")}), "utf-8")
    assert finding(hall, "snapshot").ok
    assert [one.id for one in snapshots(hall)] == [path.stem]


def test_a_damaged_warehouse_is_found_or_nothing_of_it_is_different(made: Path, tmp_path: Path) -> None:
    """Free blocks of the file may change unseen: then every row of every table must be as it was."""
    home = copied(made, tmp_path / "hall")
    whole, before, chance = home.warehouse.read_bytes(), content(home), random.Random(1995)
    told = 0
    assert finding(home, "warehouse").ok
    for _ in range(TRIES // 2):
        changed = spoilt(whole, chance)
        home.warehouse.write_bytes(changed)
        found = finding(home, "warehouse")
        if found.ok:
            assert content(home) == before
        else:
            told += 1
            assert "另一个任务" not in found.zh
            assert re.search("备份|hall doctor", found.zh)
            assert re.search("backup|hall doctor", found.en)
        assert home.warehouse.read_bytes() == changed
    assert told >= TRIES // 8
    home.warehouse.write_bytes(whole[: len(whole) // 2])
    shown_before = current_name(home)
    require_refusal(run(home, "publish"), "数据库文件已损坏", "is damaged")
    assert current_name(home) == shown_before
    assert cases(home) == 2000
    assert home.warehouse.read_bytes() == whole[: len(whole) // 2]


@pytest.mark.parametrize(
    "spoil",
    [
        "delete from batch where batch_id = 'B000001'",
        "update batch set inserted = inserted - 1, updated = updated + 1",
        "delete from stored_case where case_no = 'A000007'",
        "update batch set read = read + 1",
    ],
)
def test_a_ledger_that_is_not_whole_is_told(hall: Home, tmp_path: Path, spoil: str) -> None:
    with connect(hall) as con:
        con.execute("insert into batch select * replace ('B000002' as batch_id, 0 as read, 0 as inserted) from batch")
    assert finding(hall, "warehouse").ok
    with connect(hall) as con:
        con.execute(spoil)
    assert not finding(hall, "warehouse").ok


def test_a_damaged_office_file_is_told_and_the_trail_follows_its_chain(hall: Home) -> None:
    office = open_office(hall)
    with office.writing() as con:
        for number in range(300):
            append(con, "someone", "signal.acknowledged", f"S{number}", datetime(2018, 10, 8) + timedelta(minutes=number))
    with closing(sqlite3.connect(office.path)) as con:
        con.execute("pragma wal_checkpoint(truncate)")
    assert finding(hall, "office").ok
    whole, chance, told = office.path.read_bytes(), random.Random(7), 0
    wanted = rows(office.path)
    for _ in range(TRIES):
        changed = spoilt(whole, chance)
        office.path.write_bytes(changed)
        for beside in ("-wal", "-shm"):
            Path(f"{office.path}{beside}").unlink(missing_ok=True)
        found = finding(hall, "office")
        told += not found.ok
        if found.ok:
            assert rows(office.path) == wanted
        else:
            assert "备份" in found.zh
            assert "backup" in found.en
        assert office.path.read_bytes() == changed
    assert told >= TRIES // 4


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
        return con.execute("select * from audit order by number").fetchall()


def test_a_clock_set_back_does_not_change_the_order_of_versions(hall: Home) -> None:
    """What was published last is current, is the newest in the list, and a step back goes to the one published before it."""
    first = current_name(hall)
    second = changed_and_published(hall, datetime.now() + timedelta(hours=-1))
    third = changed_and_published(hall, datetime.now() + timedelta(days=-400))
    assert third.published_at < second.published_at
    assert [one.id for one in snapshots(hall)] == [third.id, second.id, first]
    assert current_name(hall) == third.id
    assert (rollback(hall), rollback(hall)) == (second.id, first)
