"""Another office's exports of certificates, unit access, items and abolished proofs load with a mapping of its own and no line of code."""

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from etl.config import HallError, Home, connect
from etl.ingest import load

MAPPINGS = {
    "other-certificates": """
record = "certificate"
zh = "邻县证照系统"
en = "A neighbour's certificate system"
signature = ["证号", "制证部门", "业务种类"]
defaults = { source = "邻县证照系统" }
[fields]
certificate_no = "证号"
unit = "制证部门"
stock_or_new = "业务种类"
converted_on = "扫描日"
stored_on = "归集日"
qc_result = "审核状态"
return_reason = "问题"
case_no = "业务号"
[codes.stock_or_new]
"历史" = "stock"
"新办" = "new"
[codes.qc_result]
"Y" = "passed"
"N" = "returned"
[codes.return_reason]
"缺页漏页" = "image_missing"
""",
    "other-access": """
record = "unit_access"
zh = "邻县开通情况"
en = "A neighbour's table of access"
signature = ["部门全称", "开户", "制章"]
[fields]
unit = "部门全称"
has_account = "开户"
has_seal = "制章"
declared_stock = "家底"
""",
    "other-items": """
record = "item"
zh = "邻县事项表"
en = "A neighbour's item list"
signature = ["事项/代码", "事项/名称", "时限/承诺天数"]
header_rows = 2
defaults = { item_version = "2020", promised_unit = "workday", statutory_unit = "workday", item_list = "邻县清单" }
[fields]
item_code = "事项/代码"
item_name = "事项/名称"
department = "牵头部门"
statutory_limit = "时限/法定天数"
promised_limit = "时限/承诺天数"
trips = "见面次数"
online_depth = "深度"
[codes.online_depth]
"全网通" = "star5"
""",
    "other-proofs": """
record = "cancelled_proof"
zh = "邻县证明清理表"
en = "A neighbour's list of abolished proofs"
signature = ["清理序号", "证明", "谁要的"]
[fields]
code = "清理序号"
proof_name = "证明"
unit = "谁要的"
cancelled_on = "何时取消"
""",
}


@pytest.fixture
def office(home: Home) -> Home:
    """A home with the neighbour's mappings in its own folder."""
    folder = home.root / "mappings"
    folder.mkdir()
    for name, text in MAPPINGS.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return home


def _loaded(home: Home, path: Path, sql: str) -> tuple[str, list[tuple]]:
    with connect(home) as con:
        (result,) = load(con, home, [path])
        assert result.quarantined == 0
        return result.mapping, con.execute(sql).fetchall()


def _written(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("gb18030"))
    return path


def test_certificates(office: Home, tmp_path: Path) -> None:
    path = _written(
        tmp_path / "a.csv",
        "证号,制证部门,业务种类,扫描日,归集日,审核状态,问题,业务号\n"
        "007,甲局,历史,2020/3/1,2020年3月2日,Y,,\n008,甲局,新办,2020/3/1,,N,缺页漏页,B-1\n",
    )
    mapping, rows = _loaded(
        office, path, "select certificate_no, stock_or_new, stored_on, qc_result, return_reason, case_no from raw_certificate order by 1"
    )
    assert mapping == "other-certificates"
    assert rows == [("007", "stock", date(2020, 3, 2), "passed", None, None), ("008", "new", None, "returned", "image_missing", "B-1")]


def test_unit_access_that_only_says_yes(office: Home, tmp_path: Path) -> None:
    path = _written(tmp_path / "a.csv", "部门全称,开户,制章,家底\n甲局,是,否,120\n乙局,√,,\n")
    mapping, rows = _loaded(office, path, "select unit, has_account, has_seal, declared_stock from raw_unit_access order by 1 desc")
    assert mapping == "other-access"
    assert rows == [("甲局", True, False, 120), ("乙局", True, None, None)]


def test_items_from_a_workbook_with_two_merged_header_rows(office: Home, tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 6, "邻县事项表（2020年）")
    sheet.merge_range(1, 0, 1, 1, "事项")
    sheet.merge_range(1, 2, 2, 2, "牵头部门")
    sheet.merge_range(1, 3, 1, 4, "时限")
    sheet.merge_range(1, 5, 2, 5, "见面次数")
    sheet.merge_range(1, 6, 2, 6, "深度")
    for column, name in ((0, "代码"), (1, "名称"), (3, "法定天数"), (4, "承诺天数")):
        sheet.write_string(2, column, name)
    sheet.write_row(3, 0, ["00123456789", "某证核发", "甲局", 20, 5, 0, "全网通"])
    sheet.write_row(4, 0, ["00123456790", "某证变更", "甲局", 20, 0, 1, "三星"])
    book.close()
    mapping, rows = _loaded(
        office,
        path,
        "select item_code, item_version, statutory_limit, promised_limit, promised_unit, trips, online_depth from raw_item order by 1",
    )
    assert mapping == "other-items"
    assert rows == [
        ("00123456789", "2020", 20, 5, "workday", 0, "star5"),
        ("00123456790", "2020", 20, 0, "workday", 1, "star3"),
    ]


def test_abolished_proofs(office: Home, tmp_path: Path) -> None:
    path = _written(tmp_path / "a.csv", "清理序号,证明,谁要的,何时取消\n01,居住证明,甲局,2020.5.1\n")
    mapping, rows = _loaded(office, path, "select code, proof_name, unit, cancelled_on from raw_cancelled_proof")
    assert (mapping, rows) == ("other-proofs", [("01", "居住证明", "甲局", date(2020, 5, 1))])


def test_a_depth_that_could_be_three_stars_or_four_is_not_guessed(home: Home, tmp_path: Path) -> None:
    text = "事项编码,事项版本,事项名称,部门,网上办理深度\n1234567890,1,甲,甲局,收办分离式\n1234567891,1,乙,甲局,全流程\n"
    path = _written(tmp_path / "a.csv", text)
    with connect(home) as con:
        (result,) = load(con, home, [path])
        faults = con.execute("select rule from quarantine_fault").fetchall()
        kept = con.execute("select online_depth from raw_item").fetchall()
    assert (result.quarantined, kept) == (1, [("star5",)])
    assert faults == [("unknown_code",)]


def test_contradictions_in_the_register_are_refused_row_by_row(home: Home, tmp_path: Path) -> None:
    header = "开通单位,管理账号,账号开通日期,数字证书开通日期,数字证书有效期至,存量底数\n"
    rows = "甲局,否,2018-03-01,,,\n乙局,是,2018-03-01,2018-05-01,2018-04-01,\n丙局,是,,,,-3\n丁局,是,2018-03-01,2018-05-01,2020-04-30,40\n"
    with connect(home) as con:
        (result,) = load(con, home, [_written(tmp_path / "a.csv", header + rows)])
        rules = {rule for (rule,) in con.execute("select rule from quarantine_fault").fetchall()}
    assert (result.mapping, result.inserted, result.quarantined) == ("canonical-unit-access", 1, 3)
    assert rules == {"account_denied_with_date", "ca_ends_before_opened", "declared_stock_below_zero"}


def test_a_mapping_whose_field_does_not_exist_is_refused_by_name(office: Home, tmp_path: Path) -> None:
    (office.root / "mappings" / "other-access.toml").write_text(MAPPINGS["other-access"].replace("has_seal", "seal"), "utf-8")
    with connect(office) as con, pytest.raises(HallError, match=r"other-access\.toml"):
        load(con, office, [_written(tmp_path / "a.csv", "部门全称,开户,制章\n甲局,是,否\n")])
