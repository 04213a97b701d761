"""Numbers whose official lists are reversed: declared they load, undeclared they stop the load.

And somebody else's headers of every record type of this kind load by a mapping alone.
"""

from pathlib import Path

import pytest

from etl.config import HallError, Home, connect
from etl.ingest import load
from etl.ingest.draft import draft
from etl.records import code_orders, codes

MAPPING = """
record = "evaluation"
zh = "某市评价器"
en = "some city's evaluator"
signature = ["流水", "途径", "打分", "打分时刻"]
[fields]
evaluation_id = "流水"
evaluation_channel = "途径"
satisfaction = "打分"
evaluated_at = "打分时刻"
department = "局办"
[codes.evaluation_channel]
"A" = "qr"
"Z" = "default"
"""
ROWS = "流水,途径,打分,打分时刻,局办\n1,A,1,2018-10-08 09:00,民政局\n2,A,5,2018-10-08 09:30,民政局\n3,Z,5,2018-10-08 10:00,民政局\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def loaded(home: Home, path: Path) -> dict[str, str]:
    with connect(home) as con:
        (result,) = load(con, home, [path])
        assert (result.record, result.quarantined) == ("evaluation", 0)
        return dict(con.execute("select evaluation_id, satisfaction from raw_evaluation").fetchall())


def test_both_official_orders_are_whole_and_exactly_reversed() -> None:
    gb, interface = (code_orders()["satisfaction"][name].codes for name in ("gbt39046", "interface"))
    assert gb["1"] == "very_satisfied"
    assert interface["5"] == "very_satisfied"
    assert {number: interface[str(6 - int(number))] for number in gb} == gb
    assert set(gb.values()) == set(codes()["satisfaction"])


@pytest.mark.parametrize(("order", "best"), [("gbt39046", "1"), ("interface", "2")])
def test_somebody_elses_headers_load_by_a_mapping_with_a_declared_order(home: Home, tmp_path: Path, order: str, best: str) -> None:
    write(home.root / "mappings" / "city.toml", MAPPING + f'[orders]\nsatisfaction = "{order}"\n')
    found = loaded(home, write(tmp_path / "a.csv", ROWS))
    assert found[best] == "very_satisfied"
    assert found["3"] == found["2"] != found["1"]


def test_an_undeclared_order_stops_the_load_and_says_why_and_how_to_cure_it(home: Home, tmp_path: Path) -> None:
    write(home.root / "mappings" / "city.toml", MAPPING)
    path = write(tmp_path / "打分.csv", ROWS)
    with connect(home) as con:
        with pytest.raises(HallError) as refused:
            load(con, home, [path])
        for part in ("打分.csv", "第 2 行", "“打分”", "“1”", "city", "[orders]", "gbt39046", "interface"):
            assert part in refused.value.zh
        for part in ("打分.csv", "line 2", "“打分”", "city", "nothing loaded", "[orders]", "very satisfied"):
            assert part in refused.value.en
        assert con.execute("select (select count(*) from raw_evaluation) + (select count(*) from quarantine)").fetchone() == (0,)


def test_words_need_no_declaration(home: Home, tmp_path: Path) -> None:
    write(home.root / "mappings" / "city.toml", MAPPING)
    found = loaded(home, write(tmp_path / "a.csv", ROWS.replace(",1,", ",非常满意,").replace(",5,", ",不满意,")))
    assert found == {"1": "very_satisfied", "2": "dissatisfied", "3": "dissatisfied"}


def test_full_width_numbers_late_in_a_file_are_found_too(home: Home, tmp_path: Path) -> None:
    write(home.root / "mappings" / "city.toml", MAPPING)
    words = ROWS.replace(",1,", ",满意,").replace(",5,", ",满意,")
    with connect(home) as con, pytest.raises(HallError, match="第 5 行"):
        load(con, home, [write(tmp_path / "a.csv", words + "4,A,　５ ,2018-10-08 11:00,民政局\n")])


def test_codes_given_one_by_one_are_a_declaration(home: Home, tmp_path: Path) -> None:
    write(home.root / "mappings" / "city.toml", MAPPING + '[codes.satisfaction]\n"1" = "satisfied"\n"5" = "very_dissatisfied"\n')
    assert loaded(home, write(tmp_path / "a.csv", ROWS))["1"] == "satisfied"


def test_case_types_are_held_to_the_same_rule(home: Home, tmp_path: Path) -> None:
    head = 'record = "case"\nzh = "某"\nen = "some"\nsignature = ["号", "型"]\n'
    text = head + '[fields]\ncase_no = "号"\ncase_type = "型"\naccepted_at = "受"\n'
    write(home.root / "mappings" / "c.toml", text)
    path = write(tmp_path / "a.csv", "号,型,受\nA,1,2018-10-08\n")
    with connect(home) as con, pytest.raises(HallError, match=r"case_type = \"fujian\""):
        load(con, home, [path])
    write(home.root / "mappings" / "c.toml", text + '[orders]\ncase_type = "interface"\n')
    with connect(home) as con:
        load(con, home, [path])
        assert con.execute("select case_type from raw_case").fetchall() == [("committed_ordinary",)]


@pytest.mark.parametrize(
    ("line", "said"), [('satisfaction = "iso"', "gbt39046"), ('department = "gbt39046"', "none"), ('x = "y"', "no field")]
)
def test_an_order_that_is_not_known_is_refused_with_those_that_are(home: Home, tmp_path: Path, line: str, said: str) -> None:
    write(home.root / "mappings" / "city.toml", MAPPING + f"[orders]\n{line}\n")
    with connect(home) as con, pytest.raises(HallError, match=said):
        load(con, home, [write(tmp_path / "a.csv", ROWS)])


HALL_PRODUCT = (
    "办件编号,辖区编码,事项名称,评价人员,评价渠道,满意度,窗口名称,窗口编号,联系方式,是否回复,是否回访,拟办意见,整改结果,回复结果,"
    "评价理由,评价指标\n"
)


def test_the_hall_products_list_loads_in_words_and_an_offices_own_mapping_wins_for_numbers(home: Home, tmp_path: Path) -> None:
    row = "A1,350902,施工许可,某某,大厅平板,{level},1号窗口,W01,12000000001,是,是,同意,已整改,已回复,等候久,01\n"
    words = write(tmp_path / "words.csv", HALL_PRODUCT + row.format(level="不满意"))
    numbers = write(tmp_path / "numbers.csv", HALL_PRODUCT + row.format(level="4").replace("A1", "A2"))
    with connect(home) as con:
        (result,) = load(con, home, [words])
        assert result.mapping == "hall-product-evaluation"
        assert con.execute("select case_no, is_revisited, rectification from raw_evaluation").fetchall() == [("A1", True, "已整改")]
        with pytest.raises(HallError, match="hall-product-evaluation"):
            load(con, home, [numbers])
    shipped = (Path(__file__).parents[2] / "data" / "mappings" / "hall-product-evaluation.toml").read_text("utf-8")
    write(home.root / "mappings" / "our-hall.toml", shipped + '[orders]\nsatisfaction = "interface"\n')
    with connect(home) as con:
        (result,) = load(con, home, [numbers])
        assert result.mapping == "our-hall"
        assert con.execute("select satisfaction from raw_evaluation where case_no = 'A2'").fetchall() == [("satisfied",)]


def test_a_draft_asks_for_the_order(home: Home, tmp_path: Path) -> None:
    text = draft(home, write(tmp_path / "a.csv", HALL_PRODUCT))
    assert "[orders]" in text
    assert '# satisfaction = "interface"' in text


@pytest.mark.parametrize(
    ("record", "fields", "header", "row", "wanted"),
    [
        (
            "request",
            'request_no = "件号"\nreceived_at = "来件"\nanswered_at = "复件"\n[defaults]\nrequest_kind = "mayor_mailbox"\n',
            "件号,来件,复件",
            "M1,2018-10-08,2018-10-09",
            ("M1", "mayor_mailbox"),
        ),
        (
            "disclosure",
            'doc_no = "件号"\npublished_on = "来件"\ndisclosure_kind = "栏"\n[codes.disclosure_kind]\n"R" = "reading"\n',
            "件号,来件,栏",
            "D1,2018-10-08,R",
            ("D1", "reading"),
        ),
        (
            "complaint",
            'complaint_no = "件号"\nreceived_at = "来件"\ncomplaint_outcome = "栏"\n',
            "件号,来件,栏",
            "C1,2018年10月8日,部分属实",
            ("C1", "partly_upheld"),
        ),
    ],
)
def test_every_new_record_type_takes_foreign_headers_by_a_mapping_alone(
    home: Home, tmp_path: Path, record: str, fields: str, header: str, row: str, wanted: tuple[str, str]
) -> None:
    names = ", ".join(f'"{name}"' for name in header.split(","))
    write(home.root / "mappings" / "other.toml", f'record = "{record}"\nzh = "某"\nen = "some"\nsignature = [{names}]\n[fields]\n{fields}')
    with connect(home) as con:
        (result,) = load(con, home, [write(tmp_path / "a.csv", f"{header}\n{row}\n")])
        assert (result.mapping, result.inserted) == ("other", 1)
        key, code = {
            "request": ("request_no", "request_kind"),
            "disclosure": ("doc_no", "disclosure_kind"),
            "complaint": ("complaint_no", "complaint_outcome"),
        }[record]
        assert con.execute(f"select {key}, {code} from raw_{record}").fetchall() == [wanted]
