"""The annex of counties: each with the main indicators, what they are made of, and its place among its peers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.reports.figures import Figure
from dashboard.reports.plan import Annex, Asked, Column, Peers
from dashboard.reports.scoping import County
from dashboard.reports.sentences import Teller
from dashboard.reports.tables import HIDDEN_NOTE, TOTAL, Cell, Table, figure_cell, for_public, hides, nothing_of, sum_cell, text_cell
from dashboard.reports.wording import HIDDEN, NO_VALUE, listed
from etl.divisions import group_words
from etl.indicators import Indicator, Row
from etl.indicators.ranking import can_rank, in_groups, needed

# How what an indicator is made of hangs together, for whoever keeps small numbers back: the last column is what the numerator leaves
# over, which is as telling as the numerator and is never printed.
PARTS = (
    Column(heading="数值"),
    Column(heading="分子", part_of="分母"),
    Column(heading="分母"),
    Column(heading="其余", part_of="分母"),
)
PRINTED = 3


@dataclass(frozen=True)
class _Block:
    """The columns of one indicator, a row a county, and the row of them all."""

    indicator: Indicator
    word: str
    headings: tuple[str, ...]
    rows: list[list[Cell]]
    total: list[Cell]
    is_ranked: bool


def county_tables(annex: Annex, teller: Teller) -> list[Table]:
    """The tables of the annex; none where the report is of one county, which is told of no other."""
    if len(teller.counties) < 2:
        return []
    return [table for peers in annex.peers if (table := _table(annex, peers, teller)) is not None]


def _table(annex: Annex, peers: Peers, teller: Teller) -> Table | None:
    """Counties by group and code, then all of them together. None where none of the indicators has records."""
    counties = sorted(teller.counties, key=lambda one: (one.group, one.code))
    blocks = [_block(asked, counties, teller) for asked in peers.figures if teller.source.is_present(asked.indicator)]
    if not blocks:
        return None
    has_cities = len({one.city for one in counties}) > 1
    rows = tuple(
        (
            Cell(str(place + 1), "count", place + 1),
            *(text_cell(words) for words in _named(county, has_cities)),
            *(cell for block in blocks for cell in block.rows[place]),
        )
        for place, county in enumerate(counties)
    )
    named = ("组别", "区县", *(["市"] if has_cities else []))
    labels = ("", TOTAL, *("" for _ in named[1:]))
    total = (*(text_cell(words) for words in labels), *(cell for block in blocks for cell in block.total))
    header = ("序号", *named, *(heading for block in blocks for heading in block.headings))
    notes = (*annex.notes, *_notes(blocks, counties, teller), *([HIDDEN_NOTE] if hides((*rows, total)) else []))
    return Table(f"{annex.title}（{peers.title}）", header, rows, total, notes, annex.landscape, peers.title)


def _named(county: County, has_cities: bool) -> tuple[str, ...]:
    return (group_words(county.group) or NO_VALUE, county.name, *([county.city] if has_cities else []))


def _block(asked: Asked, counties: Sequence[County], teller: Teller) -> _Block:
    """The figure of each county and of all; where counties can be ranked by it, numerator, denominator and place beside it."""
    whole = teller.source.one(asked.indicator, teller.period, asked.where)
    found = {figure.by[0][1]: figure for figure in teller.source.by(asked.indicator, ("division",), teller.period, asked.where)}
    figures = [found.get(one.code) or nothing_of(whole, "division", one.code) for one in counties]
    word = asked.word or whole.indicator.zh
    is_public = teller.audience == "public"
    if not can_rank(whole.indicator):
        rows, total = [[figure_cell(figure)] for figure in figures], [figure_cell(whole)]
        if is_public:
            rows, total = _kept_back(rows, total, PARTS[2:3])
        return _Block(whole.indicator, word, (word,), rows, total, False)
    rows, total = [_made_of(figure) for figure in figures], _made_of(whole)
    if is_public:
        rows, total = _kept_back(rows, total, PARTS)
    places = _places(whole.indicator, dict(zip(counties, figures, strict=True)), teller.minimum)
    # The places of the others would tell between which of them a number that is kept back lies.
    closed = {county.group for county, row in zip(counties, rows, strict=True) if hides([row])}
    ranks = [Cell(HIDDEN, "count") if county.group in closed else places[county.code] for county in counties]
    lead = f"{word}（{whole.indicator.unit.zh}）"
    headings = tuple(f"{lead}/{column.heading}" for column in PARTS[:PRINTED])
    return _Block(
        whole.indicator,
        word,
        (*headings, f"{lead}/名次"),
        [[*_printed(row), rank] for row, rank in zip(rows, ranks, strict=True)],
        [*_printed(total), Cell(NO_VALUE)],
        True,
    )


def _made_of(figure: Figure) -> list[Cell]:
    """Value, numerator, denominator, and of a rate what the two leave over."""
    over, under = figure.numerator, figure.denominator
    if over is None or under is None or figure.value is None:
        return [figure_cell(figure), *(Cell(NO_VALUE) for _ in PARTS[1:])]
    rest = sum_cell(under - over) if figure.is_rate else Cell(NO_VALUE)
    # A sum of days or minutes is no count of cases, and hides nobody by being small.
    numerator = sum_cell(over) if figure.is_rate else Cell(sum_cell(over).text, "mean", over)
    return [figure_cell(figure), numerator, sum_cell(under), rest]


def _printed(row: list[Cell]) -> list[Cell]:
    """What is printed of it: a sum of days without places where it is whole."""
    value, numerator, denominator = row[:PRINTED]
    whole = isinstance(numerator.value, int | float) and float(numerator.value).is_integer()
    return [value, replace(numerator, kind="count") if whole else numerator, denominator]


def _kept_back(rows: list[list[Cell]], total: list[Cell], columns: Sequence[Column]) -> tuple[list[list[Cell]], list[Cell]]:
    made, whole = for_public(rows, total, columns)
    return made, whole or []


def _places(indicator: Indicator, figures: dict[County, Figure], minimum: int) -> dict[str, Cell]:
    """The place of each within its group; a dash for whoever rests on too few cases, as on the page of counties."""
    rows = {county.code: Row({}, one.numerator, one.denominator, one.value, one.n) for county, one in figures.items()}
    groups = {county.code: county.group for county in figures}
    standings = (one for found in in_groups(indicator, rows, groups, minimum).values() for one in found)
    return {one.name: Cell(NO_VALUE) if one.place is None else Cell(str(one.place), "count", one.place) for one in standings}


def _notes(blocks: Sequence[_Block], counties: Sequence[County], teller: Teller) -> list[str]:
    """How to read the places."""
    ranked = [block for block in blocks if block.is_ranked]
    if not ranked:
        return []
    groups = listed(dict.fromkeys(words for county in counties if (words := group_words(county.group))))
    least: dict[int, list[str]] = {}
    for block in ranked:
        least.setdefault(needed(block.indicator, teller.minimum), []).append(block.word)
    few = "，".join(f"{'' if len(least) == 1 else listed(words)}件数不足{count}" for count, words in least.items())
    down = [block.word for block in ranked if block.indicator.direction == "down"]
    lower = f"；{listed(down)}越低名次越前" if down else ""
    others = f"{'，其余' if down else '；指标'}越高名次越前" if len(down) < len(ranked) else ""
    return [
        f"名次在同组区县（{groups}）之间排列，值相同的名次相同；{few}的不排名，记“{NO_VALUE}”{lower}{others}。",
        "分子、分母的含义见“指标口径说明”；合计按全部区县的分子、分母计算。",
        *(["组内有数不列的，该指标不列名次。"] if teller.audience == "public" else []),
    ]
