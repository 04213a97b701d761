"""Somebody else's exports of the hall's own systems: a mapping in HALL_HOME/mappings and nothing else makes them load."""

import csv
import io
from datetime import date
from pathlib import Path

from etl.config import Home, connect
from etl.engine import build
from etl.indicators import Query, evaluate
from etl.ingest import load

APPLICATION = """
record = "application"
zh = "某市网厅流水"
en = "Another city's online hall"
signature = ["流水号", "递交时刻", "初审意见"]

[fields]
application_no = "流水号"
case_no = "业务受理号"
item_name = "服务名称"
department = "主管单位"
channel = "来自"
submitted_at = "递交时刻"
prechecked_at = "初审时刻"
precheck_result = "初审意见"
return_reason = "不通过理由"
sent_at = "邮寄发出"
delivered_at = "邮寄妥投"

[codes.channel]
"网页" = "web"
"小程序" = "mobile"

[codes.precheck_result]
"Y" = "passed"
"N" = "returned"
"""

INTAKE = """
record = "one_window"
zh = "某市综窗台账"
en = "Another city's window ledger"
signature = ["综窗流水", "板块", "登记时刻"]

[fields]
intake_no = "综窗流水"
category = "板块"
window_name = "柜台"
item_name = "服务名称"
received_at = "登记时刻"
dispatched_at = "推送时刻"
result_at = "发证时刻"

[codes.category]
"民生" = "social"
"工程" = "investment"
"""

PART = """
record = "one_window_part"
zh = "某市综窗协同"
en = "Another city's list of parts"
signature = ["综窗流水", "协同单位", "推送时刻"]

[fields]
intake_no = "综窗流水"
department = "协同单位"
role = "角色"
dispatched_at = "推送时刻"
received_at = "接单时刻"
finished_at = "回单时刻"
part_result = "回单结果"

[codes.role]
"A" = "lead"
"B" = "support"

[codes.part_result]
"1" = "approved"
"9" = "returned"
"""


def write_csv(path: Path, header: str, *rows: str, encoding: str = "gb18030", delimiter: str = ",") -> Path:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([header.split("|"), *(row.split("|") for row in rows)])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def test_another_citys_exports_load_by_their_mappings_alone(home: Home, tmp_path: Path) -> None:
    folder = home.root / "mappings"
    folder.mkdir()
    for name, text in (("other-application", APPLICATION), ("other-intake", INTAKE), ("other-part", PART)):
        (folder / f"{name}.toml").write_text(text, "utf-8")
    files = [
        write_csv(
            tmp_path / "网厅.csv",
            "流水号|递交时刻|来自|服务名称|主管单位|初审时刻|初审意见|不通过理由|业务受理号|邮寄发出|邮寄妥投",
            "W1|2018-10-09 09:00|网页|某服务|民政局|2018-10-09 10:30|Y|||2018-10-10|2018-10-12",
            "W2|2018/10/9 9:00|小程序|某服务|民政局|2018/10/10 9:00|N|盖章不全|||",
            "W3|2018-10-09 09:00|电视|某服务|民政局||||||",
        ),
        write_csv(
            tmp_path / "综窗.txt", "综窗流水|板块|登记时刻|推送时刻|发证时刻|柜台|服务名称",
            "Z1|工程|2018-10-09 09:00|2018-10-09 09:30|2018-10-12 09:00|三号|某工程", encoding="utf-8-sig", delimiter="\t",
        ),
        write_csv(
            tmp_path / "协同.csv", "综窗流水|协同单位|角色|推送时刻|接单时刻|回单时刻|回单结果",
            "Z1|住建局|A|2018-10-09 09:30|2018-10-09 11:30|2018-10-12 08:30|1",
            "Z1|消防队|B|2018-10-09 09:30|2018-10-10 09:30|2018-10-10 10:30|1",
            "Z1|国土局|B|2018-10-09 09:30|2018-10-09 08:30|2018-10-10 10:30|1",
        ),
    ]  # fmt: skip
    with connect(home) as con:
        results = load(con, home, files)
        assert [(one.mapping, one.inserted, one.quarantined) for one in results] == [
            ("other-application", 2, 1),
            ("other-intake", 1, 0),
            ("other-part", 2, 1),
        ]
        build(con, home, as_of=date(2018, 10, 31))
        month = Query(date(2018, 10, 1), date(2018, 10, 31))

        def value(name: str) -> float | int | None:
            return evaluate(con, name, month).rows[0].value

        # 9:00-10:30 is an hour and a half; 9:00 to 9:00 the next day is seven hours.
        assert value("precheck_mean_hours") == (1.5 + 7) / 2
        assert (value("online_precheck_returned"), value("express_mean_days")) == (1, 2)
        assert (value("one_window_intakes"), value("one_window_joint")) == (1, 1)
        assert value("one_window_handover_mean_hours") == (2 + 7) / 2
        assert con.execute("select slowest_department from fact_one_window").fetchall() == [("住建局",)]
