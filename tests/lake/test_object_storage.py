"""A lake in object storage is a lake: the same rows, whole or not at all, and nobody learns the keys."""

import contextlib
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset
import pyarrow.parquet
import pytest
from command_line import hall, in_process
from counties import CUT_OFF, FUAN, JIAOCHENG, NINGDE, NOW, filled
from object_storage import BUCKET, NO_BUCKET, Storage, storage

from etl.config import HallError, Home, connect
from etl.engine.models import in_order, read_models
from etl.engine.spark import run
from etl.lake import county_of, export, gather, lake_at, layout, load_built
from etl.lake.bucket import Bucket, _safe
from etl.lake.credentials import credentials
from etl.publish import current, publish

LATER, LAST = datetime(2018, 8, 1, 10), datetime(2018, 8, 1, 11)
# Kills itself before it sends the thirtieth file.
DIE = """
import os, signal
from etl.cli import main
from etl.lake.bucket import Bucket
put, sent = Bucket._put, []
def dying(self, path, name):
    sent.append(name)
    if len(sent) == 30:
        os.kill(os.getpid(), signal.SIGKILL)
    put(self, path, name)
Bucket._put = dying
main()
"""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    with storage(tmp_path_factory.mktemp("storage")) as made:
        yield made


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, there: Storage) -> Home:
    """A county of ten cases that knows the storage; tests export it, each below a prefix of its own."""
    home = Home(tmp_path_factory.mktemp("small"))
    filled(home, 4, 10)
    there.known_to(home)
    return home


@pytest.fixture(scope="module")
def sent(small: Home) -> tuple[str, str]:
    """That county as the command exported it, and what the command told."""
    lake = f"s3a://{BUCKET}/sent"
    return lake, in_process(small.root, "export", "--lake", lake, "--division", JIAOCHENG, "--json")


@pytest.fixture
def lake(request: pytest.FixtureRequest) -> str:
    return f"s3a://{BUCKET}/{request.node.name.translate(str.maketrans('[]', '--'))}"


def _exported(home: Home, lake: str | Path, division: str = JIAOCHENG, now: datetime = NOW) -> str:
    with connect(home) as con:
        return export(con, home, lake, division, as_of=CUT_OFF, now=now).path


def _inside(there: Storage, lake: str) -> tuple[str, set[str]]:
    """The version that is read, and all that are there."""
    place = f"{lake.removeprefix(f's3a://{BUCKET}/')}/division={JIAOCHENG}/"
    versions = {name.split("/")[0] for name in there.names(place) if "/" in name}
    return there.text(f"{place}current").strip(), versions


def _rows(snapshot: Path) -> dict[str, list[Any]]:
    with contextlib.closing(duckdb.connect(str(snapshot), read_only=True)) as con:
        tables = [name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()]
        return {name: con.execute(f"select * from {name} order by all").fetchall() for name in tables}


def test_what_is_published_is_the_same_from_a_bucket_and_from_a_disk(tmp_path: Path, there: Storage, small: Home, lake: str, capfd: Any):
    paths = [_exported(small, place) for place in (tmp_path / "lake", lake)]
    on_disk = {file.relative_to(paths[0]).as_posix() for file in Path(paths[0]).rglob("*") if file.is_file()}
    assert there.names(paths[1].removeprefix(f"s3a://{BUCKET}/") + "/") == on_disk
    assert any(name.startswith("raw_case/month=2018-") for name in on_disk)
    found = []
    for place in (tmp_path / "lake", lake):
        centre = Home(tmp_path / f"centre-{len(found)}")
        centre.make()
        there.known_to(centre)
        with connect(centre) as con:
            made = gather(con, centre, place, NINGDE, now=NOW)
            publish(con, centre, NOW)
        assert [(one.cases, one.is_computed) for one in made.counties] == [(10, True)]
        found.append(_rows(current(centre)))
    assert not list(centre.tmp.iterdir()), "nothing of the lake is left on this machine"
    assert there.access_key not in "".join(capfd.readouterr())
    disk, bucket = found
    assert bucket.keys() == disk.keys()
    for name in disk:
        assert bucket[name] == disk[name], name
    assert len(disk["fact_case"]) == 10


def test_an_export_killed_while_it_is_sent_leaves_the_former(there: Storage, small: Home, lake: str, monkeypatch: pytest.MonkeyPatch):
    former = _exported(small, lake).rpartition("/")[2]
    command = ["--home", str(small.root), "export", "--lake", lake, "--division", JIAOCHENG]
    done = subprocess.run([sys.executable, "-c", DIE, *command], capture_output=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    read, versions = _inside(there, lake)
    assert read == former
    (left,) = versions - {former}
    with connect(small) as con, lake_at(lake, small) as root:
        county = county_of(root, JIAOCHENG)
        county.place.fetch(county.version)
        assert con.execute(f"select count(*) from read_parquet({county.files('raw_case')})").fetchone() == (10,)
    later = _exported(small, lake, now=LATER).rpartition("/")[2]
    assert _inside(there, lake) == (later, {former, later, left}), "another export may be under way"
    monkeypatch.setattr(layout, "ABANDONED_SECONDS", -1)
    last = _exported(small, lake, now=LAST).rpartition("/")[2]
    assert _inside(there, lake) == (last, {later, last}), "the one before stays for who reads it, those before it are gone"


def test_what_did_not_arrive_is_noticed_and_the_former_export_stays(
    there: Storage, small: Home, lake: str, monkeypatch: pytest.MonkeyPatch
):
    former = _exported(small, lake).rpartition("/")[2]
    put = Bucket._put

    def losing(self: Bucket, path: Path, name: str) -> None:
        if not name.endswith("ref_calendar/data_0.parquet"):
            put(self, path, name)

    def pointing_elsewhere(self: Bucket, path: Path, name: str) -> None:
        put(self, path, name.replace(f"division={JIAOCHENG}/current", f"division={FUAN}/current"))

    for changed, said in ((losing, "not every file arrived"), (pointing_elsewhere, "refuses access")):
        monkeypatch.setattr(Bucket, "_put", changed)
        with pytest.raises(HallError, match=said):
            _exported(small, lake, now=LATER)
        assert _inside(there, lake) == (former, {former})


def test_a_county_that_may_not_write_is_told_so_and_changes_nothing(
    there: Storage, small: Home, lake: str, capfd: pytest.CaptureFixture[str]
):
    with pytest.raises(HallError, match=r"refuses access .*ACCESS_DENIED"):
        _exported(small, lake, FUAN)
    assert there.names(lake.removeprefix(f"s3a://{BUCKET}/")) == set()
    assert "".join(capfd.readouterr()) == ""


def test_an_export_replaced_while_it_is_read_is_said_so(there: Storage, small: Home, sent: tuple[str, str]):
    with connect(small), lake_at(sent[0], small) as root:
        county = county_of(root, JIAOCHENG)
        text = county.place.text(f"{county.version}/manifest.json")
        there.client().delete_object(Bucket=BUCKET, Key=f"sent/division={JIAOCHENG}/{county.version}/manifest.json")
        with pytest.raises(HallError, match="was replaced by a newer version"):
            county.place.fetch(county.version)
        with pytest.raises(HallError, match="holds no export of 350902"):
            county_of(root, JIAOCHENG)
        county.place.put(f"{county.version}/manifest.json", text)
        county.place.fetch(county_of(root, JIAOCHENG).version)


@pytest.mark.parametrize(
    ("changed", "bucket", "said"),
    [
        ({"access_key": "AKIAANOTHERKEY000000"}, BUCKET, "refuses access to the bucket"),
        ({"secret_key": "another-secret/of+nobody%s"}, BUCKET, "refuses access to the bucket"),
        ({}, NO_BUCKET, f"there is no bucket {NO_BUCKET} at"),
        ({}, "another-bucket", "refuses access to the bucket another-bucket"),
        ({"endpoint": "http://127.0.0.1:1"}, BUCKET, "cannot be reached"),
    ],
    ids=["key", "secret", "bucket", "other", "address"],
)
def test_what_is_wrong_with_the_storage_is_said_in_two_lines(
    there: Storage, home: Home, changed: dict[str, str], bucket: str, said: str, capfd: pytest.CaptureFixture[str]
):
    with connect(home):
        pass
    there.known_to(home, **changed)
    begun = time.monotonic()
    with pytest.raises(HallError, match=said) as refused:
        in_process(home.root, "export", "--lake", f"s3a://{bucket}/x", "--division", JIAOCHENG)
    assert time.monotonic() - begun < 30
    assert len(str(refused.value).splitlines()) == 2
    for secret in (there.access_key, there.secret_key, *(changed.get(name, "*") for name in ("access_key", "secret_key"))):
        assert secret not in str(refused.value) + "".join(capfd.readouterr())


def test_a_refused_key_ends_the_command_with_code_1_and_two_lines(there: Storage, home: Home):
    there.known_to(home, secret_key="another-secret")
    done = hall(home.root, "gather", "--lake", f"s3a://{BUCKET}/x", "--division", NINGDE, code=1)
    assert "refuses access to the bucket lake" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2
    assert "another-secret" not in done.stdout + done.stderr


def test_a_storage_that_never_answers_is_not_waited_for_without_end(there: Storage, home: Home):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there.known_to(home, endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout="1")
        begun = time.monotonic()
        with connect(home) as con, pytest.raises(HallError, match="cannot be reached"):
            gather(con, home, f"s3a://{BUCKET}/x", NINGDE, now=NOW)
        assert time.monotonic() - begun < 30


def test_the_command_tells_where_it_wrote_and_nobody_what_the_keys_are(
    there: Storage, small: Home, sent: tuple[str, str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    lake, told = sent
    assert f'"path": "{lake}/division={JIAOCHENG}/export-' in told
    with caplog.at_level(logging.DEBUG), connect(small), lake_at(lake, small) as root:
        assert county_of(root, JIAOCHENG).manifest.tables["raw_case"].rows == 10
        told += repr(root) + repr(credentials(small)) + caplog.text + "".join(capfd.readouterr())
    for secret in (there.access_key, there.secret_key):
        assert secret not in told


class StandIn:
    """In Spark's place: what it is asked to read, compute and write, done by DuckDB in the bucket. It knows addresses alone."""

    def __init__(self, files: Any) -> None:
        self.files, self.con, self.addresses = files, duckdb.connect(), []
        self.read = self.write = self

    def schema(self, _: object) -> "StandIn":
        return self

    def parquet(self, address: str) -> "StandIn | None":
        self.addresses.append(address)
        path = address.removeprefix("s3a://")
        if self.made is None:
            self.made = pyarrow.dataset.dataset(path, filesystem=self.files, format="parquet", partitioning=None).to_table()
            return self
        pyarrow.parquet.write_table(self.made, f"{path}/part-0.parquet", filesystem=self.files)
        self.made = None
        return None

    made: Any = None

    def sql(self, text: str) -> "StandIn":
        self.made = self.con.sql(text).to_arrow_table()
        return self

    def createOrReplaceTempView(self, name: str) -> None:  # noqa: N802
        self.con.register(name, self.made)
        self.made = None


def test_what_another_engine_builds_in_a_bucket_is_named_and_loaded(there: Storage, tmp_path: Path, sent: tuple[str, str]):
    lake, _ = sent
    centre = Home(tmp_path / "centre")
    centre.make()
    there.known_to(centre)
    with connect(centre) as con, lake_at(lake, centre) as root:
        county = county_of(root, JIAOCHENG)
        models = in_order(read_models(), county.manifest.tables)
        engine = StandIn(county.place.files)
        runs = {one.name: one.rows for one in run(engine, county, models, NOW)}
        load_built(con, county, models, NOW)
        assert con.execute("select count(*) from fact_case").fetchone() == (runs["fact_case"],) != (0,)
        assert layout.built_of(county) is not None
    assert all(address.startswith(f"{lake}/division={JIAOCHENG}/") for address in engine.addresses)
    other = Home(tmp_path / "other")
    other.make()
    there.known_to(other)
    with connect(other) as con:
        (found,) = gather(con, other, lake, NINGDE, now=NOW).counties
    assert (found.cases, found.is_computed) == (10, False)


@pytest.mark.parametrize(
    "address",
    ["s3a://AKIA1:secret9@lake/x", "s3://lake/x", "s3a://Lake_/x", "s3a://lake/../x", "s3a://lake/x?secret9", "http://lake/secret9"],
)
def test_what_is_no_address_is_refused_and_not_repeated(small: Home, address: str):
    with pytest.raises(HallError, match=r"s3a://BUCKET/PREFIX") as refused, lake_at(address, small):
        pass
    assert "secret9" not in str(refused.value)


@pytest.mark.parametrize("inside", ["../x", "a/../../x", "/x", "a//b", "a/./b", "..\\x", "a\0"])
def test_no_object_is_written_outside_its_version(inside: str):
    with pytest.raises(HallError, match="cannot be a file"):
        _safe(inside)
    assert _safe("raw_case/month=2018-01/data_0.parquet") == Path("raw_case/month=2018-01/data_0.parquet")
