"""A share that really hangs: a small file system of the kernel's FUSE that takes a request, and does not answer while it is told not to.

`python hanging.py SOURCE FOLDER CONTROL` mounts the files of SOURCE at FOLDER and serves them until it is killed. While the file CONTROL
holds `all`, no request is answered; while it holds `read`, no more of a file is read than its first bytes. What is held is answered later.
"""

import contextlib
import ctypes
import errno
import os
import select
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

LOOKUP, GETATTR, OPEN, READ, STATFS, RELEASE, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, DESTROY = (
    1,
    3,
    14,
    15,
    17,
    18,
    25,
    26,
    27,
    28,
    29,
    38,
)
# Forgetting and interrupting want no answer.
NO_ANSWER = (2, 36, 42)
IN, OUT = struct.Struct("<IIQQIIII"), struct.Struct("<IiQ")
FIRST_BYTES = 1000
LONGEST = 150
MNT_DETACH = 2


def _attributes(path: Path, node: int) -> bytes:
    about = path.stat()
    seconds, rest = divmod(about.st_mtime_ns, 10**9)
    return struct.pack("<6Q3I7I", node, about.st_size, 0, *[seconds] * 3, *[rest] * 3, about.st_mode, 1, 0, 0, 0, 4096, 0)


def _answer(source: Path, nodes: list[Path], kind: int, node: int, asked: bytes) -> bytes:
    path = nodes[node - 1]
    if kind == INIT:
        return struct.pack("<IIIIHHIIHHI7I", 7, 31, 0, 0, 12, 9, 65536, 1, 0, 0, 0, *[0] * 7)
    if kind == GETATTR:
        return struct.pack("<QII", 0, 0, 0) + _attributes(path, node)
    if kind == LOOKUP:
        found = source / os.fsdecode(asked.rstrip(b"\0"))
        if found not in nodes:
            nodes.append(found)
        number = nodes.index(found) + 1
        return struct.pack("<QQQQII", number, 0, 0, 0, 0, 0) + _attributes(found, number)
    if kind in (OPEN, OPENDIR):
        # Past the kernel's cache: each reading is asked for.
        return struct.pack("<QII", 0, 1, 0)
    offset, size = struct.unpack_from("<8xQI", asked) if kind in (READ, READDIR) else (0, 0)
    if kind == READ:
        return path.read_bytes()[offset : offset + size]
    if kind == READDIR:
        listed = b""
        for number, one in enumerate(sorted(source.iterdir()) if offset == 0 else [], 1):
            name = os.fsencode(one.name)
            listed += struct.pack("<QQII", number + 1, number, len(name), stat.S_IFREG >> 12) + name + b"\0" * (-len(name) % 8)
        return listed
    if kind == STATFS:
        return bytes(80)
    if kind in (RELEASE, RELEASEDIR, FLUSH):
        return b""
    raise OSError(errno.ENOSYS, "not here")


def _is_held(control: Path, kind: int, asked: bytes) -> bool:
    now = control.read_text("utf-8")
    return kind != INIT and (now == "all" or (now == "read" and kind == READ and struct.unpack_from("<8xQ", asked)[0] >= FIRST_BYTES))


def serve(source: Path, folder: Path, control: Path) -> None:
    """Raises OSError where this user may not mount."""
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"hanging", os.fsencode(folder), b"fuse.hanging", 0, options):
        raise OSError(ctypes.get_errno(), "mount")
    nodes, held = [source], list[bytes]()
    while True:
        if select.select([device], [], [], 0.05)[0]:
            held.append(os.read(device, 1 << 17))
        for request in held[:]:
            _, kind, unique, node, *_ = IN.unpack_from(request)
            if kind not in NO_ANSWER and _is_held(control, kind, request[IN.size :]):
                continue
            held.remove(request)
            if kind in NO_ANSWER:
                continue
            try:
                told, number = _answer(source, nodes, kind, node, request[IN.size :]), 0
            except OSError as error:
                told, number = b"", -(error.errno or errno.EIO)
            # Who asked may have been killed since.
            with contextlib.suppress(OSError):
                os.write(device, OUT.pack(OUT.size + len(told), number, unique) + told)


@contextlib.contextmanager
def mounted_share(source: Path, folder: Path, control: Path) -> Iterator[str | None]:
    """The share at `folder`, which must be there; gives why it cannot be made here, None where it is."""
    control.write_text("", "utf-8")
    command = [sys.executable, __file__, str(source), str(folder), str(control)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8")
    # Whoever is held for ever by what is tested, the test itself not excepted, is let go.
    limit = threading.Timer(LONGEST, server.kill)
    limit.start()
    try:
        end = time.monotonic() + 30
        while not os.path.ismount(folder) and server.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        yield None if server.poll() is None else f"no file system can be mounted here ({server.communicate()[1].strip().splitlines()[-1]})"
    finally:
        limit.cancel()
        # What it held fails at once with its end.
        server.kill()
        server.communicate()
        if sys.platform == "linux":
            ctypes.CDLL(None).umount2(os.fsencode(folder), MNT_DETACH)


if __name__ == "__main__":
    serve(*map(Path, sys.argv[1:]))
