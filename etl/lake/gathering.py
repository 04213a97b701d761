"""Puts the counties of a city or a province together in a home of its own: tables one county after another, each row with its division.

What is counted adds up; numbers of cases, windows and staff stay a county's own, and whoever asks for rows asks one county
(dashboard/access/narrowing.py). Counties are put together at one cut-off: of later days some would have figures and others none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from etl.access.rules import access_rules
from etl.config import HallError, Home, settings_from, transaction
from etl.divisions import CASES_LEFT, GATHERED, SHARED, described, divisions_of, name_of, write_divisions
from etl.engine.models import Model, in_order, read_models
from etl.engine.reference import write_meta
from etl.ingest.warehouse import LAKE_MARK
from etl.lake.building import build_on_duckdb
from etl.lake.layout import County, built_of, counties_of
from etl.lake.loading import LEDGER, PUBLISHED, columns_of, empty_tables, made_by, parquet_of, refuse_records
from etl.lake.opening import lake_at
from etl.lake.storage import Place
from etl.lake.unfinished import writing

# Rules by which due dates and signals come about: a case is explained by one version of them.
SAME = ("calendar_version", "rules_version", "supervision_version")
OF_ONE = ("hall_name", "built_at")


@dataclass(frozen=True)
class GatheredCounty:
    """One county: how many cases it received, and whether it was computed for this (else it was built already)."""

    division: str
    name: str
    name_en: str
    cases: int
    is_computed: bool


@dataclass(frozen=True)
class Gathered:
    """What was put together, and in which versions the counties differ."""

    division: str
    as_of: date
    counties: tuple[GatheredCounty, ...]
    differing: tuple[str, ...]


def gather(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    lake: str | Path,
    prefix: str,
    without: Iterable[str] = (),
    with_cases: bool = True,
    now: datetime | None = None,
) -> Gathered:
    """All counties of the division that the lake holds, `without` left out, in this home, to be published as usual; all or nothing.

    A county whose last export is not built yet is built with DuckDB. With `with_cases` false rows of cases, persons and events stay with
    the counties. Raises HallError for another cut-off of a county, and, with cases, for other rules.
    """
    refuse_records(con)
    with lake_at(lake, home) as root:
        return _gather(con, home, root, prefix, set(without), with_cases, now or datetime.now())


def _gather(
    con: duckdb.DuckDBPyConnection, home: Home, root: Place, prefix: str, left_out: set[str], with_cases: bool, now: datetime
) -> Gathered:
    counties = [county for county in counties_of(root, prefix) if county.manifest.division not in left_out]
    if not counties:
        raise HallError("没有可汇集的区县：全部被 --without 排除", "no county is left to be put together")
    _require_one_cut_off(counties)
    for county in counties:
        county.place.fetch(county.version)
    differing = _require_alike(con, counties, with_cases)
    models = in_order(read_models(), counties[0].manifest.tables)
    former = {county.manifest.division: built_of(county) for county in counties}
    builds = [(county, _built(con, home, county, former[county.manifest.division], models, now)) for county in counties]
    known = divisions_of(home)
    codes = [county.manifest.division for county in counties]
    with transaction(con):
        _take_over(con, counties, with_cases)
        _put_together(con, builds, models, with_cases)
        write_divisions(con, "ref_division", described(codes, known))
        con.execute("delete from meta")
        own = {LAKE_MARK: prefix, GATHERED: prefix, "built_at": now.isoformat(timespec="seconds")}
        left = {} if with_cases else {CASES_LEFT: "true"}
        write_meta(con, {**_common(con, counties), **own, **left})
        received = dict(con.execute("select division, sum(received) from mart_case_day group by division").fetchall())
    made = tuple(
        GatheredCounty(code, name_of(code, known), name_of(code, known, "en"), int(received.get(code) or 0), former[code] is None)
        for code in codes
    )
    return Gathered(prefix, date.fromisoformat(counties[0].manifest.as_of), made, differing)


def _built(con: duckdb.DuckDBPyConnection, home: Home, county: County, former: str | None, models: Sequence[Model], now: datetime) -> Path:
    """The folder of what was made of a county's export; made now where it was not yet."""
    version = former
    if version is None:
        with writing(con, county, now):
            version = build_on_duckdb(county, models, now, home.tmp, settings_from(home).memory_megabytes)
    county.place.fetch(version)
    return county.folder / version


def _require_one_cut_off(counties: Sequence[County]) -> None:
    """Raises HallError naming each county's where they differ."""
    cut_offs = {county.manifest.division: county.manifest.as_of for county in counties}
    if len(set(cut_offs.values())) > 1:
        listed = "、".join(f"{division} {day}" for division, day in cut_offs.items())
        raise HallError(
            f"各区县的数据截止日不同：{listed}；请各县用 hall export --as-of 导出到同一天，或用 --without 排除",
            f"the counties do not stand at one data cut-off: {listed}; export each with hall export --as-of of the same day, "
            "or leave some out with --without",
        )


def _require_alike(con: duckdb.DuckDBPyConnection, counties: Sequence[County], with_cases: bool) -> tuple[str, ...]:
    """In which rules the counties differ. Raises HallError where they do, and cases are to be taken along."""
    metas = [_meta(con, county) for county in counties]
    differing = tuple(key for key in SAME if len({meta.get(key) for meta in metas}) > 1)
    if differing and with_cases:
        raise HallError(
            f"各区县的规则不同（{'、'.join(differing)}），办件不能放在一起解释：请统一规则后重新导出，或加 --without-cases 只汇集统计数",
            f"the counties' rules differ ({', '.join(differing)}), so that their cases cannot be explained together: export again under "
            "the same rules, or put only figures together with --without-cases",
        )
    return differing


def _meta(con: duckdb.DuckDBPyConnection, county: County) -> Mapping[str, str]:
    return dict(con.execute(f"select key, value from {parquet_of(county, 'meta')}").fetchall())


def _common(con: duckdb.DuckDBPyConnection, counties: Sequence[County]) -> dict[str, str]:
    """What all counties say alike of themselves."""
    first, *others = (_meta(con, county) for county in counties)
    return {key: value for key, value in first.items() if key not in OF_ONE and all(meta.get(key) == value for meta in others)}


def _take_over(con: duckdb.DuckDBPyConnection, counties: Sequence[County], with_cases: bool) -> None:
    """Ledgers, calendar, rules and hours. What is the same for all is that of the first county."""
    first = counties[0]
    for name in first.manifest.tables:
        if name in LEDGER and name != "meta":
            con.execute(f"alter table {name} add column if not exists division varchar")
            con.execute(f"delete from {name}")
            if with_cases or name != "raw_case":
                _append(con, name, [(county, f"select {columns_of(county, name)} from {parquet_of(county, name)}") for county in counties])
        elif name in PUBLISHED and name != "meta":
            con.execute(f"create or replace table {name} as select {columns_of(first, name)} from {parquet_of(first, name)}")
            if not SHARED.fullmatch(name):
                con.execute(f"alter table {name} add column division varchar")
                con.execute(f"delete from {name}")
                _append(con, name, [(county, f"select {columns_of(county, name)} from {parquet_of(county, name)}") for county in counties])


def _put_together(con: duckdb.DuckDBPyConnection, builds: Sequence[tuple[County, Path]], models: Sequence[Model], with_cases: bool) -> None:
    """Facts and marts."""
    rules = access_rules()
    for model in empty_tables(con, builds[0][0], models):
        con.execute(f"alter table {model.name} add column division varchar")
        if with_cases or rules.is_count(model.name) or rules.is_public(model.name):
            _append(con, model.name, [(county, f"select * from {made_by(built, model)}") for county, built in builds])


def _append(con: duckdb.DuckDBPyConnection, table: str, parts: Iterable[tuple[County, str]]) -> None:
    """Each county's rows with its division."""
    for county, rows in parts:
        division = county.manifest.division
        try:
            con.execute(f"insert into {table} by name select *, $division as division from ({rows}) as own", {"division": division})
        except duckdb.BinderException as error:
            first = str(error).strip().splitlines()[0]
            raise HallError(
                f"{division} 的 {table} 与其他区县的列不同（{first}）：请各县升级到同一版本后重新导出",
                f"{table} of {division} has other columns than elsewhere ({first}): export again with the same release everywhere",
            ) from None
