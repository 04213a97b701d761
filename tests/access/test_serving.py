"""How a server may be started: demo and open mode never leave this machine, and a real home asks for an account first."""

import os
import subprocess
import sys
from pathlib import Path

import chromium
import httpx
import pytest
from signed_in import NOON, PASSWORD, known
from typer.testing import CliRunner

from etl.access.principal import Principal
from etl.cli import hall
from etl.commands.serve import access_of, is_synthetic
from etl.config import HallError, Home, connect
from etl.engine import build
from etl.ingest import load
from etl.office import append, entries, open_office
from etl.publish import publish

CHECKOUT = Path(__file__).parents[2]


def test_a_home_of_synthetic_data_without_accounts_serves_the_demo_here_only(hall_home):
    assert is_synthetic(hall_home)
    assert access_of(hall_home, "127.0.0.1") == "demo"
    with pytest.raises(HallError):
        access_of(hall_home, "0.0.0.0")


def test_a_home_of_real_data_asks_for_an_account_first(home: Home):
    path = home.inbox / "cases.csv"
    path.write_text("办件编号,收件时间\nA-1,2018-10-08 09:05\n", "utf-8")
    with connect(home) as con:
        load(con, home, [path])
        build(con, home)
        publish(con, home)
    assert not is_synthetic(home)
    with pytest.raises(HallError, match="hall user add"):
        access_of(home, "127.0.0.1")
    assert access_of(home, "127.0.0.1", is_open=True) == "open"
    with pytest.raises(HallError):
        access_of(home, "192.168.1.2", is_open=True)
    known(open_office(home), Principal("li", "manager"))
    assert access_of(home, "0.0.0.0") is None


@pytest.mark.parametrize("access", ["demo", "open"])
def test_the_server_itself_refuses_to_leave_this_machine_without_accounts(home, access):
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "--host", "0.0.0.0", "--port", "1", "--access", access],
        cwd=CHECKOUT,
        env={**os.environ, "HALL_HOME": str(home.root)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "0.0.0.0" in done.stderr


@pytest.mark.parametrize("access", ["demo", "open"])
def test_what_a_proxy_passes_on_and_other_names_are_refused_without_accounts(hall_home, tmp_path, access):
    with (
        chromium.served(hall_home.root, tmp_path / "log", access=access) as address,
        httpx.Client(base_url=address, trust_env=False) as browser,
    ):
        assert browser.get("/", headers={"Sec-Fetch-Site": "none"}).status_code in (200, 303)
        for headers in (
            {"X-Forwarded-For": "10.0.0.7"},
            {"Forwarded": "for=10.0.0.7"},
            {"Host": "hall.example"},
            {"X-Real-IP": "10.0.0.7"},
        ):
            assert browser.get("/", headers=headers).status_code == 403, headers


def run(home: Home, *arguments: str, given: str = ""):
    return CliRunner().invoke(hall(), ["--home", str(home.root), *arguments], input=given)


def test_people_are_added_listed_and_disabled_at_the_command_line(home: Home):
    made = run(home, "user", "add", "wang", "--role", "window_head", "--window", "一号窗口", "--name", "王芳")
    assert made.exit_code == 0, made.output
    assert "首次密码" in made.output
    assert run(home, "user", "add", "li", "--role", "leader", "--password-stdin", given=f"{PASSWORD}\n").exit_code == 0
    assert isinstance(run(home, "user", "add", "zhao", "--role", "boss").exception, HallError)
    assert isinstance(run(home, "user", "add", "zhao", "--role", "window_head").exception, HallError)
    assert run(home, "user", "disable", "li").exit_code == 0
    listed = run(home, "user", "list", "--json").output
    assert '"is_disabled": true' in listed
    assert "argon2" not in listed
    assert [entry.action for entry in entries(open_office(home))] == ["user.disabled", "user.added", "user.added"]


def test_the_trail_is_verified_at_the_command_line(home: Home):
    office = open_office(home)
    with office.writing() as con:
        append(con, "li", "export.taken", "x", NOON)
    assert run(home, "audit", "verify").exit_code == 0
    with office.writing() as con:
        con.execute("drop trigger audit_is_not_changed")
        con.execute("update audit set actor = 'wang'")
    assert isinstance(run(home, "audit", "verify").exception, HallError)
