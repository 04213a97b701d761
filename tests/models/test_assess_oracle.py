"""The demo's events against an oracle that tells them again in plain Python; published, they hold no words and no names but staff's."""

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from oracles.days import national_days
from oracles.recorded_events import Oracle, Told
from oracles.small_hall import rows
from small_hall import CUT_OFF, made_once, published

from etl.config import SHIPPED, Home, connect
from etl.indicators import Query, evaluate
from etl.publish import current, open_snapshot
from etl.records import Code, codes, read_toml

READ = (
    "raw_staff", "raw_attendance", "raw_patrol", "raw_dossier", "raw_merit", "raw_case", "raw_application", "raw_complaint",
    "raw_evaluation", "fact_case", "fact_certificate_missing", "fact_signal",
)  # fmt: skip
GROUPS = {"attendance", "discipline", "business", "public", "supervision", "merit", "veto"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(made_once(tmp_path_factory, "small-hall", published))


@pytest.fixture(scope="module")
def tables(home: Home) -> dict[str, list[dict[str, object]]]:
    with connect(home, read_only=True) as con:
        return {name: rows(con, f"select * from {name}") for name in (*READ, "fact_assess_event", "fact_staff_post")}


def key(told: Told) -> tuple[object, ...]:
    return tuple(getattr(told, name) for name in told.__dataclass_fields__)


def test_events_are_those_that_plain_python_tells(tables: dict[str, list[dict[str, object]]]) -> None:
    told = Oracle(tables, national_days(), CUT_OFF, precheck_workdays=1).told()
    names = (
        "event_id",
        "day",
        "kind",
        "quantity",
        "workdays_late",
        "staff_no",
        "window_name",
        "department",
        "case_no",
        "evidence_no",
        "is_automatic",
    )
    found = [tuple(row[name] for name in names) for row in tables["fact_assess_event"]]
    assert len(found) == len({row[0] for row in found}) == len(told)
    assert set(found) ^ {key(one) for one in told} == set()


def test_the_demo_year_has_every_kind_of_source_and_kinds_are_those_of_the_list(tables: dict[str, list[dict[str, object]]]) -> None:
    events = tables["fact_assess_event"]
    known = read_toml(SHIPPED / "reference" / "assessment-events.toml")
    assert {row["kind"] for row in events} <= set(known)
    assert {row["evidence_type"] for row in events} == {
        "attendance", "patrol", "dossier", "merit", "case", "application", "certificate", "complaint", "evaluation", "signal",
    }  # fmt: skip
    assert sum(row["kind"] in ("media_exposure", "fraud", "bribery") for row in events) == 1
    assert all(row["month"] == str(row["day"])[:7] and row["evidence_no"] for row in events)
    assert all(isinstance(row["quantity"], Decimal) and row["quantity"] > 0 for row in events)


def test_every_kind_says_its_words_its_group_and_where_its_evidence_lies() -> None:
    known = read_toml(SHIPPED / "reference" / "assessment-events.toml")
    assert {entry["group"] for entry in known.values()} == GROUPS  # type: ignore[index]
    evidence = {"attendance", "patrol", "dossier", "merit", "case", "application", "certificate", "complaint", "evaluation", "signal"}
    for kind, entry in known.items():
        assert set(entry) - {"also"} == {"zh", "en", "group", "evidence"}, kind  # type: ignore[call-overload]
        assert entry["evidence"] in evidence, kind  # type: ignore[index]
    assert {kind: code.zh for kind, code in codes()["assess_event"].items()} == {kind: entry["zh"] for kind, entry in known.items()}  # type: ignore[index]


def test_no_word_stands_for_two_kinds() -> None:
    def words(code: str, entry: Code) -> set[str]:
        return {code, entry.zh, *entry.also}

    for name in ("assess_event", "attendance_kind", "staff_post", "patrol_result", "dossier_result", "merit_status"):
        counted = Counter(word for code, entry in codes()[name].items() for word in words(code, entry))
        assert [word for word, count in counted.items() if count > 1] == [], name


def test_most_people_lose_little_and_everybody_named_is_on_the_roster(tables: dict[str, list[dict[str, object]]]) -> None:
    staff = {row["staff_no"] for row in tables["fact_staff_post"]}
    named = [row for row in tables["fact_assess_event"] if row["staff_no"]]
    assert 90 <= len(staff) <= 110
    assert {row["staff_no"] for row in named} <= staff
    lost = Counter((row["staff_no"], row["month"]) for row in named if row["evidence_type"] != "merit")
    assert sum(count <= 3 for count in lost.values()) + 12 * len(staff) - len(lost) > 0.8 * 12 * len(staff)


def test_a_persons_own_posts_never_overlap(tables: dict[str, list[dict[str, object]]]) -> None:
    own: dict[object, list[tuple[date, date]]] = {}
    for row in tables["fact_staff_post"]:
        if row["post"] != "backup":
            own.setdefault(row["staff_no"], []).append((row["from_on"], row["to_on"] or date.max))  # type: ignore[arg-type]
    assert any(len(stretches) > 1 for stretches in own.values())
    for stretches in own.values():
        ordered = sorted(stretches)
        assert all(one[1] <= next_one[0] for one, next_one in pairwise(ordered))
        assert all(first < last for first, last in ordered)


def test_the_published_tables_hold_numbers_and_codes_and_no_words(home: Home) -> None:
    path = current(home)
    assert path is not None
    with open_snapshot(path) as snapshot, connect(home, read_only=True) as con:
        columns = {
            table: [row["column_name"] for row in rows(snapshot, f"select column_name from (describe {table})")]
            for table in ("fact_staff_post", "fact_leave", "fact_patrol", "fact_assess_event")
        }
        assert columns["fact_staff_post"] == ["staff_no", "staff_name", "department", "window_name", "post", "from_on", "to_on", "division"]
        written = {text for (text,) in con.execute("select distinct finding from raw_patrol where finding is not null").fetchall()}
        names = {text for (text,) in con.execute("select distinct staff_name from raw_staff").fetchall()}
        assert len(written) > 50
        for table, named in columns.items():
            for column in named:
                found = {str(value) for (value,) in snapshot.execute(f"select distinct {column} from {table}").fetchall()}
                assert not found & written, (table, column)
                assert not found & names or (table, column) == ("fact_staff_post", "staff_name")
        phones = con.execute("select count(*) from raw_staff where phone like '12000%'").fetchone()
        assert phones is not None
        assert phones[0] > 100


def test_figures_of_patrols_are_those_of_the_events(home: Home) -> None:
    path = current(home)
    assert path is not None
    year = Query(date(2018, 1, 1), date(2018, 12, 31))
    with open_snapshot(path) as snapshot:
        counted = dict(snapshot.execute("select evidence_type, count(*) from fact_assess_event group by evidence_type").fetchall())
        assert evaluate(snapshot, "patrol_findings", year).rows[0].value == counted["patrol"]
        assert evaluate(snapshot, "dossier_findings", year).rows[0].value == counted["dossier"]
        by_window = evaluate(snapshot, "patrol_findings", Query(year.date_from, year.date_to, by=("window",)))
        assert sum(row.value or 0 for row in by_window.rows) == counted["patrol"]
