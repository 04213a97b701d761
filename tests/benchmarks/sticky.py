"""A small sticky proxy for the benchmark of several processes; an office keeps a real one (docs/security.md has its settings).

It passes bytes on. Which process a connection goes to is told by the session's cookie in its first request, before there is one by
the client's address. A request that does not become a socket is its connection's last, so that the next one is judged by its own
cookie: a page's downloads are known only to the process that drew it.
"""

import argparse
import asyncio
import contextlib
import hashlib
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence

from tests.benchmarks.clicking import require_loopback
from tests.chromium import CHECKOUT, free_port

COOKIE = re.compile(rb"(?i)^cookie:.*?\bhall_session=([^;\s]+)", re.M)
UPGRADE = re.compile(rb"(?im)^upgrade:\s*websocket")
CONNECTION = re.compile(rb"(?im)^connection:[^\r\n]*\r\n")
MOST_HEAD, BLOCK = 2**16, 2**16
TAKEN_HEAD_S = 30.0
END = b"\r\n\r\n"


def chosen(head: bytes, client: str, many: int) -> int:
    """Which of so many processes this request goes to: always the same one for a session."""
    found = COOKIE.search(head)
    named = found[1] if found else client.encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:8], "big") % many


def only_request(head: bytes) -> bytes:
    """The request, as the last one of its connection unless it asks for a socket."""
    if UPGRADE.search(head):
        return head
    return CONNECTION.sub(b"", head).removesuffix(END) + b"\r\nConnection: close" + END


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while block := await source.read(BLOCK):
            target.write(block)
            await target.drain()
        target.write_eof()


async def serve(port: int, backends: Sequence[int]) -> None:
    """Passes on what comes to this port of the loopback address, until it is cancelled."""

    # The event loop holds its tasks weakly.
    running: set[asyncio.Task[None] | None] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind: asyncio.StreamWriter | None = None
        task = asyncio.current_task()
        running.add(task)
        try:
            head = await asyncio.wait_for(reader.readuntil(END), TAKEN_HEAD_S)
            backend = backends[chosen(head, str(writer.get_extra_info("peername")[0]), len(backends))]
            answers, behind = await asyncio.open_connection("127.0.0.1", backend)
            behind.write(only_request(head))
            asked = asyncio.create_task(_pass_on(reader, behind))
            # It ends with the last of the answer; a browser keeps its side open.
            await _pass_on(answers, writer)
            asked.cancel()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            for one in (writer, behind):
                if one is not None:
                    one.close()
            running.discard(task)

    async with await asyncio.start_server(connection, "127.0.0.1", port, limit=MOST_HEAD) as server:
        await server.serve_forever()


@contextlib.contextmanager
def sticky(addresses: Sequence[str]) -> Iterator[str]:
    """The proxy in front of these addresses of this machine, in a process of its own; gives its address."""
    ports = [require_loopback(address).rpartition(":")[2] for address in addresses]
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.sticky", "--port", str(port), *ports], cwd=CHECKOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """`python -m tests.benchmarks.sticky --port PORT BACKEND_PORT...`, all on the loopback address."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.sticky")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("backends", type=int, nargs="+")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.port, options.backends))


if __name__ == "__main__":
    main()
