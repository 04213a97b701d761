"""The supervision and data-quality pages: numbers are those of `evaluate` and of the ledger, handling is kept, both languages whole."""

import io
import json
from datetime import date

import pytest
from drawn_page import chinese_left, english_left, figure, opener, texts
from python_calamine import CalamineWorkbook
from small_hall import copied

from dashboard.pages import quality, supervision
from dashboard.period import containing
from dashboard.queries import supervision as queries
from dashboard.store import Scope, Store, open_current
from etl.access.rules import access_rules
from etl.config import Home, connect
from etl.indicators import Query, definition, evaluate
from etl.ingest.quarantine import listed
from etl.office import entries, open_office
from etl.office.signals import handlings
from etl.publish import current, open_snapshot

KEPT = {"CSV", "English", "TOML", "Excel", "JSON", "Parquet", "MB"}
OCTOBER = containing("month", date(2018, 10, 1))
PAGES = {"supervision": supervision.CARDS, "quality": quality.CARDS}


@pytest.fixture(scope="module")
def own_home(hall_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A hall of this module's own: its office is written to."""
    return copied(hall_home, tmp_path_factory.mktemp("oversight") / "home")


@pytest.fixture
def own_store(own_home: Home) -> Store:
    return open_current(own_home)


@pytest.fixture
def open_page(own_home, monkeypatch):
    return opener(own_home, monkeypatch)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_cards_show_what_the_indicators_say(open_page, own_home, page, lang):
    app = open_page(page, lang=lang, period="month", on="2018-10-01")
    cards = {metric.label: metric.value for metric in app.metric}
    with open_snapshot(current(own_home)) as con:
        for name in PAGES[page]:
            (row,) = evaluate(con, name, Query(OCTOBER.first, OCTOBER.last)).rows
            shown = cards[definition(name).zh if lang == "zh" else definition(name).en]
            assert figure(shown) == pytest.approx(row.value, abs=0.051), name


def test_ledger_cards_show_the_ledger_with_records_and_faults_apart(open_page, own_home):
    with connect(own_home) as con:
        read, refused = con.execute("select sum(read), sum(quarantined) from batch").fetchone()
        faults = len(listed(con))
        records = len({(row["batch_id"], row["line"]) for row in listed(con)})
    assert faults > records == refused
    app = open_page("quality")
    cards = {metric.label: figure(metric.value) for metric in app.metric}
    assert cards[definition("records_read").zh] == read
    assert cards[definition("quarantine_held").zh] == records
    assert cards[definition("faults_held").zh] == faults
    assert any(f"读入 {read:,} = " in element.value for element in app.success)
    overview = open_page("overview")
    assert any(f"{records:,} 条记录" in element.value and f"{faults:,} 处" in element.value for element in overview.info)


def test_conservation_that_fails_is_shown_in_red(open_page, monkeypatch):
    broken = {
        "batches": 3,
        "read_records": 10,
        "inserted": 9,
        "updated": 0,
        "unchanged": 0,
        "superseded": 0,
        "quarantined": 0,
        "unbalanced": 1,
    }
    monkeypatch.setattr("dashboard.queries.quality.totals", lambda store: broken)
    assert any("1 个批次收支不符" in element.value for element in open_page("quality").error)


def test_the_refused_records_are_handed_out_as_a_workbook_to_correct(open_page, own_home, monkeypatch):
    with connect(own_home) as con:
        held = {f"{row['batch_id']}:{row['line']}" for row in listed(con)}
    offered = {}
    monkeypatch.setattr(
        "dashboard.components.tables.st.download_button", lambda label, data, key, **more: offered.update({key: (label, data, more)})
    )
    app = open_page("quality")
    assert "quarantine_take" not in offered
    app.button(key="quarantine_make").click().run()
    assert not app.exception
    label, data, more = offered["quarantine_take"]
    assert label == f"下载更正表（{len(held):,} 行）"
    book = CalamineWorkbook.from_filelike(io.BytesIO(data()))
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()[1:]]
    assert {row[0] for row in rows} == held
    newest = entries(open_office(own_home), action="export.")[0]
    assert (newest.actor, newest.subject) == ("local", more["file_name"])
    assert json.loads(newest.detail) | {"scope": None} == {
        "role": "manager", "kind": "work", "rows": len(held), "scope": None, "snapshot": open_current(own_home).snapshot_id
    }  # fmt: skip
    assert not list(own_home.tmp.glob("upload-*"))


def test_a_workbook_that_cannot_be_made_is_refused_in_words(open_page, own_home):
    app = open_page("quality")
    with connect(own_home):
        app.button(key="quarantine_make").click().run()
    assert not app.exception
    assert [element.value for element in app.error]
    assert not any("Traceback" in text for text in texts(app))


def test_only_who_may_take_refused_records_has_the_button(own_home, monkeypatch):
    rules = access_rules()
    manager = rules.roles["manager"]
    without = manager.model_copy(update={"actions": tuple(one for one in manager.actions if one != "take_quarantine")})
    changed = rules.model_copy(update={"roles": {**rules.roles, "manager": without}})
    monkeypatch.setattr("dashboard.session.access_rules", lambda: changed)
    app = opener(own_home, monkeypatch)("quality")
    assert not [button for button in app.button if button.key == "quarantine_make"]
    assert not any("quarantine retry" in element.value for element in app.markdown)


@pytest.mark.parametrize("page", PAGES)
def test_english_pages_hold_no_chinese_but_data(open_page, own_store, page):
    app = open_page(page, lang="en", period="year", on="2018-01-01")
    assert chinese_left(texts(app), own_store) == []


@pytest.mark.parametrize("page", PAGES)
def test_chinese_pages_hold_no_english(open_page, own_store, page):
    app = open_page(page, lang="zh", period="year", on="2018-01-01")
    assert english_left(texts(app), own_store, KEPT) == []


def test_a_signal_is_acknowledged_then_closed_with_its_trace(open_page, own_home, own_store):
    found = queries.signals(own_store, Scope(), "time_limit", date.min, own_store.as_of, pressing=True)
    signal_id = str(found["signal_id"].iloc[0])
    app = open_page("supervision", signal=signal_id, period="year", on="2018-01-01")
    (heading,) = [element.value for element in app.subheader if signal_id.split(":")[1] in element.value]
    assert heading.startswith(str(found["rule_zh"].iloc[0]))
    assert any(str(found["rule_version"].iloc[0]) in element.value for element in app.caption)
    app.button(key="handle_submit").click().run()
    office = open_office(own_home)
    assert [one.action for one in handlings(office, signal_id)] == ["acknowledged"]
    app.segmented_control(key=f"handle_action_{signal_id}_1").set_value("closed").run()
    app.button(key="handle_submit").click().run()
    # In the language of the page only: the other line of a refusal is for the command line.
    assert [element.value for element in app.error] == ["请写明理由"]
    assert not any("give the reason" in text for text in texts(app))
    assert len(handlings(office, signal_id)) == 1
    app.text_area(key=f"handle_reason_{signal_id}_1").set_value("经查系窗口漏点办结").run()
    app.button(key="handle_submit").click().run()
    assert not app.exception
    done = handlings(office, signal_id)
    assert [(one.action, one.actor, one.reason) for one in done] == [
        ("acknowledged", "local", ""),
        ("closed", "local", "经查系窗口漏点办结"),
    ]
    newest = entries(office, action="signal.")[0]
    assert (newest.subject, json.loads(newest.detail)["reason"]) == (signal_id, "经查系窗口漏点办结")
    assert not [button for button in app.button if button.key == "handle_submit"]


def test_what_waits_is_split_by_whether_its_condition_still_holds(open_page, own_home, own_store):
    with open_snapshot(current(own_home)) as con:
        (in_force,) = evaluate(con, "signals_in_force", Query(own_store.as_of, own_store.as_of)).rows
    sql = "select count(*) as n from fact_signal where family = 'time_limit' and is_current and not is_event"
    assert in_force.value == own_store.query(sql)["n"].iloc[0]
    closed = {one.signal_id for one in handlings(open_office(own_home)) if one.action == "closed"}
    found = queries.signals(own_store, Scope(), "time_limit", date.min, own_store.as_of, pressing=True)
    waiting = found[~found["signal_id"].isin(closed)]
    current_ones = waiting[waiting["is_current"].astype(bool)]
    assert 0 < len(current_ones) < len(waiting) < 5000
    for chosen, expected in (
        ("current", set(current_ones["signal_id"])),
        ("ended", set(waiting["signal_id"]) - set(current_ones["signal_id"])),
    ):
        app = open_page("supervision", period="year", on="2018-01-01", waiting=chosen)
        words = app.segmented_control(key="choice_waiting").options
        assert words == [f"情形仍存在 {len(current_ones):,}", f"情形已结束、待销号 {len(waiting) - len(current_ones):,}"]
        first = next(element.value for element in app.dataframe if "signal_id" in element.value.columns)
        assert set(first["signal_id"]) == expected
        assert any("只计期末情形仍存在的" in element.value for element in app.caption)


def test_an_unknown_signal_in_the_address_is_said_to_be_unknown(open_page):
    app = open_page("supervision", signal="no:such*one")
    assert any("没有信号" in element.value for element in app.markdown)


def test_due_list_holds_the_cases_due_within_the_days_and_keeps_to_the_scope(own_store, own_home):
    with open_snapshot(current(own_home)) as con:
        rows = con.execute(
            "select case_no, department, days_left from fact_case where is_open and promise_state in ('running', 'due_soon')"
        ).fetchall()
    for within in (0, 2, 7, 20):
        expected = {case for case, _, left in rows if 0 <= left <= within}
        assert set(queries.due_soon(own_store, Scope(), within)["case_no"]) == expected
    assert expected
    department = next(name for case, name, _ in rows if case in expected)
    narrowed = queries.due_soon(own_store, Scope(department=department), 20)
    assert set(narrowed["department"]) == {department}


def test_loading_from_the_page_is_tried_first_and_writes_only_when_confirmed(own_home, own_store, tmp_path):
    from dashboard.uploads import progress, receive, start

    content = "办件编号,部门,收件时间,受理时间\nUP-1,民政局,2018-10-08,2018-10-08\nUP-2,民政局,2018-10-08,2018-10-01\n".encode()
    file = receive(own_home, "../../办件 <1>.csv", content, 5)
    assert file.path.parent.parent == own_home.tmp
    assert file.name == "办件 _1_.csv"

    def ended(job):
        job.process.wait(120)
        return progress(job)

    tried = ended(start(own_home, "try", file, "li"))
    (batch,) = tried.document["batches"]
    assert (batch["read"], batch["inserted"], batch["quarantined"]) == (2, 1, 1)
    assert [(problem["line"], problem["rule"]) for problem in batch["problems"]] == [(3, "accepted_before_received")]
    assert open_current(own_home).snapshot_id == own_store.snapshot_id
    loaded = ended(start(own_home, "load", file, "li"))
    assert loaded.step == "publish"
    assert loaded.document["snapshot"] == open_current(own_home).snapshot_id != own_store.snapshot_id
    assert open_current(own_home).case("UP-1") is not None
    trace = entries(open_office(own_home), action="file.")[0]
    assert trace.actor == "li"
    assert "办件 _1_.csv" in trace.subject
    file.discard()
    assert not list(own_home.tmp.glob("upload-*"))


def test_files_that_are_empty_too_large_or_no_table_are_refused_by_name(own_home):
    from dashboard.uploads import progress, receive, start
    from etl.config import HallError

    with pytest.raises(HallError, match="empty"):
        receive(own_home, "a.csv", b"", 1)
    with pytest.raises(HallError, match="more than 1 MB"):
        receive(own_home, "a.csv", b"0" * (1024**2 + 1), 1)
    file = receive(own_home, "a.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, 1)
    job = start(own_home, "try", file, "li")
    job.process.wait(60)
    seen = progress(job)
    assert seen.is_done
    assert seen.refusals[0][1].endswith("provide a CSV or Excel export")
    file.discard()
