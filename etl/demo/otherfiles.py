"""The exports of the other systems: item list, departments, windows, online applications, one-window intakes, stops, certificates."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from etl.demo.catalogue import KIND_LABELS, Catalogue, Item
from etl.demo.dirt import BAD_ID, Cells, Spoil, plant, put, slashed_date, swap
from etl.demo.flow import Case, Suspension
from etl.demo.follow import Application, Certificate, Intake
from etl.demo.itemlists import is_provincial, result_of
from etl.demo.writers import LABEL, Entry, Planted, iso, write_delimited, write_json, write_workbook
from etl.synthetic import MARK

Written = tuple[list[Path], list[Planted]]

_YES = {True: "是", False: "否"}
_UNIT = {"workday": "个工作日", "day": "自然日", "month": "个月"}

ITEM_HEADERS = (
    "序号",
    "事项信息/实施编码",
    "事项信息/子项名称",
    "事项信息/主项名称",
    "事项信息/事项性质",
    "事项信息/清单版本",
    "实施单位",
    "单位代码",
    "行使层级",
    "办件类型",
    "法定办结时限/时限",
    "法定办结时限/单位",
    "承诺办结时限/时限",
    "承诺办结时限/单位",
    "网上办理/是否开通网申",
    "网上办理/网办深度",
    "网上办理/跑趟次数",
    "入驻中心",
    "启用日期",
    "入驻省网",
    "审批结果/名称",
    "审批结果/类型",
)
DEPARTMENT_HEADERS = ("单位代码", "单位全称", "单位简称", "排序号", "启用日期", "停用日期")
WINDOW_HEADERS = ("窗口代码", "窗口名称", "进驻单位", "楼层区域", "综合窗口", "周末开放", "启用日期", "停用日期")
APPLICATION_HEADERS = (
    "申报流水号",
    "申报信息/提交时间",
    "申报信息/申报终端",
    "事项信息/实施编码",
    "事项信息/事项名称",
    "事项信息/审批部门",
    "申请人信息/名称",
    "申请人信息/证件号码",
    "申请人信息/手机",
    "预审信息/预审时间",
    "预审信息/预审意见",
    "预审信息/退回原因",
    "关联办件流水号",
    "快递信息/邮件号",
    "快递信息/寄出时间",
    "快递信息/签收时间",
    "更新时间",
)
INTAKE_HEADERS = (
    "intakeNo",
    "projectNo",
    "windowType",
    "windowName",
    "ticketNo",
    "taskCode",
    "taskName",
    "handleDepts",
    "applicantName",
    "receiveTime",
    "dispatchTime",
    "finishTime",
    "memo",
    "updateTime",
)
SUSPENSION_HEADERS = ("申办流水号", "程序类别", "起始日", "截止日", "延长天数", "法律依据", "批准领导", "办理结果", "更新时间")
CERTIFICATE_HEADERS = (
    "来源系统",
    "证照号码",
    "证照名称",
    "颁证单位",
    "存增类别",
    "持证人",
    "持证人代码",
    "关联办件流水号",
    "颁证日期",
    "有效期截止",
    "转换日期",
    "质检结论",
    "退回说明",
    "入库日期",
    "更新时间",
    "退回类别",
)

_SUSPENSION_CODE = {
    "hearing": "01", "testing": "05", "inspection": "04", "appraisal": "07", "expert_review": "08", "site_visit": "10", "supplement": "11",
    "extension": "20",
}  # fmt: skip
_RETURN_CODE = {"图像缺页": "01", "信息与底册不符": "02", "印章不清": "03"}
_LEGAL_BASIS = {
    "hearing": "行政许可法第四十五条（听证）", "testing": "行政许可法第四十五条（检测）", "inspection": "行政许可法第四十五条（检验）",
    "appraisal": "行政许可法第四十五条（鉴定）", "expert_review": "行政许可法第四十五条（专家评审）", "site_visit": "本区规定：现场踏勘",
    "supplement": "行政许可法第三十二条（补正）", "extension": "行政许可法第四十二条（经本机关负责人批准延长）",
}  # fmt: skip


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _compact(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y%m%dT%H%M%S}"


def _rows(headers: Sequence[str], values: Sequence[Sequence[str]]) -> list[Cells]:
    return [dict(zip(headers, row, strict=True)) for row in values]


def write_items(folder: Path, random: Random, catalogue: Catalogue, year: int) -> Written:
    """The published item list: one sheet for district departments, one for townships, two header rows."""
    spoils = (
        put("missing_item_name", "事项信息/子项名称", ""),
        put("unknown_level", "行使层级", "12"),
        put("bad_trips", "网上办理/跑趟次数", "一趟"),
    )
    sheets: dict[str, list[Entry]] = {}
    for name, is_township in (("区直部门", False), ("乡镇街道", True)):
        held = [item for item in catalogue.items if item.department.is_township == is_township]
        rows = _rows(ITEM_HEADERS, [_item_cells(number, item, year) for number, item in enumerate(held, start=1)])
        sheets[name] = plant(random, ITEM_HEADERS, rows, "事项信息/实施编码", spoils, ("total_row",))
    path = folder / f"{MARK}行政审批和公共服务事项清单_{year}.xlsx"
    notes = ("跑趟次数：0 为一趟不用跑，1 为最多跑一趟，-1 为未承诺", "时限：0 为当日办结，-1 为无时限")
    return [path], write_workbook(path, ITEM_HEADERS, sheets, preamble=f"蕉城区事项清单（{LABEL}）", notes=notes)


def _item_cells(number: int, item: Item, year: int) -> tuple[str, ...]:
    return (
        str(number), item.code, item.name, item.parent_name, KIND_LABELS[item.kind], str(year),
        item.department.name, item.department.code, "5" if item.department.is_township else "4", "1" if item.is_instant else "2",
        str(item.statutory_limit), _UNIT[item.statutory_unit], str(item.promised_limit), _UNIT[item.promised_unit],
        _YES[item.is_online], item.depth, str(item.trips), _YES[item.is_in_hall], f"{year}-07-01",
        _YES[is_provincial(item)], *result_of(item),
    )  # fmt: skip


def write_registers(folder: Path, catalogue: Catalogue, year: int) -> Written:
    """Departments as a workbook, windows as a semicolon file in GBK."""
    departments = folder / f"{MARK}单位名册_{year}.xlsx"
    rows = [
        Entry((unit.code, unit.name, unit.short_name, str(order), f"{year - 1}-12-01", ""))
        for order, unit in enumerate(catalogue.departments, start=1)
    ]
    planted = write_workbook(departments, DEPARTMENT_HEADERS, {"单位": rows}, preamble=f"单位名册（{LABEL}）")
    windows = folder / f"{MARK}窗口名册_{year}.csv"
    listed = [
        Entry((w.code, w.name, w.department, w.zone, _YES[w.is_one_window], _YES[w.opens_weekend], w.valid_from.replace("-", "/"), ""))
        for w in catalogue.windows
    ]
    planted += write_delimited(windows, WINDOW_HEADERS, listed, encoding="gbk", delimiter=";")
    return [departments, windows], planted


def write_applications(folder: Path, random: Random, applications: Sequence[Application], year: int) -> Written:
    """The province's online hall: a workbook with a sheet a quarter."""
    spoils = (
        swap("prechecked_before_submitted", "申报信息/提交时间", "预审信息/预审时间"), put("unknown_code", "申报信息/申报终端", "8"),
        put("missing_application_no", "申报流水号", ""), put("impossible_date", "申报信息/提交时间", "2018-13-01 08:00:00"),
        put("bad_id_number", "申请人信息/证件号码", BAD_ID), put("not_submitted", "申报信息/提交时间", ""),
    )  # fmt: skip
    sheets: dict[str, list[Entry]] = {}
    for quarter, name in enumerate(("一季度", "二季度", "三季度", "四季度")):
        held = [entry for entry in applications if (entry.submitted_at.month - 1) // 3 == quarter]
        rows = _rows(APPLICATION_HEADERS, [_application_cells(entry) for entry in held])
        line_kinds = ("total_row", "repeated_header") if quarter == 3 else ("total_row",)
        odd: Mapping[str, Callable[[str], str]] = {"申报信息/提交时间": slashed_date}
        sheets[name] = plant(random, APPLICATION_HEADERS, rows, "申报流水号", spoils, line_kinds, 0.02, odd, doubles=2)
    path = folder / f"{MARK}省网上办事大厅申报_{year}.xlsx"
    serials = frozenset({"预审信息/预审时间", "快递信息/寄出时间"})
    planted = write_workbook(path, APPLICATION_HEADERS, sheets, preamble=f"省网上办事大厅申报明细（{LABEL}）", serials=serials)
    return [path], planted


def _application_cells(entry: Application) -> tuple[str, ...]:
    events = [moment for moment in (entry.submitted_at, entry.prechecked_at) if moment is not None]
    sent, delivered = (datetime.combine(day, datetime.min.time()) if day else None for day in (entry.sent_on, entry.delivered_on))
    touched = max([*events, *(moment for moment in (sent, delivered) if moment is not None)])
    result = {"passed": "1", "returned": "2", "pending": "0"}[entry.precheck_result]
    return (
        entry.application_no, _time(entry.submitted_at), "2" if entry.channel == "web" else "3", entry.item.code, entry.item.name,
        entry.item.department.name, entry.applicant.name, entry.applicant.id_no, entry.applicant.phone, _time(entry.prechecked_at), result,
        entry.return_reason, entry.case_no, entry.express_no, _time(sent), _time(delivered), _time(touched + timedelta(minutes=1)),
    )  # fmt: skip


def write_intakes(folder: Path, random: Random, intakes: Sequence[Intake], year: int, departments: Mapping[str, str]) -> Written:
    """The comprehensive windows' system: a JSON document a month since October, the last one packed. `departments` lists an intake's."""
    spoils = (
        put("missing_category", "windowType", ""), put("unknown_category", "windowType", "9"),
        swap("result_before_received", "receiveTime", "finishTime"),
        put("impossible_date", "receiveTime", "20181032T090000"),
    )  # fmt: skip
    files: list[Path] = []
    planted: list[Planted] = []
    for month in (10, 11, 12):
        held = [intake for intake in intakes if intake.received_at.month == month]
        rows = _rows(INTAKE_HEADERS, [_intake_cells(intake, departments) for intake in held])
        path = folder / f"{MARK}一窗受理_{year}{month}.json{'.gz' if month == 12 else ''}"
        planted += write_json(path, INTAKE_HEADERS, plant(random, INTAKE_HEADERS, rows, "intakeNo", spoils, (), doubles=2), month == 12)
        files.append(path)
    return files, planted


def _intake_cells(intake: Intake, departments: Mapping[str, str]) -> tuple[str, ...]:
    events = [moment for moment in (intake.received_at, intake.dispatched_at, intake.result_at) if moment is not None]
    category = str(("social", "investment", "property", "business").index(intake.category) + 1)
    return (
        intake.intake_no, intake.case_no, category, intake.window, intake.ticket_no, intake.item.code, intake.item.name,
        departments.get(intake.intake_no, intake.item.department.name), intake.applicant_name,
        _compact(intake.received_at), _compact(intake.dispatched_at),
        _compact(intake.result_at), "", _compact(max(events)),
    )  # fmt: skip


def write_suspensions(folder: Path, random: Random, cases: Sequence[Case], year: int, cut_off: datetime) -> Written:
    """The register of special procedures: tab-separated, UTF-8 with a byte order mark. What ends after the cut-off stands open."""
    rows = _rows(
        SUSPENSION_HEADERS,
        [
            _suspension_cells(case.case_no, stop, cut_off.date())
            for case in cases
            for stop in case.suspensions
            if stop.started_on <= cut_off.date()
        ],
    )
    spoils = (
        swap("ended_before_started", "起始日", "截止日"), put("unknown_kind", "程序类别", "99"), put("missing_case_no", "申办流水号", ""),
        put("not_started", "起始日", ""),
        Spoil("extension_without_days", (), lambda cells: {**cells, "程序类别": "20", "延长天数": ""}),
    )  # fmt: skip
    path = folder / f"{MARK}特别程序登记簿_{year}.txt"
    entries = plant(
        random, SUSPENSION_HEADERS, rows, "申办流水号", spoils, ("extra_separator", "missing_separator", "total_row"), doubles=2
    )
    return [path], write_delimited(
        path, SUSPENSION_HEADERS, entries, encoding="utf-8-sig", delimiter="\t", preamble=f"特别程序登记簿（{LABEL}）"
    )


def _suspension_cells(case_no: str, stop: Suspension, last: date) -> tuple[str, ...]:
    ended_on = stop.ended_on if stop.ended_on is not None and stop.ended_on <= last else None
    touched = ended_on or stop.started_on
    return (
        case_no, _SUSPENSION_CODE[stop.kind], iso(stop.started_on), iso(ended_on),
        "" if stop.extension_workdays is None else str(stop.extension_workdays), _LEGAL_BASIS[stop.kind], stop.approved_by,
        "已完成" if ended_on else "", f"{touched.isoformat()} 18:00:00",
    )  # fmt: skip


def write_certificates(folder: Path, random: Random, certificates: Sequence[Certificate], year: int) -> Written:
    """The certificate platform: the stock as UTF-16 text, new ones as a workbook with a sheet a half-year."""
    spoils = (
        swap("stored_before_converted", "转换日期", "入库日期"), put("stored_though_returned", "质检结论", "2", "入库日期"),
        put("missing_certificate_no", "证照号码", ""), put("unknown_class", "存增类别", "X"),
        put("impossible_date", "颁证日期", "2017-02-29"),
        put("missing_unit", "颁证单位", ""),
    )  # fmt: skip
    stock = _rows(CERTIFICATE_HEADERS, [_certificate_cells(entry, year) for entry in certificates if entry.is_stock])
    text = folder / f"{MARK}电子证照_存量_{year}.txt"
    entries = plant(
        random, CERTIFICATE_HEADERS, stock, "证照号码", spoils * 20, ("missing_separator",) * 20 + ("extra_separator",) * 20, doubles=20
    )
    planted = write_delimited(text, CERTIFICATE_HEADERS, entries, encoding="utf-16", delimiter="\t")
    sheets: dict[str, list[Entry]] = {}
    for name, months in (("上半年", range(1, 7)), ("下半年", range(7, 13))):
        held = [entry for entry in certificates if not entry.is_stock and entry.issued_on.month in months]
        rows = _rows(CERTIFICATE_HEADERS, [_certificate_cells(entry, year) for entry in held])
        sheets[name] = plant(random, CERTIFICATE_HEADERS, rows, "证照号码", spoils * 4, ("total_row",), doubles=5)
    book = folder / f"{MARK}电子证照_增量_{year}.xlsx"
    planted += write_workbook(book, CERTIFICATE_HEADERS, sheets, preamble=f"电子证照转换台账（{LABEL}）")
    return [text, book], planted


def _certificate_cells(entry: Certificate, year: int) -> tuple[str, ...]:
    touched = entry.stored_on or entry.converted_on or date(year, 1, 2)
    return (
        "省电子证照共享服务系统", entry.certificate_no, entry.name, entry.unit, "C" if entry.is_stock else "Z",
        entry.holder_name, entry.holder_code, entry.case_no, iso(entry.issued_on), iso(entry.valid_to), iso(entry.converted_on),
        {"passed": "1", "returned": "2", "pending": "0"}[entry.qc_result], entry.reject_reason, iso(entry.stored_on),
        f"{touched.isoformat()} 17:30:00", _RETURN_CODE.get(entry.reject_reason, ""),
    )  # fmt: skip
