"""Monthly case exports of the district's approval network: GB18030, one file a month, a case again as long as it lives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zlib import crc32

from etl.demo.days import month_ends
from etl.demo.dirt import BAD_ID, Cells, Spoil, chinese_date, compact_date, full_width, padded, plant, put, slashed_date, swap
from etl.demo.flow import Case
from etl.demo.writers import LABEL, Planted, write_delimited
from etl.synthetic import MARK

HEADERS = (
    "申办流水号",
    "实施编码",
    "事项名称",
    "审批部门",
    "受理窗口",
    "申报来源",
    "办件类型",
    "申请人姓名",
    "证件类型",
    "证件号码",
    "联系电话",
    "申请日期",
    "收件日期",
    "补交告知时间",
    "受理日期",
    "受理人",
    "承诺期限",
    "承诺期限单位",
    "法定期限",
    "法定期限单位",
    "办结日期",
    "办结结果",
    "登记录入时间",
    "更新时间",
    "备注",
    "申请人类型",
    "经办人工号",
)

_CHANNEL = {"window": "1", "web": "2", "mobile": "3", "post": "4", "other": "9"}
_CASE_TYPE = {"instant": "1", "committed_ordinary": "2", "committed_special": "3", "joint": "4", "upward": "5"}
_OUTCOME = {"approved": "1", "rejected": "2", "refused": "3", "returned": "4", "withdrawn": "5", "terminated": "6"}
_OPEN = "0"
_UNIT = {"workday": "gzr", "day": "zrr", "month": "y"}
# Limits that the window did not key in: the item list has to supply them.
_BLANK_LIMITS_PERCENT = 7

_SPOILS: tuple[Spoil, ...] = (
    swap("closed_before_accepted", "受理日期", "办结日期"),
    swap("accepted_before_received", "收件日期", "受理日期"),
    put("impossible_date", "收件日期", "2018-02-30 09:10:00"),
    put("ambiguous_date", "受理日期", "03/04/2018", "受理日期"),
    put("unknown_code", "申报来源", "7"),
    put("unknown_outcome", "办结结果", "已挂起"),
    put("missing_case_no", "申办流水号", ""),
    Spoil("bad_id_number", (), lambda cells: {**cells, "证件类型": "111", "证件号码": BAD_ID}),
    put("negative_limit", "承诺期限", "-5", "承诺期限"),
    put("limit_not_a_number", "法定期限", "二十", "法定期限"),
    Spoil("unit_missing", ("承诺期限", "承诺期限单位"), lambda cells: {**cells, "承诺期限": "5", "承诺期限单位": ""}),
    Spoil(
        "no_times_at_all", (), lambda cells: {**cells, "申请日期": "", "收件日期": "", "受理日期": "", "补交告知时间": "", "办结日期": ""}
    ),
)
_LINE_KINDS = ("extra_separator", "missing_separator", "extra_separator")
# Rarer accidents fall on some months only: the month's number picks one.
_RARE = ("stray_quote", "unescaped_quote", "repeated_header", "nul_byte", "undecodable")


def _text(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _until(moment: datetime | None, cut: datetime) -> datetime | None:
    return moment if moment is not None and moment <= cut else None


def _events(case: Case) -> list[datetime]:
    return [
        moment for moment in (case.received_at, case.supplement_at, case.accepted_at, case.closed_at, case.entered_at) if moment is not None
    ]


def is_exported(case: Case, previous: datetime, cut: datetime) -> bool:
    """A month's export holds what was keyed in and either happened in the month or is still open at its end."""
    if case.entered_at > cut:
        return False
    is_open = case.closed_at is None or case.closed_at > cut
    return is_open or any(previous < moment <= cut for moment in _events(case))


def cells_of(case: Case, cut: datetime, staff_no: str) -> Cells:
    """The case as it stood at `cut`, handled by the person of this number."""
    closed_at = _until(case.closed_at, cut)
    accepted_at = _until(case.accepted_at, cut)
    # The month's run stamps what is still open: the export says of such a case how it stood on the last evening.
    touched = max(moment for moment in _events(case) if moment <= cut) + timedelta(minutes=2) if closed_at else cut
    chance = crc32(case.case_no.encode())
    has_limits = chance % 100 >= _BLANK_LIMITS_PERCENT
    item = case.item
    return dict(
        zip(
            HEADERS,
            (
                case.case_no, item.code, item.name, item.department.name, case.window, _CHANNEL[case.channel], _CASE_TYPE[item.case_type],
                case.applicant.name, case.applicant.id_type, case.applicant.id_no, case.applicant.phone,
                _text(case.applied_at), _text(case.received_at), _text(_until(case.supplement_at, cut)), _text(accepted_at),
                case.accept_staff if accepted_at else "",
                str(item.promised_limit) if has_limits else "", _UNIT[item.promised_unit] if has_limits else "",
                str(item.statutory_limit) if has_limits else "", _UNIT[item.statutory_unit] if has_limits else "",
                _text(closed_at), _OUTCOME[case.outcome] if closed_at else _OPEN,
                _text(case.entered_at), _text(touched), _remark(case, chance),
                "2" if case.applicant.is_organisation else "1", staff_no if accepted_at else "",
            ),
            strict=True,
        )
    )  # fmt: skip


def _remark(case: Case, chance: int) -> str:
    """A few remarks with what a careless reader trips over: a comma, quotation marks, a line break."""
    return {0: "材料齐全，当场收件", 1: '申请人称"急件",已告知承诺时限', 2: "演示备注第一行\n演示备注第二行", 3: "代办"}.get(
        chance // 100 % 120, ""
    )


def write_cases(
    folder: Path, random: Random, cases: Sequence[Case], handled: Mapping[str, str], year: int
) -> tuple[list[Path], list[Planted]]:
    """The twelve exports and where dirt was planted. `handled`: case number → staff number of who handled it."""
    files: list[Path] = []
    planted: list[Planted] = []
    for path, rows, month in _months(folder, cases, handled, year):
        line_kinds = [*_LINE_KINDS, _RARE[month % len(_RARE)]]
        line_kinds += ["total_row"] if month % 2 == 0 else []
        line_kinds += ["truncated"] if month == 11 else []
        entries = plant(
            random, HEADERS, rows, "申办流水号", _SPOILS, line_kinds, odd_share=0.02, odd_columns=_odd_columns(month), doubles=3
        )
        preamble = f"蕉城区行政审批网 办件导出 {year}年{month}月（{LABEL}）" if month % 3 == 1 else ""
        planted += write_delimited(path, HEADERS, entries, encoding="gb18030", delimiter=",", preamble=preamble)
        files.append(path)
    return files, planted


def _months(folder: Path, cases: Sequence[Case], handled: Mapping[str, str], year: int) -> Iterator[tuple[Path, list[Cells], int]]:
    previous = datetime(year, 1, 1) - timedelta(minutes=1)
    for month, cut in enumerate(month_ends(year), start=1):
        rows = [cells_of(case, cut, handled.get(case.case_no, "")) for case in cases if is_exported(case, previous, cut)]
        yield folder / f"{MARK}区政务审批网办件_{year}{month:02d}.csv", rows, month
        previous = cut


def _odd_columns(month: int) -> dict[str, Callable[[str], str]]:
    date_form = (chinese_date, slashed_date, compact_date)[month % 3]
    return {"收件日期": date_form, "受理日期": date_form, "承诺期限": full_width, "申请人姓名": padded, "联系电话": full_width}
