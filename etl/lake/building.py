"""Builds a county of the lake with DuckDB, where no cluster did: for a city of a few counties one PC is enough."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from etl.config import HallError
from etl.engine.models import Model
from etl.lake.layout import County, new_build, quoted
from etl.lake.loading import columns_of, parquet_of


def build_on_duckdb(county: County, models: Sequence[Model], now: datetime, tmp: Path, megabytes: int | None = None) -> str:
    """Runs the models, which stand in their order, over the county's export and writes what they make beside it as its last build.
    Returns the build's name.

    What Spark writes, DuckDB writes here. `tmp` is where it spills, `megabytes` of memory it may take. Raises HallError naming the model
    that failed; the former build stays then.
    """
    with (
        new_build(county, now) as version,
        TemporaryDirectory(prefix="spill-lake-", dir=tmp) as folder,
        duckdb.connect(str(Path(folder) / "build.duckdb"), config={"memory_limit": f"{megabytes}MiB"} if megabytes else {}) as con,
    ):
        built = county.folder / version
        for name in county.manifest.tables:
            con.execute(f"create view {name} as select {columns_of(county, name)} from {parquet_of(county, name)}")
        for model in models:
            _run(con, model, built)
        county.place.send(version)
    return version


def _run(con: duckdb.DuckDBPyConnection, model: Model, built: Path) -> None:
    try:
        con.execute(f"create {'view' if model.is_view else 'table'} {model.name} as\n{model.sql}")
        if not model.is_view:
            (built / model.name).mkdir(parents=True)
            con.execute(f"copy {model.name} to {quoted(built / model.name / 'data_0.parquet')} (format parquet)")
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0]
        raise HallError(
            f"模型 {model.name} 计算 {built.parent.name} 失败：{first}", f"model {model.name} failed for {built.parent.name}: {first}"
        ) from error
