"""The exports of what people said: the window evaluators (1 is the best), the interface (5 is the best), the register of complaints."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from etl.demo.dirt import Cells, chinese_date, full_width, plant, put, slashed_date, swap
from etl.demo.voices import LEVELS, Complaint, Evaluation
from etl.demo.writers import LABEL, Entry, Planted, write_delimited, write_workbook
from etl.synthetic import MARK

EVALUATOR_HEADERS = (
    "评议流水号", "申办流水号", "事项名称", "窗口单位", "窗口名称", "工作人员", "办事人", "办事人电话", "评议方式", "评议等级", "评议时间",
    "意见建议", "核实情况", "整改完成", "整改情况", "已回访", "回访日期", "更新时间",
)  # fmt: skip
INTERFACE_HEADERS = (
    "areaCode", "projectNo", "taskCode", "taskName", "proDepart", "proManager", "userName", "userProp", "certkeyGOV", "pf", "satisfaction",
    "promiseTime", "evalDetail", "writingEvaluation", "assessTime", "assessNumber", "appStatus", "rectifyTime", "revisitTime", "updateTime",
)  # fmt: skip
COMPLAINT_HEADERS = (
    "投诉单号", "申办流水号", "投诉事由", "投诉详情", "投诉人", "联系电话", "被投诉单位", "被投诉窗口", "被投诉人", "投诉方式", "投诉日期",
    "承办人", "承诺时限", "延期", "答复日期", "答复内容", "查实情况", "更新时间",
)  # fmt: skip
_GB = {level: str(number) for number, level in enumerate(LEVELS, start=1)}
_INTERFACE = {level: str(6 - number) for number, level in enumerate(LEVELS, start=1)}
_PF = {"pc": "1", "mobile": "2", "qr": "3", "sms": "6", "default": "7"}


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _touched(made: Evaluation) -> str:
    events = [moment for moment in (made.evaluated_at, made.rectified_at, made.revisited_at) if moment is not None]
    return _time(max(events) + timedelta(minutes=3))


def write_evaluations(
    folder: Path, random: Random, window: Sequence[Evaluation], online: Sequence[Evaluation], year: int
) -> tuple[list[Path], list[Planted]]:
    """A file a half-year from the evaluators, in GB18030; one of the interface for the year, in UTF-8."""
    files: list[Path] = []
    planted: list[Planted] = []
    spoils = (
        put("unknown_level", "评议等级", "9"), put("missing_number", "评议流水号", ""),
        put("impossible_date", "评议时间", "2018-06-31 10:00:00"),
        swap("fixed_before_evaluated", "评议时间", "整改完成"), put("no_channel", "评议方式", ""),
    )  # fmt: skip
    for name, months in (("上半年", range(1, 7)), ("下半年", range(7, 13))):
        rows = [_evaluator_cells(made) for made in window if made.evaluated_at.month in months]
        entries = plant(
            random, EVALUATOR_HEADERS, rows, "评议流水号", spoils, ("extra_separator", "missing_separator", "total_row"),
            odd_share=0.02, odd_columns={"评议时间": slashed_date, "评议等级": full_width}, doubles=3,
        )  # fmt: skip
        path = folder / f"{MARK}窗口评价器_{year}{name}.csv"
        preamble = f"窗口评价器评议记录 {name}（{LABEL}）"
        planted += write_delimited(path, EVALUATOR_HEADERS, entries, encoding="gb18030", delimiter=",", preamble=preamble)
        files.append(path)
    path = folder / f"{MARK}网上评价接口_{year}.csv"
    rows = [_interface_cells(made) for made in online]
    # A second evaluation has its case's number too, so that the spoilt rows are numbered anew like those of the other files.
    spoiled = (put("unknown_satisfaction", "satisfaction", "0"), put("unknown_pf", "pf", "8"), put("bad_time", "assessTime", "03/04/2018"))
    entries = plant(random, INTERFACE_HEADERS, rows, "projectNo", spoiled, ("missing_separator",), doubles=2)
    planted += write_delimited(path, INTERFACE_HEADERS, entries, encoding="utf-8-sig", delimiter=",", end="\n")
    return [*files, path], planted


def _evaluator_cells(made: Evaluation) -> Cells:
    case = made.case
    review = {"valid": "0", "mistaken": "1", "malicious": "2"}[made.review]
    values = (
        made.number, case.case_no, case.item.name, case.department.name, case.window, case.accept_staff, made.evaluator, made.phone,
        "2" if made.channel == "default" else "1", _GB[made.level], _time(made.evaluated_at), made.wording, review,
        _time(made.rectified_at), "已约谈并改进" if made.rectified_at else "",
        "是" if made.revisited_at else "", _time(made.revisited_at), _touched(made),
    )  # fmt: skip
    return dict(zip(EVALUATOR_HEADERS, values, strict=True))


def _interface_cells(made: Evaluation) -> Cells:
    case = made.case
    review = {"valid": "1", "mistaken": "2", "malicious": "3"}[made.review]
    values = (
        "350902", made.number, case.item.code, case.item.name, case.department.name, case.accept_staff, made.evaluator,
        "2" if case.applicant.is_organisation else "1", case.applicant.id_no, _PF[made.channel], _INTERFACE[made.level],
        "2" if case.item.is_instant else "1", "", made.wording, _time(made.evaluated_at), str(made.assess_number), review,
        _time(made.rectified_at), _time(made.revisited_at), _touched(made),
    )  # fmt: skip
    return dict(zip(INTERFACE_HEADERS, values, strict=True))


def write_complaints(folder: Path, random: Random, complaints: Sequence[Complaint], year: int) -> tuple[list[Path], list[Planted]]:
    """The hall's register: a workbook kept by hand."""
    spoils = (
        put("missing_number", "投诉单号", ""), swap("answered_before_received", "投诉日期", "答复日期"),
        put("unknown_outcome", "查实情况", "待定"), put("limit_not_a_number", "承诺时限", "尽快"),
    )  # fmt: skip
    rows = [_complaint_cells(made) for made in complaints]
    entries: list[Entry] = plant(
        random,
        COMPLAINT_HEADERS,
        rows,
        "投诉单号",
        spoils,
        ("total_row",),
        odd_share=0.1,
        odd_columns={"投诉日期": chinese_date},
        doubles=1,
    )
    path = folder / f"{MARK}投诉登记台账_{year}.xlsx"
    serials = frozenset({"答复日期"})
    return [path], write_workbook(path, COMPLAINT_HEADERS, {"投诉": entries}, preamble=f"投诉登记台账（{LABEL}）", serials=serials)


def _complaint_cells(made: Complaint) -> Cells:
    case = made.case
    touched = made.answered_at or made.received_at
    values = (
        made.number, case.case_no if made.is_about_case else "", made.reason, f"{made.reason}，请答复 {made.phone}", made.complainant,
        made.phone, case.department.name, case.window, made.staff, made.source, _time(made.received_at), made.staff, made.limit,
        made.extension, _time(made.answered_at), "已核实并答复投诉人" if made.answered_at else "", made.outcome, _time(touched),
    )  # fmt: skip
    return dict(zip(COMPLAINT_HEADERS, values, strict=True))
