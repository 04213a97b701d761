"""A place in object storage that speaks S3, through pyarrow: DuckDB would need an extension for it.

Versions are written and read near, in a folder of this machine, and copied whole. An object is there whole or not at all, and one that
is written again takes the place of the former in one step: so the pointer is put last, as it is replaced last on a disk.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING

from etl.config import HallError
from etl.lake.bucketerrors import refusal
from etl.lake.credentials import Credentials
from etl.lake.storage import MANIFEST, Version

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, S3FileSystem

# Files are small and many: what takes long is asking, not carrying.
AT_ONCE = 8
PIECE_BYTES = 8 * 2**20


@dataclass(frozen=True)
class Bucket:
    """A place below a bucket's prefix. `root` is `bucket/prefix`, `endpoint` what people are told of the storage."""

    files: "S3FileSystem"
    root: str
    near: Path
    endpoint: str
    keys: Credentials = field(repr=False)

    @property
    def shown(self) -> str:
        return f"s3a://{self.root}"

    def address(self, name: str) -> str:
        return f"{self.shown}/{name}"

    def within(self, name: str) -> "Bucket":
        return replace(self, root=f"{self.root}/{name}", near=self.near / name)

    def require(self) -> None:
        """Raises HallError where the storage cannot be reached, refuses the keys, or has no such bucket."""
        from pyarrow.fs import FileType

        bucket = self.root.partition("/")[0]
        with self._told():
            if self.files.get_file_info(bucket).type == FileType.NotFound:
                raise HallError(f"{self.endpoint} 上没有存储桶 {bucket}", f"there is no bucket {bucket} at {self.endpoint}")

    def names(self) -> list[str]:
        with self._told():
            return sorted(PurePosixPath(info.path).name for info in self._listed(self.root, recursive=False))

    def text(self, name: str) -> str | None:
        with self._told():
            try:
                with self.files.open_input_stream(f"{self.root}/{name}", compression=None) as file:
                    return str(file.read().decode("utf-8", errors="replace"))
            except FileNotFoundError:
                return None

    def put(self, name: str, text: str) -> None:
        with TemporaryDirectory(dir=self.near.parent) as folder:
            written = Path(folder) / "text"
            written.write_text(text, "utf-8")
            # Not in this thread, which alone can be interrupted: a stream left in the middle would store half of it.
            with self._told():
                self._all(self._put, [(written, f"{self.root}/{name}")])

    def versions(self, kind: str) -> list[Version]:
        with self._told():
            found: dict[str, dict[str, float]] = {}
            for inside, info in self._files(self.root):
                if inside.startswith(f"{kind}-"):
                    name, _, file = inside.partition("/")
                    found.setdefault(name, {})[file] = info.mtime.timestamp()
        return [Version(name, MANIFEST in written, max(written.values())) for name, written in found.items()]

    def fetch(self, version: str) -> None:
        folder, working = self.near / version, self.near / f".{version}"
        if folder.exists():
            return
        with self._told():
            listed = self._files(f"{self.root}/{version}")
            try:
                # A version that is taken away loses its manifest first: where it still has one, the list is whole.
                if self.text(f"{version}/{MANIFEST}") is None:
                    raise FileNotFoundError(version)
                self._all(self._get, ((working / _safe(inside), info.path) for inside, info in listed))
            except FileNotFoundError:
                raise HallError(
                    f"{self.address(version)} 在读取时已被更新的版本取代：请重新运行",
                    f"{self.address(version)} was replaced by a newer version while it was read: run it again",
                ) from None
        working.replace(folder)

    def send(self, version: str) -> None:
        folder = self.near / version
        sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
        with self._told():
            self._all(self._put, ((folder / inside, f"{self.root}/{version}/{inside}") for inside in sizes))
            arrived = {inside: info.size for inside, info in self._files(f"{self.root}/{version}")}
        if arrived != sizes:
            raise HallError(
                f"上传到 {self.address(version)} 的文件不完整，原来的版本没有变：请重新运行",
                f"not every file arrived whole at {self.address(version)}, the former version stays: run it again",
            )

    def remove(self, version: str) -> None:
        shutil.rmtree(self.near / version, ignore_errors=True)
        with self._told():
            with suppress(FileNotFoundError):
                self.files.delete_file(f"{self.root}/{version}/{MANIFEST}")
            self.files.delete_dir(f"{self.root}/{version}")

    def _listed(self, folder: str, recursive: bool) -> "list[FileInfo]":
        from pyarrow.fs import FileSelector

        return list(self.files.get_file_info(FileSelector(folder, recursive=recursive, allow_not_found=True)))

    def _files(self, folder: str) -> "list[tuple[str, FileInfo]]":
        """The objects below a folder, each with its name within it."""
        return [(info.path.removeprefix(f"{folder}/"), info) for info in self._listed(folder, recursive=True) if info.is_file]

    def _get(self, path: Path, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.files.open_input_stream(name, compression=None) as source, path.open("xb") as file:
            shutil.copyfileobj(source, file, PIECE_BYTES)

    def _put(self, path: Path, name: str) -> None:
        # No `with`, and not pyarrow's own copying of files: both lose what the storage says when a stream is closed, and it is only then
        # that a small file is sent.
        file = self.files.open_output_stream(name, compression=None)
        with path.open("rb") as source:
            shutil.copyfileobj(source, file, PIECE_BYTES)
        file.close()

    def _all(self, carry: Callable[[Path, str], None], pairs: Iterable[tuple[Path, str]]) -> None:
        """Several at once. One that fails is raised, and none is begun after it: each would wait for an answer as long."""
        failed = Event()

        def one(pair: tuple[Path, str]) -> None:
            if failed.is_set():
                return
            try:
                carry(*pair)
            except BaseException:
                failed.set()
                raise

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(one, pairs):
                pass

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the storage answered, in words."""
        try:
            yield
        except OSError as error:
            told = refusal(error, self.endpoint, self.root.partition("/")[0], self.keys)
            if told is None:
                raise
            raise told from None


def _safe(inside: str) -> PurePosixPath:
    """The name of an object within its version, as a path. Raises HallError for one that would lead out of it."""
    parts = inside.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        raise HallError(f"对象名 {inside!r} 不能作为文件名", f"the object {inside!r} cannot be a file")
    return PurePosixPath(*parts)
