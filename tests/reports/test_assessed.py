"""What a report says of the assessment: nothing until it is published, then exactly what was published."""

import contextlib
from decimal import Decimal

import pytest

from dashboard.reports import assessed
from dashboard.reports.asking import Asked
from dashboard.reports.making import content_of
from etl.assessing import assessment, published_month
from etl.office import open_office
from etl.publish import current, open_snapshot


def annex(report, name):
    return next(one for one in report.annexes if one.id == name)


def part(report, name):
    return next((one.said.text for section in report.sections for one in section.parts if one.id == name), None)


def test_a_draft_says_nothing_of_scores(own_home):
    report = content_of(own_home, Asked("month", "2018-10"))
    assert report.stamp.is_draft
    assert annex(report, "window_scores").tables == annex(report, "staff_scores").tables == ()
    assert annex(report, "window_scores").none == "本期考核结果尚未公布。"
    assert part(report, "scores") is None


def test_a_final_month_has_every_published_score_and_no_other(assessed_home):
    report = content_of(assessed_home, Asked("month", "2018-10"))
    month = published_month(open_office(assessed_home), "2018-10")
    assert month is not None
    assert not report.stamp.is_draft
    windows = {one.name: one for one in month.scores if one.subject_kind == "window"}
    chiefs = {one.subject: one for one in month.scores if one.subject_kind == "chief"}
    persons = {one.subject: one for one in month.scores if one.subject_kind == "person"} | chiefs
    for name, own, column in (("window_scores", windows, 1), ("staff_scores", persons, 2)):
        (table,) = annex(report, name).tables
        at = table.header.index("得分")
        assert {row[column].text: Decimal(row[at].text) for row in table.rows} == {key: score.total for key, score in own.items()}
        for row in table.rows:
            base, down, up, total = (Decimal(cell.text) for cell in row[at - 3 : at + 1])
            assert base + down + up == total
            assert down <= 0 <= up
    text = part(report, "scores")
    best = max(place.total for one in month.rankings if one.subject_kind == "window" for place in one.places)
    assert text is not None
    assert f"（{assessed.points(best)}分）" in text
    assert text.startswith("窗口考核平均得分")


def test_a_quarter_names_its_red_flags_and_is_put_together_of_published_months(assessed_home):
    report = content_of(assessed_home, Asked("quarter", "2018-Q3"))
    path = current(assessed_home)
    with contextlib.closing(open_snapshot(path)) as con:
        made = assessment(con, assessed_home, open_office(assessed_home))
        awards = made.awards("2018Q3")
    text = part(report, "honours")
    assert text is not None
    assert awards
    for award in awards:
        assert award.zh in text
        assert all(winner.name in text for winner in award.winners)


def test_what_is_put_together_of_months_shows_no_base_and_no_empty_column(assessed_home):
    """A quarter's score is a mean of months: a base of 0 with 98 points of bonus would mislead. Persons are ranked in one group."""
    month, quarter = (content_of(assessed_home, Asked(kind, key)) for kind, key in (("month", "2018-10"), ("quarter", "2018-Q3")))
    heads = {
        (name, report.stamp.period.kind): annex(report, name).tables[0].header
        for report in (month, quarter)
        for name in ("window_scores", "staff_scores")
    }
    assert "基准分" in heads["window_scores", "month"]
    assert not {"基准分", "扣分及调整", "加分"} & {*heads["window_scores", "quarter"], *heads["staff_scores", "quarter"]}
    for (name, kind), header in heads.items():
        assert ("组别" in header) == (name == "window_scores"), (name, kind)
    for report in (month, quarter):
        for name in ("window_scores", "staff_scores"):
            (table,) = annex(report, name).tables
            assert {len(row) for row in table.rows} == {len(table.header)}


def test_the_public_version_names_no_staff_beside_deductions(assessed_home):
    report = content_of(assessed_home, Asked("month", "2018-10", audience="public"))
    assert "staff_scores" not in {one.id for one in report.annexes}
    month = published_month(open_office(assessed_home), "2018-10")
    names = {one.name for one in month.scores if one.subject_kind == "person"}
    assert len(names) > 50
    # 其余合并不列 has 余合 in it, which is somebody's name.
    said = [part.said.text.replace("其余合并不列", "") for section in report.sections for part in section.parts]
    cells = [cell.text for one in report.annexes for table in one.tables for row in table.all_rows for cell in row]
    assert [name for name in names if any(name in text for text in (*said, *cells))] == []


def test_days_that_are_no_calendar_month_have_no_scores(published_home):
    (published_home.root / "hall.toml").write_text("report_month_starts_on = 17\n", "utf-8")
    report = content_of(published_home, Asked("month", "2018-10"))
    assert not report.stamp.is_draft
    assert annex(report, "window_scores").tables == ()


@pytest.mark.parametrize(("value", "text"), [("93.125", "93.13"), ("98", "98.00"), ("-0.005", "-0.01")])
def test_points_are_rounded_as_the_schemes_round_them(value, text):
    assert assessed.points(Decimal(value)) == text
