"""Reports of a county, a city, a province: their figures, name and versions, and whose they are."""

from datetime import datetime
from pathlib import Path

import pytest
from command_line import answered
from counties import FUAN, FUJIAN, GULOU, JIAOCHENG, NINGDE, put_together
from signed_in import known, signed_in_app

from dashboard.reports import exports
from dashboard.reports.asking import Asked, audiences_of, require
from dashboard.reports.making import content_of, file_name, make
from dashboard.reports.verifying import verify
from etl.access.principal import Principal
from etl.access.rules import NotAllowedError
from etl.config import HallError, Home
from etl.office import open_office

NOW = datetime(2018, 8, 2, 9)
JUNE = {"kind": "month", "period": "2018-05", "formats": ("xlsx",), "has_charts": False}


def figures(home: Home, audience: str = "leadership", division: str = "") -> dict:
    report = content_of(home, Asked(**JUNE, audience=audience, division=division))
    return {figure.question: (figure.numerator, figure.denominator, figure.value, figure.n) for figure in report.figures}


@pytest.mark.parametrize("audience", ["internal", "leadership", "public"])
def test_a_countys_report_has_the_figures_of_its_own_snapshot(made, province, audience):
    for division in (JIAOCHENG, FUAN):
        found = figures(province, audience, division)
        assert found == figures(made.own[division], audience)
        assert any(numerator for numerator, *_ in found.values())


def test_late_cases_of_a_report_are_the_countys_own(made, province):
    def late(home: Home, division: str = ""):
        report = content_of(home, Asked(**JUNE, audience="internal", division=division))
        return [annex.tables for annex in report.annexes if annex.title == "超期办件明细"]

    assert late(province, JIAOCHENG) == late(made.own[JIAOCHENG]) != late(province, FUAN)


def test_city_and_province_are_sums_of_their_counties(province):
    parts = {division: figures(province, division=division) for division in (JIAOCHENG, FUAN, GULOU)}
    for whole, counties in ((figures(province, division=NINGDE), (JIAOCHENG, FUAN)), (figures(province), tuple(parts))):
        whole_sums = {
            question: found for question, found in whole.items() if question[0] in ("received", "closed", "late") and not question[4]
        }
        assert whole_sums
        for question, (numerator, *_) in whole_sums.items():
            assert numerator == sum(parts[county][question][0] for county in counties)


def test_the_title_and_the_file_say_of_which(province):
    county, city = (content_of(province, Asked(**JUNE, audience="leadership", division=division)) for division in (JIAOCHENG, NINGDE))
    assert (county.title, city.title) == (
        "关于宁德市蕉城区2018年5月政务服务运行情况的通报", "关于宁德市2018年5月政务服务运行情况的通报",
    )  # fmt: skip
    assert city.opening.startswith("现将宁德市2018年5月")
    assert county.sender == "福建省"
    assert file_name(city, "pdf") == "政务服务运行情况通报_宁德市_2018-05_领导_草稿.pdf"
    assert "范围：宁德市" in city.stamp.lines()[0]
    assert content_of(province, Asked(**JUNE, audience="leadership")).title == "关于2018年5月政务服务运行情况的通报"


def test_there_is_no_internal_version_of_several_counties_nor_without_cases(made, province, tmp_path):
    for division in ("", NINGDE):
        with pytest.raises(HallError, match="no internal version of several counties"):
            content_of(province, Asked(**JUNE, division=division))
    with pytest.raises(HallError, match="no division 3507"):
        content_of(province, Asked(**JUNE, division="3507"))
    left = put_together(tmp_path / "figures", made.lake, with_cases=False)
    with pytest.raises(HallError, match="cases were left"):
        content_of(left, Asked(**JUNE, division=JIAOCHENG))
    assert figures(left, division=JIAOCHENG) == figures(province, division=JIAOCHENG)
    assert content_of(made.own[FUAN], Asked(**JUNE, division=FUAN)).stamp.scope == "宁德市福安市"


def test_a_file_is_verified_as_what_it_is_of(province, tmp_path):
    (one,) = make(province, Asked(**JUNE, audience="leadership", division=NINGDE), tmp_path / "out").files
    found = verify(province, one.path)
    assert (found.matches, found.mark.division) == (True, NINGDE)


def test_a_report_is_whose_it_is_of(province, monkeypatch):
    county, city, whole = (
        Principal("a", "manager", division=JIAOCHENG),
        Principal("b", "leader", division=NINGDE),
        Principal("c", "manager"),
    )
    for who, theirs in ((county, {JIAOCHENG}), (city, {JIAOCHENG, FUAN, NINGDE}), (whole, {"", FUJIAN, NINGDE, JIAOCHENG, FUAN, GULOU})):
        for division in ("", FUJIAN, NINGDE, JIAOCHENG, FUAN, GULOU):
            if division in theirs:
                require(who, "leadership", division)
            else:
                with pytest.raises(NotAllowedError):
                    require(who, "leadership", division)
    assert audiences_of(county) == ("internal", "leadership", "public")
    assert audiences_of(county, has_rows=False) == ("leadership", "public")
    asked = [Asked(**{**JUNE, "audience": "leadership"}, division=division) for division in ("", JIAOCHENG, FUAN)]
    numbers = exports.ask(province, asked, "test", NOW)
    for number in numbers:
        job = exports.claim(province, 1, NOW)
        outcome = make(province, Asked(**JUNE, audience="leadership", division=job.division), exports.folder(province, number))
        exports.finish(province, number, outcome, NOW)
    assert [job.division for job in exports.jobs(province)] == [FUAN, JIAOCHENG, ""]
    assert exports.downloaded(province, numbers[1], "xlsx", county, NOW)
    for number in (numbers[0], numbers[2]):
        with pytest.raises(NotAllowedError, match="another county's report"):
            exports.downloaded(province, number, "xlsx", county, NOW)
    known(open_office(province), Principal("county", "manager", division=JIAOCHENG), Principal("whole", "manager"))
    seen = {name: _listed(signed_in_app(province, monkeypatch, name, "reports", lang="zh")) for name in ("county", "whole")}
    assert [text.rpartition("　")[2] for text in seen["county"]] == ["宁德市蕉城区"]
    assert len(seen["whole"]) == 3


def _listed(app) -> list[str]:
    return [element.value for element in app.markdown if element.value.startswith("**2018年5月**")]


def test_what_is_asked_for_on_the_page_is_of_what_is_looked_at(province, monkeypatch):
    monkeypatch.setattr("dashboard.reports.starting.start", lambda home: None)
    known(open_office(province), Principal("county", "manager", division=JIAOCHENG), Principal("whole", "manager"))
    for name, params, division, audience in (
        ("county", {"division": FUAN}, JIAOCHENG, "internal"), ("whole", {"division": NINGDE}, NINGDE, "leadership"),
    ):  # fmt: skip
        app = signed_in_app(province, monkeypatch, name, "reports", lang="zh", **params)
        next(button for button in app.button if button.key == "report_make").click().run()
        job = exports.jobs(province)[0]
        assert (job.division, job.audience) == (division, audience)


def test_the_command_takes_a_division(province, tmp_path):
    asked = ("report", "--month", "2018-05", "--format", "xlsx", "--out", tmp_path, "--leaders", "--division", "350900")
    (file,) = answered(province.root, *asked)["files"]
    assert (file["division"], Path(file["file"]).name) == (NINGDE, "政务服务运行情况通报_宁德市_2018-05_领导_草稿.xlsx")
    assert [job.division for job in exports.jobs(province)] == [NINGDE]
