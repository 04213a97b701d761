"""A file tried from the page: its problems are told in the file's own headers and in words, never in codes of the program."""

import pytest

from dashboard.components.upload import brings_nothing, mapping_words, problem_rows, record_words
from dashboard.language import language
from etl.config import Home, connect
from etl.ingest import load
from etl.records.mapping import mappings

CSV = (
    "办件编号,部门,收件时间,受理时间,承诺时限,承诺时限单位\n"
    "UP-1,民政局,2018-10-08,2018-10-08,5,工作日\n"
    "UP-2,民政局,2018-10-08,2018-10-08,五天,工作日\n"
    "UP-3,民政局,2018-10-08,2018-10-01,5,工作日\n"
)


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home")
    home.make()
    return home


def tried(home: Home, content: str, *, dry_run: bool = True) -> list[dict]:
    path = home.tmp / "办件.csv"
    path.write_text(content, "utf-8")
    with connect(home) as con:
        return [result.as_json() for result in load(con, home, [path], dry_run=dry_run)]


@pytest.mark.parametrize(("code", "field"), [("zh", "承诺时限"), ("en", "Promised limit")])
def test_a_problem_names_the_column_of_the_file_and_the_field_in_words(home, code, field):
    batches = tried(home, CSV)
    found = problem_rows(batches, mappings(home), language(code)).set_index("line")
    assert list(found.index) == [3, 4]
    assert (found.loc[3, "header"], found.loc[3, "field"], found.loc[3, "value"]) == ("承诺时限", field, "五天")
    assert "_" not in "".join(found["field"])
    assert all(found["message"])
    (batch,) = batches
    words = record_words(batch["record"], language(code)), mapping_words(batch["mapping"], mappings(home), language(code))
    assert words == {"zh": ("办件", "办件（规范表头）"), "en": ("Case", "Case (canonical headers)")}[code]


def test_a_file_brings_nothing_when_every_record_is_there_already_or_refused(home):
    assert not brings_nothing(tried(home, CSV))
    tried(home, CSV, dry_run=False)
    batches = tried(home, CSV)
    assert [(batch["inserted"], batch["updated"], batch["unchanged"], batch["quarantined"]) for batch in batches] == [(0, 0, 1, 2)]
    assert brings_nothing(batches)
    assert not brings_nothing(tried(home, CSV.replace("UP-1,民政局", "UP-4,民政局")))
