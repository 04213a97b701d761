"""Opens a lake by what is said of it on the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.config import HallError
from etl.lake.storage import Folder, Place


@contextmanager
def lake_at(lake: str | Path) -> Iterator[Place]:
    """The lake in a folder. Raises HallError for what is no folder."""
    if "://" in str(lake):
        raise HallError(
            f"{lake} 是对象存储地址：DuckDB 不装扩展就无法读写它；请先导出到普通目录或网络共享，再用存储自带的工具同步",
            f"{lake} is object storage, which DuckDB cannot write or read without an extension: use a folder or a network share, "
            "and copy it with the storage's own tool",
        )
    yield Folder(Path(lake).expanduser().resolve())
