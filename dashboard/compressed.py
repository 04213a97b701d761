"""Streamlit's own scripts and styles, compressed once and kept: a first visit over a slow line waits for a third of the bytes.

Streamlit serves them as they are, because compressing them anew for each visitor costs the server what it saves on the line.
"""

import gzip
import logging
import os
import re
import shutil
import tempfile
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import FileResponse
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)
ROOT = Path(st.__file__).parent / "static"
# The name of such a file holds a digest of what is in it: it never changes, and a browser need not ask again.
HASHED = re.compile(r"/(static/(?:js|css)/[\w.\-]+\.(js|css))")
TYPES = {"js": "text/javascript", "css": "text/css"}
LASTING = "public, immutable, max-age=31536000"
# What is smaller is not worth a file of its own.
LEAST_BYTES = 1024
PREFIX = "web-"


def folder_of(tmp: Path) -> Path:
    """Where the compressed files of the installed Streamlit lie in this folder; those of others are removed."""
    kept = tmp / f"{PREFIX}{st.__version__}"
    for other in tmp.glob(f"{PREFIX}*"):
        if other != kept:
            shutil.rmtree(other, ignore_errors=True)
    return kept


def compress(name: str, folder: Path, root: Path = ROOT) -> Path | None:
    """The compressed file of `name`, a path within `root`; made when it is not there yet. None where it cannot be made or is not worth it:
    a disk that is full or may not be written must not keep the dashboard from being seen."""
    made, source = folder / f"{name.rsplit('/', 1)[-1]}.gz", root / name
    if made.is_file():
        return made
    try:
        if source.stat().st_size < LEAST_BYTES:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                packed.write(source.read_bytes())
            # Two visitors, or two servers of one home, may make it at once: each leaves a whole file.
            Path(part).replace(made)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        log.warning("%s is served as it is: %s", name, error.strerror)
        return None
    return made


class Compressed:
    """Serves those files compressed to whoever takes that; passes everything else through."""

    def __init__(self, app: ASGIApp, folder: Path, root: Path = ROOT) -> None:
        self.app, self.folder, self.root = app, folder, root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = HASHED.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if asked and "gzip" in Headers(scope=scope).get("accept-encoding", "") and "range" not in Headers(scope=scope):
            made = await run_in_threadpool(compress, asked[1], self.folder, self.root)
            if made is not None:
                headers = {"content-encoding": "gzip", "vary": "Accept-Encoding", "cache-control": LASTING}
                await FileResponse(made, headers=headers, media_type=TYPES[asked[2]])(scope, receive, send)
                return
        await self.app(scope, receive, send)
