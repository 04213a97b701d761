"""The annex of counties: figures of each county's own snapshot, places as the page of counties gives them, nothing in a county's report."""

from itertools import pairwise

import pytest
from counties import FUAN, GULOU, JIAOCHENG, NINGDE

from dashboard.period import Period
from dashboard.queries import counties as page
from dashboard.reports.asking import Asked
from dashboard.reports.content import AnnexText, Report
from dashboard.reports.figures import Figure
from dashboard.reports.making import content_of, make
from dashboard.reports.plan import plan
from dashboard.reports.reading import read_file
from dashboard.reports.tables import Table
from dashboard.reports.verifying import verify
from dashboard.store import Scope, open_current
from etl.config import Home
from etl.indicators import definitions
from etl.indicators.ranking import can_rank

NAMES = {JIAOCHENG: "蕉城区", FUAN: "福安市", GULOU: "鼓楼区"}


def report(home: Home, division: str = "", audience: str = "leadership", period: str = "2018-Q2") -> Report:
    return content_of(home, Asked("quarter", period, ("xlsx",), audience, has_charts=False, division=division))


def annex_of(found: Report) -> AnnexText | None:
    return next((annex for annex in found.annexes if annex.id == "counties"), None)


def wholes(found: Report) -> dict[str, Figure]:
    """The figures of all that a report is of, in its period."""
    return {one.indicator.name: one for one in found.figures if (one.by, one.where, one.first) == ((), (), found.stamp.period.first)}


def lines(table: Table) -> dict[str, dict[str, object]]:
    """Rows by their county, the row of all under its own name: cells' values by heading, their texts where they have none."""
    at = table.header.index("区县")
    told = [[cell.text if cell.value is None else cell.value for cell in row] for row in table.all_rows]
    return {str(row[at] or row[1]): dict(zip(table.header, row, strict=True)) for row in told}


def headings(indicator: str) -> tuple[str, ...]:
    """The headings under which an indicator stands, by the plan."""
    (asked,) = [one for annex in plan().annexes for peers in annex.peers for one in peers.figures if one.indicator == indicator]
    found = definitions()[indicator]
    word = asked.word or found.zh
    return tuple(f"{word}（{found.unit.zh}）/{part}" for part in ("数值", "分子", "分母", "名次")) if can_rank(found) else (word,)


def rowed(tables: tuple[Table, ...]) -> list[tuple[str, dict[str, dict[str, object]]]]:
    return [(name, lines(table)) for table in tables for name in INDICATORS if headings(name)[0] in table.header]


INDICATORS = [one.indicator for annex in plan().annexes for peers in annex.peers for one in peers.figures]


def test_each_county_has_the_figures_of_its_own_snapshot_and_its_group(made, province):
    annex = annex_of(report(province))
    assert annex.title == "各区县主要指标"
    found = rowed(annex.tables)
    assert len(found) >= 5
    for table in annex.tables:
        assert [(row[1].text, row[2].text, row[3].text) for row in table.rows] == [
            ("县级市", "福安市", "宁德市"), ("市辖区", "鼓楼区", "福州市"), ("市辖区", "蕉城区", "宁德市"),
        ]  # fmt: skip
    for code in (JIAOCHENG, FUAN):
        own = wholes(report(made.own[code]))
        for name, rows in found:
            if name not in own:
                continue
            value, *parts = headings(name)
            figure, row = own[name], rows[NAMES[code]]
            assert row[value] == ("—" if figure.value is None else figure.value), name
            if parts and figure.denominator:
                assert (row[parts[0]], row[parts[1]]) == (figure.numerator, figure.denominator), name


def test_the_row_of_all_is_the_division_s_own_figure(province):
    whole = report(province, NINGDE)
    annex = annex_of(whole)
    assert [row[2].text for row in annex.tables[0].rows] == ["福安市", "蕉城区"]
    assert "市" not in annex.tables[0].header, "all lie in one city"
    figures = wholes(whole)
    for name, rows in rowed(annex.tables):
        value, *parts = headings(name)
        assert rows["合计"][value] == figures[name].value
        for part in parts[:2]:
            assert rows["合计"][part] == sum(rows[county][part] for county in ("福安市", "蕉城区"))
        if parts:
            assert rows["合计"][parts[2]] == "—"


def test_places_are_those_of_the_page_and_small_samples_have_none(province):
    store = open_current(province)
    period = Period("quarter", *(report(province).stamp.period.first, report(province).stamp.period.last))
    seen = set()
    for least in (1, 40):
        province.settings_file.write_text(f"minimum_denominator = {least}\n", "utf-8")
        store = open_current(province).within(None)
        store.snapshot.__dict__.pop("settings", None)
        annex = annex_of(report(province))
        for name, rows in rowed(annex.tables):
            if not can_rank(definitions()[name]):
                continue
            standings = page.standings(store, name, page.rows(store, name, period, Scope()))
            for one in (one for group in standings.values() for one in group):
                place = rows[NAMES[one.name]][headings(name)[3]]
                assert place == ("—" if one.place is None else one.place), (name, one)
                seen.add(place)
        assert any(f"件数不足{max(least, 10)}的不排名" in note for note in annex.tables[0].notes)
    assert seen == {"—", 1, 2}


def test_a_countys_report_has_none_and_names_no_other_county(made, province, tmp_path):
    for home in (province, made.own[FUAN]):
        assert annex_of(report(home, FUAN)) is None
    asked = Asked("quarter", "2018-Q2", ("xlsx", "docx", "pdf"), "leadership", has_charts=False, division=FUAN)
    for one in make(province, asked, tmp_path / "out").files:
        told = "".join(text for _, text in read_file(one.path).places)
        assert "福安市" in told
        assert not any(words in told for words in ("蕉城区", "鼓楼区", "各区县", "同组区县")), one.format


def test_the_three_files_hold_it_and_are_verified(province, tmp_path):
    asked = Asked("quarter", "2018-Q2", ("xlsx", "docx", "pdf"), "leadership", has_charts=False, division=NINGDE)
    for one in make(province, asked, tmp_path / "out").files:
        assert verify(province, one.path).matches, one.format
        places = read_file(one.path).places
        told = "".join(text for _, text in places).replace(" ", "")
        assert "各区县主要指标（办件与时限）" in told
        assert "值相同的名次相同" in told
        if one.format == "xlsx":
            assert {place.split("!")[0].partition("（")[2] for place, _ in places} == {"", "排序）", "办件与时限）", "即办与网办）"}


@pytest.mark.parametrize("period", ["2018-Q1", "2018-Q2"])
def test_the_public_version_tells_no_small_number_nor_what_gives_it_away(province, period):
    open_ones = rowed(annex_of(report(province, period=period)).tables)
    hidden = 0
    for (name, rows), (_, all_told) in zip(rowed(annex_of(report(province, "", "public", period)).tables), open_ones, strict=True):
        value, *parts = headings(name)
        is_rate = definitions()[name].kind == "rate"
        for county, row in rows.items():
            full = all_told[county]
            if not parts:
                assert not (isinstance(row[value], int) and 0 < row[value] < 5)
                continue
            if row[value] == "*":
                hidden += 1
                group = [name for name, other in all_told.items() if other["组别"] == full["组别"]]
                assert all(rows[one][parts[2]] in ("*", "—") for one in group), "places would tell between which of them it lies"
            numerator, denominator = (row[part] for part in parts[:2])
            told = [denominator, *([numerator] if is_rate else [])]
            if is_rate and "*" not in told and "—" not in told:
                told.append(denominator - numerator)
            assert not any(isinstance(one, int) and 0 < one < 5 for one in told), (county, name)
            assert row[value] in ("*", "—") or len(told) == (3 if is_rate else 1), "a rate beside what is kept back gives it away"
        for part in parts[: 2 if is_rate else 0]:
            # Never one alone: the row of all would give it away.
            assert sum(row[part] == "*" for row in rows.values()) != 1, (name, part)
    assert hidden or period != "2018-Q2"


def test_sheets_have_names_of_their_own():
    for annex in plan().annexes:
        titles = [peers.title for peers in annex.peers]
        assert len(set(titles)) == len(titles)
        assert all(len(title) <= 20 and not set(title) & set(r"[]:*?/\\") for title in titles)
    assert all(one != other for one, other in pairwise(sorted(INDICATORS))), "each indicator stands in one place"
