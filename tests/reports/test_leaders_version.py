"""The version follows the role: who sees no case and no score of a person on the pages gets none in a report either."""

import re
import zipfile
from dataclasses import replace
from datetime import datetime
from io import BytesIO

import pytest
from signed_in import known, signed_in_app

from dashboard.reports import exports
from dashboard.reports.asking import AUDIENCES, Asked, audiences_of
from dashboard.reports.making import content_of, make
from dashboard.reports.reading import read_file
from dashboard.reports.verifying import verify
from dashboard.reports.working import work
from etl.access.principal import ROLES, Principal
from etl.access.rules import NotAllowedError
from etl.assessing import published_month
from etl.office import entries, open_office

NOW = datetime(2019, 1, 5, 9)
MANAGER, LEADER = Principal("manager", "manager", shown="管理员"), Principal("leader", "leader", shown="领导")
OCTOBER = Asked("month", "2018-10", has_charts=False)
LEADERS = replace(OCTOBER, audience="leadership")


def staff_of(home) -> set[str]:
    """Names of all who were scored, but those that are also words of the notice."""
    month = published_month(open_office(home), "2018-10")
    assert month is not None
    return {one.name for one in month.scores if one.subject_kind in ("person", "chief")}


def cases_of(home) -> list[str]:
    """Numbers of the late cases, from the full version."""
    table = next(annex for annex in content_of(home, OCTOBER).annexes if annex.id == "overdue").tables[0]
    return [row[1].text for row in table.rows]


def named(names, texts) -> set[str]:
    """Who stands in one of the texts as a name: with no other Chinese letter beside it."""
    return set(re.findall(rf"(?<![\u3400-\u9fff])(?:{'|'.join(names)})(?![\u3400-\u9fff])", "\n".join(texts)))


@pytest.fixture(scope="module")
def files(assessed_home, tmp_path_factory):
    """October in all three formats, as the manager has it and as leaders have it."""
    out = tmp_path_factory.mktemp("versions")
    return {asked.audience: make(assessed_home, asked, out).files for asked in (OCTOBER, LEADERS)}


def test_only_the_manager_has_the_full_version():
    assert {role: audiences_of(Principal("x", role, window="综合窗口", staff_no="1")) for role in ROLES} == {
        "staff": (), "window_head": (), "manager": ("internal", "leadership", "public"), "leader": ("leadership", "public"),
        "auditor": (), "administrator": (),
    }  # fmt: skip
    assert set(AUDIENCES) == {"internal", "leadership", "public"}


def test_each_version_read_back_says_what_is_its_own(assessed_home, files):
    """All three formats of both, and each is found true to its snapshot."""
    names, cases = staff_of(assessed_home), cases_of(assessed_home)
    assert len(names) > 50
    assert cases
    for audience, made_files in files.items():
        is_full = audience == "internal"
        for made in made_files:
            seen = read_file(made.path)
            texts = [text for _, text in seen.places]
            together = "".join(texts)
            assert seen.mark.audience == audience
            assert f"_{AUDIENCES[audience]}." in made.path.name
            assert ("领导版不列个人得分" in together, "领导版不列单个办件" in together) == (not is_full, not is_full)
            if made.format != "pdf":  # A line of a PDF runs its cells together: there the two are told apart by the numbers of cases.
                assert (len(named(names, texts)) > 50) if is_full else not named(names, texts), named(names, texts)
            assert any(case in together for case in cases) == is_full
            found = verify(assessed_home, made.path)
            assert found.matches, found.differences


def test_nothing_of_it_hides_behind_the_sheets_and_pages(assessed_home, files):
    """Neither properties, notes nor cached values of a chart have a name or a case."""
    names, cases = staff_of(assessed_home), cases_of(assessed_home)
    for made in files["leadership"]:
        if made.format == "pdf":
            continue
        with zipfile.ZipFile(BytesIO(made.path.read_bytes())) as archive:
            texts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        assert not named(names, texts)
        assert not any(case in text for case in cases for text in texts)


def test_the_rest_is_the_same(assessed_home):
    """Counts, rates, sentences, windows' scores and annexes with their numbers: only the two lists differ."""
    full, theirs = content_of(assessed_home, OCTOBER), content_of(assessed_home, LEADERS)
    assert theirs.sections == full.sections
    assert (theirs.kpis, theirs.charts) == (full.kpis, full.charts)
    assert [(one.number, one.id) for one in theirs.annexes] == [(one.number, one.id) for one in full.annexes]
    assert {one.id for one, other in zip(full.annexes, theirs.annexes, strict=True) if one != other} == {"overdue", "staff_scores"}


def test_persons_who_won_are_counted_and_not_named(assessed_home):
    quarter = Asked("quarter", "2018-Q3")
    said = {
        audience: next(
            part.said.text
            for section in content_of(assessed_home, replace(quarter, audience=audience)).sections
            for part in section.parts
            if part.id == "honours"
        )
        for audience in AUDIENCES
    }
    winners = re.search(r"服务标兵(\d+)名：([^；。]+)", said["internal"])
    assert winners is not None
    for audience in ("leadership", "public"):
        assert re.search(rf"服务标兵{winners[1]}名[；。]", said[audience])
        assert not [name for name in winners[2].split("、") if name in said[audience]]
        assert "红旗" in said[audience]


@pytest.fixture
def exported(published_home):
    """October in all three versions on the list of exports."""
    numbers = exports.ask(published_home, [replace(OCTOBER, formats=("xlsx",), audience=one) for one in AUDIENCES], "manager", NOW)
    work(published_home)
    assert {job.state for job in exports.jobs(published_home)} == {"done"}
    known(open_office(published_home), MANAGER, LEADER)
    return dict(zip(AUDIENCES, numbers, strict=True))


def test_a_leader_is_refused_the_full_file_by_its_number(published_home, exported):
    with pytest.raises(NotAllowedError):
        exports.downloaded(published_home, exported["internal"], "xlsx", LEADER, NOW)
    assert not any(entry.action == "report.downloaded" for entry in entries(open_office(published_home)))
    for audience in ("leadership", "public"):
        assert exports.downloaded(published_home, exported[audience], "xlsx", LEADER, NOW).startswith(b"PK")
    assert exports.downloaded(published_home, exported["internal"], "xlsx", MANAGER, NOW).startswith(b"PK")


def test_the_page_offers_each_their_own(published_home, exported, monkeypatch):
    """A leader asks for the leaders' version, sees that there is another, and cannot fetch, stop or resume it."""
    exports.ask(published_home, [replace(OCTOBER, audience=one) for one in ("internal", "leadership")], "manager", NOW)
    exports.cancel(published_home, [job.number for job in exports.jobs(published_home)], "manager", NOW)
    keys = {
        role: {f"report_{exported[audience]}_xlsx" for audience in shown}
        for role, shown in (("manager", AUDIENCES), ("leader", ("leadership", "public")))
    }
    for role, versions in (("manager", ["内部版", "领导版", "公开版"]), ("leader", ["领导版", "公开版"])):
        app = signed_in_app(published_home, monkeypatch, role, "reports", lang="zh")
        audience = next(one for one in app.get("button_group") if one.key == "report_audience")
        assert list(audience.options) == versions
        assert {one.key for one in app.get("download_button")} == keys[role]
        texts = [one.value for one in app.get("caption")]
        assert ("只供大厅管理人员" in texts) == (role == "leader")
        resume = next(one for one in app.button if one.key == "report_resume")
        assert resume.label == f"继续生成 {2 if role == 'manager' else 1} 份"
    monkeypatch.setattr("dashboard.reports.starting.start", lambda home: None)
    app.button(key="report_make").click().run()
    assert not app.exception
    assert exports.jobs(published_home)[0].audience == "leadership"
    app.button(key="report_year_make").click().run()
    assert {job.audience for job in exports.jobs(published_home) if job.batch} == {"leadership"}
