"""Tickets through the real ingest: what is refused, what is warned of, and somebody else's headers without a change of code."""

from pathlib import Path

import pytest

from etl.config import Home, connect
from etl.ingest import load
from etl.ingest.draft import draft

HEADER = "区域名称,业务名称,窗口名称,操作人员,状态,过号来源,客户姓名,票号,取号时间,叫号时间,开始服务时间,完成时间,办理时长(秒)\n"
GOOD = {
    "区域名称": "一楼A区", "业务名称": "市场监管", "窗口名称": "1号窗口", "操作人员": "李红", "状态": "已完成", "过号来源": "",
    "客户姓名": "张明", "票号": "A001",
    "取号时间": "2018-10-08 09:00:00", "叫号时间": "2018-10-08 09:10:00", "开始服务时间": "2018-10-08 09:10:30",
    "完成时间": "2018-10-08 09:20:30", "办理时长(秒)": "600",
}  # fmt: skip


def export(path: Path, *rows: dict[str, str]) -> Path:
    path.write_text(HEADER + "".join(",".join((GOOD | row).values()) + "\n" for row in rows), "utf-8")
    return path


def faults(con, home: Home, path: Path) -> tuple[object, set[str]]:
    (result,) = load(con, home, [path])
    return result, {rule for (rule,) in con.execute("select distinct rule from quarantine_fault").fetchall()}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"叫号时间": "2018-10-08 08:59:59"}, "called_before_taken"),
        ({"开始服务时间": "2018-10-08 09:09:59"}, "started_before_called"),
        ({"完成时间": "2018-10-08 09:10:29"}, "ended_before_started"),
        ({"办理时长(秒)": "-1"}, "negative_service_time"),
        ({"叫号时间": "", "开始服务时间": ""}, "done_without_call"),
        ({"叫号时间": "", "状态": "转号"}, "served_without_call"),
        ({"完成时间": "2018-10-09 09:00:00"}, "over_a_day"),
        ({"完成时间": "2018-10-08 08:00:00", "叫号时间": "", "开始服务时间": "", "状态": "弃号"}, "ended_before_taken"),
        ({"票号": ""}, "missing"),
        ({"区域名称": ""}, "missing"),
        ({"取号时间": ""}, "missing"),
        ({"状态": "挂起"}, "unknown_code"),
        ({"取号时间": "2018-02-30 09:00:00"}, "bad_datetime"),
    ],
)
def test_a_ticket_that_cannot_be_is_refused_by_rule(home, tmp_path, change, rule):
    with connect(home) as con:
        result, rules = faults(con, home, export(tmp_path / "a.csv", {"票号": "A000"}, change))
        assert (result.inserted, result.quarantined) == (1, 1)
        assert rule in rules


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"状态": "等候中", "叫号时间": "", "开始服务时间": "", "完成时间": "", "办理时长(秒)": ""}, "never_called"),
        ({"状态": "弃号", "叫号时间": "", "开始服务时间": "", "办理时长(秒)": ""}, "never_called"),
        ({"状态": "等候中"}, "waiting_though_called"),
        ({"状态": "过号"}, "no_show_but_served"),
        ({"办理时长(秒)": "661"}, "service_time_differs"),
        ({"完成时间": "2018-10-08 13:10:31", "办理时长(秒)": "14401"}, "service_over_four_hours"),
    ],
)
def test_an_odd_ticket_loads_with_a_warning(home, tmp_path, change, rule):
    with connect(home) as con:
        result, _ = faults(con, home, export(tmp_path / "a.csv", change))
    assert result.inserted == 1
    assert [warned.rule for warned in result.warnings] == [rule]


def test_a_plain_ticket_loads_without_a_word(home, tmp_path):
    with connect(home) as con:
        result, rules = faults(con, home, export(tmp_path / "a.csv", {}))
    assert (result.inserted, result.warnings, rules) == (1, [], set())


def test_numbers_begin_anew_each_day_and_in_each_zone(home, tmp_path):
    other_day = {name: value.replace("10-08", "10-09") for name, value in GOOD.items() if "时间" in name}
    path = export(tmp_path / "a.csv", {}, {"区域名称": "二楼A区"}, other_day, {})
    with connect(home) as con:
        (result,) = load(con, home, [path])
        assert (result.inserted, result.unchanged) == (3, 1)
        (again,) = load(con, home, [path])
        assert (again.inserted, again.unchanged) == (0, 4)


def test_the_same_ticket_called_later_takes_the_place_of_the_waiting_one(home, tmp_path):
    waiting = {"状态": "等候中", "窗口名称": "", "叫号时间": "", "开始服务时间": "", "完成时间": "", "办理时长(秒)": ""}
    morning, evening = export(tmp_path / "morning.csv", waiting), export(tmp_path / "evening.csv", {})
    with connect(home) as con:
        (later,) = load(con, home, [evening])
        (earlier,) = load(con, home, [morning])
        assert (later.inserted, earlier.superseded) == (1, 1)
        assert con.execute("select status from raw_ticket").fetchall() == [("done",)]


def test_somebody_elses_queue_system_is_loaded_by_a_mapping_alone(home, tmp_path):
    """Other headers, other codes, no zone column, seconds left out, JSON: a TOML file in the office's own folder is enough."""
    folder = home.root / "mappings"
    folder.mkdir()
    (folder / "novo.toml").write_text(
        """
record = "ticket"
zh = "别家排队系统"
en = "Somebody else's queue system"
signature = ["senha", "chegada", "chamada"]

[fields]
taken_on = "chegada"
taken_at = "chegada"
ticket_no = "senha"
service_name = "servico"
window_name = "guiche"
customer_name = "cliente"
status = "situacao"
called_at = "chamada"
started_at = "inicio"
ended_at = "fim"

[defaults]
zone = "政务大厅"

[codes.status]
"9" = "done"
"3" = "no_show"
"0" = "waiting"

[json]
path = "data"
""",
        "utf-8",
    )
    path = tmp_path / "atendimentos.json"
    path.write_text(
        """{"data": [
        {"senha": "P001", "servico": "A", "guiche": "1", "cliente": "王芳", "situacao": "9",
         "chegada": "2018/10/8 9:00", "chamada": "2018/10/8 9:05", "inicio": "2018/10/8 9:06", "fim": "2018/10/8 9:16"},
        {"senha": "P002", "servico": "A", "guiche": "1", "cliente": "王芳", "situacao": "3",
         "chegada": "2018/10/8 9:01", "chamada": "2018/10/8 9:17", "inicio": null, "fim": null},
        {"senha": "P003", "servico": "A", "guiche": null, "cliente": null, "situacao": "0",
         "chegada": "2018/10/8 9:02", "chamada": null, "inicio": null, "fim": null}
        ]}""",
        "utf-8",
    )
    with connect(home) as con:
        (result,) = load(con, home, [path])
        assert (result.mapping, result.inserted, result.quarantined) == ("novo", 3, 0)
        found = con.execute("select zone, ticket_no, status, cast(taken_on as varchar) from raw_ticket order by ticket_no").fetchall()
    assert found == [("政务大厅", f"P00{number}", status, "2018-10-08") for number, status in ((1, "done"), (2, "no_show"), (3, "waiting"))]


def test_a_canonical_file_of_tickets_is_taken_for_one(home, tmp_path):
    """It may name the case; still it is no file of cases."""
    path = tmp_path / "tickets.csv"
    path.write_text(
        "取号日期,区域,票号,状态,取号时间,叫号时间,办件编号\n2018-10-08,一楼,A001,过号,2018-10-08 09:00:00,2018-10-08 09:05:00,C1\n",
        "utf-8",
    )
    with connect(home) as con:
        (result,) = load(con, home, [path])
    assert (result.record, result.inserted) == ("ticket", 1)


def test_a_draft_takes_the_day_from_the_time_of_taking(home, tmp_path):
    text = draft(home, export(tmp_path / "a.csv", {}))
    assert 'record = "ticket"' in text
    assert 'taken_on = "取号时间"' in text
    assert 'taken_at = "取号时间"' in text
