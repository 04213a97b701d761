"""A real Chromium against a real server, for browser tests and for the pictures of the README."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHECKOUT = Path(__file__).parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--lang=zh-CN",
]


def executable() -> str | None:
    """The browser of this machine; None when there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_answering(url: str, process: subprocess.Popen[bytes], seconds: float = 90) -> None:
    """Returns when the process answers there with 200; raises when it ended or did not come up in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(url, timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise TimeoutError(f"no answer from {url}")


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], seconds: float = 90) -> None:
    """Returns when the dashboard answers at this address."""
    wait_until_answering(f"{address}/_stcore/health", process, seconds)


@contextlib.contextmanager
def served(home: Path, log: Path, access: str | None = "open", environ: dict[str, str] | None = None) -> Iterator[str]:
    """The dashboard of this home on a free port, without a sign-in unless another `access` is named; gives its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "--port", str(port), *(("--access", access) if access else ())],
            cwd=CHECKOUT,
            env={**{k: v for k, v in os.environ.items() if k != "HALL_ACCESS"}, "HALL_HOME": str(home), **(environ or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_healthy(address, process)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()
