"""Opens a lake by what is said of it on the command line: a folder, or `s3a://BUCKET/PREFIX` as Spark writes it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from etl.config import HallError, Home, ObjectStorage, settings_from
from etl.lake.bucket import Bucket
from etl.lake.credentials import Credentials, credentials
from etl.lake.storage import Folder, Place

if TYPE_CHECKING:
    from pyarrow.fs import S3FileSystem

ADDRESS = re.compile(r"s3a://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?P<prefix>(/[\w=-][\w.=-]*)*)/?")
ATTEMPTS = 3


@contextmanager
def lake_at(lake: str | Path, home: Home) -> Iterator[Place]:
    """The lake, as long as the command lasts: what is brought near of object storage lies in `tmp/` of the home and is gone at the end.

    The warehouse is open by then, since opening it clears `tmp/` of what killed jobs left. Raises HallError for what is no lake, and for
    storage that cannot be reached or has no such bucket.
    """
    text = str(lake)
    if "://" not in text:
        yield Folder(Path(lake).expanduser().resolve())
        return
    found = ADDRESS.fullmatch(text)
    if found is None:
        # Not repeated: who writes keys into an address shall not find them in a log.
        raise HallError(
            "对象存储地址应为 s3a://桶/前缀；密钥不写在地址里，见 docs/command-line.md",
            "object storage is written s3a://BUCKET/PREFIX; keys do not belong into it, see docs/command-line.md",
        )
    settings, keys = settings_from(home).lake, credentials(home)
    home.make()
    with TemporaryDirectory(prefix="spill-lake-", dir=home.tmp) as near:
        endpoint = settings.endpoint or f"Amazon S3 {settings.region}"
        place = Bucket(_files(settings, keys), found["bucket"] + found["prefix"], Path(near), endpoint, keys)
        place.require()
        yield place


def _files(settings: ObjectStorage, keys: Credentials) -> "S3FileSystem":
    """The storage as pyarrow knows it."""
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    scheme, _, host = settings.endpoint.rstrip("/").rpartition("://")
    return S3FileSystem(
        access_key=keys.access_key,
        secret_key=keys.secret_key,
        session_token=keys.token,
        # Without it the library would ask a cloud's own address for one.
        region=settings.region,
        scheme=scheme or "https",
        endpoint_override=host or None,
        force_virtual_addressing=not settings.path_style,
        tls_ca_file_path=settings.ca_file,
        connect_timeout=settings.timeout_seconds,
        request_timeout=settings.timeout_seconds,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
        # One request for a small file instead of three.
        allow_delayed_open=True,
    )
