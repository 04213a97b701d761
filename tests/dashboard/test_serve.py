"""`hall serve`: refuses a busy port in two lines, serves the dashboard, and takes it down when it is stopped."""

import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from chromium import free_port

from etl.commands.serve import KEEPING, environment, require_free
from etl.config import HallError, Home

CHECKOUT = Path(__file__).parents[2]
# Six sign-ins hash a password, each in a thread of its own: MiB that the process has more afterwards.
HASHES = """
from pathlib import Path
from threading import Thread
from etl.access.passwords import hashed

def own():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon")) / 1024

def joined(work):
    thread = Thread(target=work)
    thread.start()
    thread.join()

hashed("before")
before = own()
for number in range(6):
    joined(lambda: hashed(f"Red-Lantern-{number}"))
print(own() - before)
"""
HALL = (sys.executable, "-c", "from etl.cli import main; main()")


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def test_a_busy_port_is_refused_in_two_lines(hall_home):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        done = subprocess.run(
            [*HALL, "serve", "--port", port, "--home", str(hall_home.root)], cwd=CHECKOUT, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 2
    assert port in lines[0]
    assert "--port" in lines[1]


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(HallError):
        require_free("192.0.2.1", 8501)


def test_what_the_command_was_given_goes_to_the_server_and_wins():
    given = {"PATH": "/bin", "HALL_ACCESS": "open", "HALL_HOME": "/elsewhere", "MALLOC_ARENA_MAX": "4"}
    made = environment(Home(Path("/hall")), given)
    assert (made["PATH"], made["HALL_HOME"], made["MALLOC_ARENA_MAX"]) == ("/bin", str(Path("/hall")), "4")
    assert "HALL_ACCESS" not in made


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the settings are those of glibc")
def test_signing_in_leaves_no_memory_behind():
    env = environment(Home(CHECKOUT), {name: value for name, value in os.environ.items() if name not in (*KEEPING, "HALL_ARGON2")})
    done = subprocess.run([sys.executable, "-c", HASHES], cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 8


@pytest.mark.parametrize(
    "stop",
    [
        pytest.param(lambda process: os.killpg(process.pid, signal.SIGINT), id="ctrl-c-reaches-both-processes"),
        pytest.param(lambda process: process.send_signal(signal.SIGINT), id="interrupt"),
        pytest.param(lambda process: process.send_signal(signal.SIGTERM), id="terminate"),
    ],
)
def test_serving_until_stopped_leaves_nothing_behind(hall_home, stop):
    port = free_port()
    process = subprocess.Popen(
        [*HALL, "serve", "--port", str(port), "--home", str(hall_home.root)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        # A shell that runs the tests in the background has them ignore the interrupt; a person's shell does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        until = time.monotonic() + 90
        while not answers(port):
            assert process.poll() is None, process.stdout and process.stdout.read()
            assert time.monotonic() < until
            time.sleep(0.3)
        stop(process)
        assert process.wait(60) == 0
        assert not answers(port)
        assert process.stdout is not None
        said = process.stdout.read().decode().strip().splitlines()
        assert [line for line in said if str(port) not in line] == []
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
