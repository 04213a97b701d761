"""The list of exports and the worker: who, when, progress, cancel, resume, a worker that is killed, a download that makes nothing."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest
from chromium import CHECKOUT

from dashboard.reports import exports
from dashboard.reports.asking import Asked
from dashboard.reports.exports import Cancelled
from dashboard.reports.working import work
from etl.access.principal import Principal
from etl.office import entries, open_office, verify

NOW = datetime(2019, 1, 3, 9)


def months(*numbers):
    return [Asked("month", f"2018-{number:02d}", ("xlsx",)) for number in numbers]


def test_what_is_asked_for_is_made_and_kept_with_who_and_when(own_home):
    (number,) = exports.ask(own_home, [Asked("month", "2018-10", ("xlsx", "pdf"), has_charts=False)], "local", NOW)
    assert work(own_home) == 1
    (job,) = exports.jobs(own_home)
    assert (job.number, job.state, job.actor, job.asked_at) == (number, "done", "local", "2019-01-03T09:00:00")
    assert [file.format for file in job.files] == ["pdf", "xlsx"]
    for file in job.files:
        path = exports.folder(own_home, number) / file.name
        assert path.stat().st_size == file.bytes
        assert exports.known_file(own_home, file.sha256) == job
    actions = [entry.action for entry in entries(open_office(own_home))]
    assert actions == ["report.made", "report.asked"]
    assert verify(open_office(own_home)) is None


def test_a_download_reads_the_file_and_leaves_a_trace(own_home):
    (number,) = exports.ask(own_home, months(10), "local", NOW)
    work(own_home)
    (file,) = exports.jobs(own_home)[0].files
    path = exports.folder(own_home, number) / file.name
    before = path.stat().st_mtime_ns
    content = exports.downloaded(own_home, number, "xlsx", Principal("wang", "manager"), NOW)
    assert content == path.read_bytes()
    assert path.stat().st_mtime_ns == before
    newest = entries(open_office(own_home))[0]
    assert (newest.actor, newest.action, newest.subject) == ("wang", "report.downloaded", f"report:{number}")


def test_a_batch_comes_from_one_snapshot_in_its_order(own_home):
    numbers = exports.ask(own_home, months(1, 2, 3), "local", NOW, "2018")
    first = exports.claim(own_home, os.getpid(), NOW)
    assert first is not None
    assert (first.number, first.batch) == (numbers[0], "2018")
    assert len({job.snapshot_id for job in exports.jobs(own_home)}) == 1


def test_a_second_worker_leaves_the_first_alone(own_home):
    exports.ask(own_home, months(1, 2), "local", NOW)
    assert exports.claim(own_home, os.getppid(), NOW) is not None
    assert exports.claim(own_home, os.getpid(), NOW) is None


def test_a_worker_that_has_long_been_silent_is_taken_for_dead(own_home):
    exports.ask(own_home, months(1), "local", NOW)
    assert exports.claim(own_home, os.getppid(), NOW) is not None
    again = exports.claim(own_home, os.getpid(), NOW + timedelta(minutes=6))
    assert again is not None
    assert again.period == "2018-01"


def test_cancelling_stops_what_waits_and_what_runs_and_resuming_makes_the_rest(own_home):
    numbers = exports.ask(own_home, months(1, 2, 3), "local", NOW, "2018")
    job = exports.claim(own_home, os.getpid(), NOW)
    assert job is not None
    exports.advance(own_home, job.number, 0.3, "xlsx", NOW)
    exports.cancel(own_home, numbers, "local", NOW)
    with pytest.raises(Cancelled):
        exports.advance(own_home, job.number, 0.5, "charts", NOW)
    assert work(own_home) == 0
    assert {job.state for job in exports.jobs(own_home)} == {"cancelled"}
    exports.resume(own_home, numbers[1:], "local", NOW)
    assert work(own_home) == 2
    assert [job.state for job in exports.jobs(own_home)] == ["done", "done", "cancelled"]


def test_what_is_made_is_neither_cancelled_nor_made_again(own_home):
    numbers = exports.ask(own_home, months(1), "local", NOW)
    work(own_home)
    exports.cancel(own_home, numbers, "local", NOW)
    exports.resume(own_home, numbers, "local", NOW)
    assert exports.jobs(own_home)[0].state == "done"


def test_one_that_cannot_be_made_says_why_and_the_next_is_made(own_home):
    exports.ask(own_home, [Asked("month", "2019-05", ("xlsx",)), *months(2)], "local", NOW)
    assert work(own_home) == 1
    made, failed = exports.jobs(own_home)
    assert (made.state, failed.state) == ("done", "failed")
    assert "还没有数据" in failed.message


def test_a_killed_worker_s_report_is_made_by_the_next_one(own_home):
    exports.ask(own_home, [Asked("month", "2018-10", ("xlsx", "docx", "pdf"))], "local", NOW)
    worker = subprocess.Popen(
        [sys.executable, "-m", "dashboard.reports", "work"],
        cwd=CHECKOUT,
        env={**os.environ, "HALL_HOME": str(own_home.root)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while exports.jobs(own_home)[0].state != "running":
        assert time.monotonic() < until
        time.sleep(0.05)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert exports.jobs(own_home)[0].state == "running"
    assert work(own_home) == 1
    job = exports.jobs(own_home)[0]
    assert job.state == "done"
    assert len(job.files) == 3
