"""The one content model: a report as title, text, tables and charts. Three writers put it down; none computes anything."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from dashboard.reports.assessed import Results
from dashboard.reports.counties import county_tables
from dashboard.reports.figures import Figure, Source
from dashboard.reports.period import Boundaries, ReportPeriod, before, months_of, past, written_day
from dashboard.reports.plan import Annex, Asked, Audience, Chart, Plan, plan
from dashboard.reports.scoping import counties
from dashboard.reports.scoretables import score_table
from dashboard.reports.sentences import Said, Teller, paragraph, words_of
from dashboard.reports.tables import Cell, Table, by_dimension, figure_cell, sum_cell, text_cell
from dashboard.reports.wording import NO_VALUE, signed_change, unit
from etl.config import HallError, Settings
from etl.indicators import definitions
from etl.indicators.dimensions import DIMENSIONS, code_list

LISTS = Path(__file__).parent / "lists"
SYNTHETIC = "合成演示数据，不是真实办件。"
NUMERALS = "一二三四五六七八九十"
TREND_PERIODS = {"month": 12, "quarter": 8, "custom": 6}


@dataclass(frozen=True)
class Stamp:
    """What a figure of the report rests on. Nothing here depends on when or by whom it was exported."""

    snapshot_id: str
    published_at: str
    as_of: date
    definitions_version: str
    calendar_version: str
    period: ReportPeriod
    audience: Audience
    is_draft: bool
    boundaries: Boundaries
    is_synthetic: bool = False
    division: str = ""
    scope: str = ""

    def lines(self) -> list[str]:
        """The note under each table and at the report's end."""
        return [
            *([SYNTHETIC] if self.is_synthetic else []),
            f"统计期间：{self.period.span}；数据截止：{written_day(self.as_of)}" + (f"；范围：{self.scope}" if self.scope else ""),
            f"来源：政务大厅运行看板，数据版本 {self.snapshot_id}（发布于 {self.published_at.replace('T', ' ')}）；"
            f"口径版本 {self.definitions_version}；工作日历版本 {self.calendar_version}",
        ]


@dataclass(frozen=True)
class PartText:
    """A heading of the second level (perhaps none) and its paragraph."""

    id: str
    heading: str
    said: Said


@dataclass(frozen=True)
class SectionText:
    """A chapter with its number."""

    heading: str
    parts: tuple[PartText, ...]


@dataclass(frozen=True)
class ChartSeries:
    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class ChartData:
    """A chart as data; Excel draws it natively, the other two as a picture."""

    id: str
    title: str
    after: str
    kind: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[ChartSeries, ...]


@dataclass(frozen=True)
class AnnexText:
    """附件 n, its tables, or the words that say there is nothing."""

    id: str
    number: int
    title: str
    tables: tuple[Table, ...]
    none: str


@dataclass(frozen=True)
class Report:
    """All that a writer needs."""

    title: str
    number: str
    addressee: str
    opening: str
    sender: str
    signed_on: date
    kpis: Table
    sections: tuple[SectionText, ...]
    annexes: tuple[AnnexText, ...]
    charts: tuple[ChartData, ...]
    stamp: Stamp
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Choice:
    """What is asked for: the period, who may read it, its number, whether its month is still open.

    `division` is what of the snapshot it is of and `scope` the name of that; both are empty for the whole.
    """

    period: ReportPeriod
    audience: Audience = "internal"
    number: str = ""
    is_draft: bool = True
    boundaries: Boundaries = field(default_factory=Boundaries)
    division: str = ""
    scope: str = ""


@cache
def definitions_version() -> str:
    """Says which definitions the figures were made by: the day of the last review and a hash of all of them."""
    found = definitions()
    text = json.dumps([one.model_dump(mode="json") for one in found.values()], ensure_ascii=False, sort_keys=True)
    newest = max(one.reviewed_on for one in found.values())
    return f"{newest.isoformat()}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def compose(
    con: duckdb.DuckDBPyConnection,
    snapshot_id: str,
    published_at: str,
    choice: Choice,
    settings: Settings,
    assessed: Results | None = None,
) -> Report:
    """The report of a period from a snapshot and the published scores. Raises HallError when the period begins after the data end."""
    meta = dict(con.execute("select key, value from meta").fetchall())
    as_of = date.fromisoformat(meta["as_of"][:10])
    period = choice.period
    if period.first > as_of:
        raise HallError(f"{period.name}还没有数据：数据截止 {as_of}", f"there are no data for {period.key} yet: they end on {as_of}")
    running = _is_running(con, period, as_of)
    source = Source(con)
    words = words_of(period, as_of, settings.hall_name)
    # A period that is still running is no match for a whole one: then nothing is compared.
    earlier = None if running else before(period, choice.boundaries)
    teller = Teller(
        source, period, earlier, choice.audience, words, tuple(settings.report_departments), assessed=assessed, as_of=as_of,
        counties=counties(con), minimum=settings.minimum_denominator,
    )  # fmt: skip
    asked = plan()
    stamp = Stamp(
        snapshot_id, published_at, as_of, definitions_version(), meta.get("calendar_version", NO_VALUE), period, choice.audience,
        choice.is_draft, choice.boundaries, _is_synthetic(con), choice.division, choice.scope,
    )  # fmt: skip
    named = {**words, "period": f"{choice.scope}{period.name}"}
    opening = asked.opening.format_map(named)
    if running:
        opening += f"数据截至{written_day(as_of)}，{period.this}未完，不与{period.former}比较。"
    if stamp.is_synthetic:
        opening += SYNTHETIC
    # Tables first: what they hide, the text must not tell.
    annexes = _annexes(con, asked, teller)
    cells = (cell for annex in annexes for table in annex.tables for row in table.all_rows for cell in row)
    teller = replace(teller, hidden=frozenset(cell.figure.question for cell in cells if cell.is_hidden and cell.figure is not None))
    sections = _sections(asked, teller)
    charts = tuple(one for chart in asked.charts if (one := _chart(chart, teller, choice.boundaries)) is not None)
    kpis = _kpis(asked, teller)
    used = {figure.indicator.name for figure in source.asked}
    annexes = [_defined(annex, sorted(used)) if annex.id == "definitions" else annex for annex in annexes]
    return Report(
        asked.title.format_map(named), choice.number or settings.report_number, asked.addressee, opening, settings.hall_name,
        date.fromisoformat(published_at[:10]), kpis, sections, tuple(annexes), charts, stamp, tuple(source.asked),
    )  # fmt: skip


def _is_running(con: duckdb.DuckDBPyConnection, period: ReportPeriod, as_of: date) -> bool:
    """Whether working days of the period lie beyond the cut-off: a month whose last days are a holiday ends with its last working day."""
    row = con.execute("select count(*) from ref_calendar where is_workday and day > ? and day <= ?", [as_of, period.last]).fetchone()
    return bool(row and row[0])


def _is_synthetic(con: duckdb.DuckDBPyConnection) -> bool:
    from etl.synthetic import MARK

    row = con.execute("select count(*) from batch where starts_with(file, ?)", [MARK]).fetchone()
    return bool(row and row[0])


def _sections(asked: Plan, teller: Teller) -> tuple[SectionText, ...]:
    found: list[SectionText] = []
    for section in asked.sections:
        parts = [PartText(part.id, part.heading, said) for part in section.parts if (said := paragraph(part, teller)) is not None]
        if not parts and section.none:
            parts = [PartText("none", "", Said(section.none.format_map(teller.words)))]
        if parts:
            numbered = [
                PartText(part.id, f"（{NUMERALS[number]}）{part.heading}" if part.heading else "", part.said)
                for number, part in enumerate(parts)
            ]
            found.append(SectionText(f"{NUMERALS[len(found)]}、{section.heading}", tuple(numbered)))
    return tuple(found)


def _kpis(asked: Plan, teller: Teller) -> Table:
    rows = []
    for name in asked.kpis:
        if not teller.source.is_present(name):
            continue
        now = teller.source.one(name, teller.period)
        comparable = teller.earlier is not None and teller.source.reaches(name, teller.earlier)
        then = teller.source.one(name, teller.earlier) if comparable and teller.earlier is not None else None
        hidden = teller.hides(now) or (then is not None and teller.hides(then))
        sign = "%" if now.is_count else "个百分点" if now.is_rate else unit(now)
        change = NO_VALUE if hidden else signed_change(now, then)
        shown = [Cell("*"), Cell("*")] if hidden else [figure_cell(now), figure_cell(then)]
        parts = [
            Cell(NO_VALUE) if hidden or value is None or now.denominator is None else sum_cell(value)
            for value in (now.numerator, now.denominator)
        ]
        rows.append(
            (
                text_cell(now.indicator.zh),
                text_cell(now.indicator.unit.zh),
                *shown,
                Cell(change if change == NO_VALUE else f"{change}{sign}", "change"),
                *parts,
            )
        )
    return Table("主要指标", ("指标", "单位", "本期", "上期", "增减", "分子", "分母"), tuple(rows), notes=asked.kpi_notes)


def _annexes(con: duckdb.DuckDBPyConnection, asked: Plan, teller: Teller) -> list[AnnexText]:
    found: list[AnnexText] = []
    for annex in asked.annexes:
        if teller.audience not in annex.audiences:
            if words := annex.withheld.get(teller.audience):
                found.append(AnnexText(annex.id, len(found) + 1, annex.title, (), words))
            continue
        tables = tuple(_tables(con, annex, teller))
        if tables or annex.none or annex.is_definitions:
            found.append(AnnexText(annex.id, len(found) + 1, annex.title, tables, annex.none))
    return found


def _tables(con: duckdb.DuckDBPyConnection, annex: Annex, teller: Teller) -> list[Table]:
    if annex.query:
        return _list(con, annex, teller)
    if annex.assessed is not None:
        return [] if teller.assessed is None else score_table(annex.title, annex.assessed, teller.assessed, annex.landscape)
    return county_tables(annex, teller) if annex.peers else by_dimension(annex, teller)


def _list(con: duckdb.DuckDBPyConnection, annex: Annex, teller: Teller) -> list[Table]:
    sql = (LISTS / f"{annex.query}.sql").read_text("utf-8")
    cursor = con.execute(sql, {"first": teller.period.first, "last": teller.period.last})
    places = {column[0]: number for number, column in enumerate(cursor.description)}
    rows = []
    for number, found in enumerate(cursor.fetchall(), 1):
        cells = [Cell(str(number), "count", number)]
        for column in annex.list_columns:
            value = found[places[column.column]]
            if value is None or value == "":
                cells.append(Cell(NO_VALUE))
            elif column.type == "date":
                cells.append(Cell(value.isoformat(), "date", value))
            elif column.type == "count":
                cells.append(Cell(f"{value:,}", "count", value))
            else:
                labels = code_list(DIMENSIONS[column.codes]) if column.codes else {}
                cells.append(text_cell(labels[value].zh if value in labels else str(value)))
        rows.append(tuple(cells))
    header = ("序号", *(column.heading for column in annex.list_columns))
    return [Table(annex.title, header, tuple(rows), is_landscape=annex.landscape)] if rows else []


def _defined(annex: AnnexText, names: list[str]) -> AnnexText:
    """The definitions of every indicator that the report uses."""
    rows = []
    for number, name in enumerate(names, 1):
        one = definitions()[name]
        denominator = one.denominator.zh if one.denominator else NO_VALUE
        cells = (one.zh, one.unit.zh, one.formula.zh, one.numerator.zh, denominator, one.source.zh, one.name)
        rows.append((Cell(str(number), "count", number), *(text_cell(text) for text in cells)))
    header = ("序号", "指标", "单位", "公式", "分子", "分母", "来源", "指标代码")
    return AnnexText(annex.id, annex.number, annex.title, (Table(annex.title, header, tuple(rows), is_landscape=True),), "")


def _chart(chart: Chart, teller: Teller, boundaries: Boundaries) -> ChartData | None:
    present = [asked for asked in chart.figures if teller.source.is_present(asked.indicator)]
    if not present:
        return None
    sign = teller.source.one(present[0].indicator, teller.period, present[0].where).indicator.unit.zh
    labels, series = _DRAWN[chart.kind](chart, present, teller, boundaries)
    if not labels or not any(any(one.values) for one in series):
        return None
    return ChartData(chart.id, chart.title, chart.after, chart.kind, sign, tuple(labels), tuple(series))


def _shown(figure: Figure, teller: Teller) -> float | None:
    return None if figure.value is None or teller.hides(figure) else float(figure.value)


def _trend(chart: Chart, present: list[Asked], teller: Teller, boundaries: Boundaries) -> tuple[list[str], list[ChartSeries]]:
    period = teller.period
    # A year is drawn by its months, others among the like ones before them. One point is no trend.
    asked_for = months_of(int(period.key), boundaries) if period.kind == "year" else past(period, TREND_PERIODS[period.kind], boundaries)
    periods = [one for one in asked_for if one.first <= teller.as_of and teller.source.reaches(present[0].indicator, one)]
    if len(periods) < 2:
        return [], []
    series = [
        ChartSeries(
            asked.word or definitions()[asked.indicator].zh,
            tuple(_shown(teller.source.one(asked.indicator, one, asked.where), teller) for one in periods),
        )
        for asked in present
    ]
    return [one.name for one in periods], series


def _ranked(chart: Chart, present: list[Asked], teller: Teller, boundaries: Boundaries) -> tuple[list[str], list[ChartSeries]]:
    found = [
        {figure.by[0][1]: figure for figure in teller.source.by(asked.indicator, (chart.by,), teller.period, asked.where)}
        for asked in present
    ]
    names = [figure for figure in found[0].values() if figure.value and figure.by[0][1] != "" and not teller.hides(figure)]
    names.sort(key=lambda figure: (-(figure.value or 0), figure.name))
    chosen = names[: chart.most]
    series = [
        ChartSeries(
            asked.word or definitions()[asked.indicator].zh,
            tuple(_shown(here[one.by[0][1]], teller) if one.by[0][1] in here else 0.0 for one in chosen),
        )
        for asked, here in zip(present, found, strict=True)
    ]
    return [one.name for one in chosen], series


def _parts(chart: Chart, present: list[Asked], teller: Teller, boundaries: Boundaries) -> tuple[list[str], list[ChartSeries]]:
    figures = [(asked, teller.source.one(asked.indicator, teller.period, asked.where)) for asked in present]
    shown = [(asked.word or figure.indicator.zh, _shown(figure, teller)) for asked, figure in figures]
    return [name for name, _ in shown], [ChartSeries(definitions()[present[0].indicator].unit.zh, tuple(value for _, value in shown))]


_DRAWN: dict[str, Callable[..., tuple[list[str], list[ChartSeries]]]] = {"trend": _trend, "ranked": _ranked, "parts": _parts}
