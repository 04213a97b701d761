"""The registers of the staff as offices keep them: a roster, the attendance machines' export, the books of patrols, inspections, merits."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from etl.demo.catalogue import Catalogue
from etl.demo.conduct import Inspection, Merit, Slip, Visit
from etl.demo.dirt import Cells, Spoil, full_width, padded, plant, put
from etl.demo.roster import Roster, Stretch
from etl.demo.writers import LABEL, Entry, Planted, iso, write_delimited, write_workbook
from etl.synthetic import MARK

Written = tuple[list[Path], list[Planted]]
ROSTER_HEADERS = (
    "序号", "人员编号", "姓名", "派驻单位", "派驻窗口", "岗位类别", "变动情况", "到岗日期", "离岗日期（末日）", "手机号码", "备注",
    "更新时间",
)  # fmt: skip
ATTENDANCE_HEADERS = (
    "考勤流水号", "人员编号", "姓名", "派驻单位", "派驻窗口", "异常类型代码", "开始日期", "结束日期", "迟到早退分钟", "折合天数", "审批人",
    "说明", "更新时间",
)  # fmt: skip
PATROL_HEADERS = (
    "巡查单号", "巡查日期", "时段", "来源", "巡查人", "楼层区域", "派驻单位", "被查窗口", "当事人工号", "当事人", "巡查情况", "问题归类",
    "对照条款", "发现问题", "当场整改", "照片编号", "拟扣分", "周例会", "更新时间",
)  # fmt: skip
DOSSIER_HEADERS = (
    "评查单号", "评查日期", "申办流水号", "承办单位", "受理窗口", "承办人工号", "评查结论", "问题归类", "得分", "存在问题", "整改日期",
    "更新时间",
)  # fmt: skip
MERIT_HEADERS = (
    "登记编号", "发生日期", "事项类别", "派驻单位", "窗口", "人员编号", "姓名", "次数", "事由", "依据文号", "认定情况", "更新时间",
)  # fmt: skip
_POSTS = {"chief": "首席", "window": "A岗", "backup": "B岗", "duty": "值班长"}
_CHANGES = {"start": "年初在岗", "joined": "新派驻", "rotation": "轮岗", "transfer": "调整", "cover": "补位"}
_ATTENDANCE = {
    "late": "01", "early": "02", "unsigned": "03", "away": "04", "absent": "05", "meeting_absent": "06", "meeting_late": "07",
    "leave_annual": "11", "leave_sick": "12", "leave_personal": "13", "leave_family": "14", "leave_duty": "15", "leave_other": "19",
}  # fmt: skip
_SLOTS = {"morning_start": "上午上班", "morning": "上午", "afternoon_start": "下午上班", "afternoon": "下午"}
_SOURCES = {"daily": "日巡", "weekly": "周查", "video": "视频", "covert": "暗访", "electronic": "电子监察"}
# The words of the books, the clause of the rules they refer to, and what the clause asks for.
_WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "away": (("离岗", "窗口空岗"), "A4", "-3"),
    "dress": (("未戴胸牌", "着装不整", "桌牌未摆放"), "B1", "-1"),
    "phone_or_chat": (("看手机", "聊天", "串岗"), "B2", "-1"),
    "tidiness": (("台面凌乱", "私人物品"), "B3", "-0.5"),
    "outsider": (("外人入岗",), "B4", "-2"),
    "uncovered": (("AB岗未补位",), "B4", "-2"),
    "rude": (("语气生硬",), "B5", "-2"),
    "quarrel": (("与办事人争执",), "B6", "-3"),
    "guide_wrong": (("指南未更新",), "G1", "-1"),
    "not_told_once": (("未一次告知",), "C1", "-3"),
    "express_missing": (("未寄送结果",), "C9", "-1"),
}
_FAULTS = {
    "file_error": ("文书缺项", "材料不齐", "签章不全"), "not_told_once": ("告知不全",), "not_accepted": ("系统外办理",),
    "certificate_missing": ("未生成证照",), "express_missing": ("未寄送",), "guide_wrong": ("指南不一致",),
}  # fmt: skip
_MERITS = {
    "praise": ("锦旗", "表扬信"), "extra_service": ("延时服务", "上门服务", "周末加班"), "news_county": ("信息采用-区",),
    "news_city": ("信息采用-市",), "news_province": ("信息采用-省",), "innovation": ("经验推广",), "bribery": ("吃拿卡要",),
    "fraud": ("弄虚作假",), "media_exposure": ("媒体曝光",),
}  # fmt: skip
_STATUS = {"confirmed": "1", "pending": "0", "rejected": "2"}
_RESULTS = {"passed": "A", "flawed": "B", "failed": "C"}


def _dotted(text: str) -> str:
    """2018-03-05 as 2018.3.5."""
    return ".".join(str(int(part)) for part in text.split("-")) if text else text


def _stamp(day: date) -> str:
    return f"{day + timedelta(days=1):%Y-%m-%d} 08:20:00"


def write_roster(folder: Path, random: Random, held: Roster, year: int) -> Written:
    """One sheet, a row a stretch."""
    rows = [_roster_cells(number, stretch, year) for number, stretch in enumerate(held.stretches, start=1)]
    spoils = (
        put("missing_window", "派驻窗口", ""), put("unknown_post", "岗位类别", "临时"), put("impossible_date", "到岗日期", f"{year}-02-30"),
        Spoil("ends_before_it_begins", ("到岗日期",), lambda cells: {**cells, "离岗日期（末日）": "2001-01-01"}),
    )  # fmt: skip
    odd = {"到岗日期": _dotted, "姓名": padded, "手机号码": full_width}
    entries = plant(random, ROSTER_HEADERS, rows, "人员编号", spoils, ("total_row",), 0.1, odd, doubles=2)
    path = folder / f"{MARK}人员花名册_{year}.xlsx"
    notes = ("岗位类别：首席、A岗、B岗、值班长", "离岗日期为在岗的最后一天；在岗的留空")
    return [path], write_workbook(path, ROSTER_HEADERS, {"花名册": entries}, preamble=f"窗口工作人员花名册（{LABEL}）", notes=notes)


def _roster_cells(number: int, held: Stretch, year: int) -> Cells:
    values = (
        str(number), held.staff_no, held.name, held.department, held.window, _POSTS[held.post], _CHANGES[held.change], iso(held.from_on),
        iso(held.to_on), held.phone, "", f"{year}-12-29 17:00:00",
    )  # fmt: skip
    return dict(zip(ROSTER_HEADERS, values, strict=True))


def write_slips(folder: Path, random: Random, held: Sequence[Slip], year: int) -> Written:
    """Two half-years in GB18030."""
    files: list[Path] = []
    planted: list[Planted] = []
    spoils = (
        put("unknown_kind", "异常类型代码", "99"), put("missing_staff", "人员编号", ""),
        put("impossible_date", "开始日期", f"{year}-06-31"),
        put("negative_minutes", "迟到早退分钟", "-5", "迟到早退分钟"),
        put("minutes_not_a_number", "迟到早退分钟", "半小时", "迟到早退分钟"),
        put("days_not_halves", "折合天数", "0.3", "折合天数"), put("ends_before_it_begins", "结束日期", f"{year - 1}-01-01"),
    )  # fmt: skip
    for name, months in (("上半年", range(1, 7)), ("下半年", range(7, 13))):
        rows = [_slip_cells(slip) for slip in held if slip.from_on.month in months]
        entries = plant(
            random, ATTENDANCE_HEADERS, rows, "考勤流水号", spoils, ("extra_separator", "missing_separator", "total_row"), 0.03,
            {"开始日期": _dotted, "迟到早退分钟": full_width}, doubles=3,
        )  # fmt: skip
        path = folder / f"{MARK}考勤异常与请假_{year}{name}.csv"
        preamble = f"考勤系统导出 {name}（{LABEL}）"
        planted += write_delimited(path, ATTENDANCE_HEADERS, entries, encoding="gb18030", delimiter=",", preamble=preamble)
        files.append(path)
    return files, planted


def _slip_cells(slip: Slip) -> Cells:
    is_leave = slip.kind.startswith("leave")
    values = (
        slip.number, slip.person.staff_no, slip.person.name, slip.person.department, slip.person.window, _ATTENDANCE[slip.kind],
        iso(slip.from_on), iso(slip.to_on) if is_leave else "", "" if slip.minutes is None else str(slip.minutes),
        "" if slip.days is None else f"{slip.days:g}", "窗口负责人" if is_leave else "", "", _stamp(slip.to_on),
    )  # fmt: skip
    return dict(zip(ATTENDANCE_HEADERS, values, strict=True))


def write_visits(folder: Path, random: Random, catalogue: Catalogue, held: Sequence[Visit], year: int) -> Written:
    """The book of patrols: a workbook with a sheet a quarter, kept by hand."""
    zones = {window.name: window.zone for window in catalogue.windows}
    spoils = (
        put("unknown_kind", "问题归类", "其它情况", "问题归类"), put("missing_window", "被查窗口", ""),
        put("impossible_date", "巡查日期", f"{year}-11-31"), put("finding_without_kind", "问题归类", "", "问题归类"),
        put("kind_though_clean", "巡查情况", "正常", "问题归类"), put("unknown_source", "来源", "抽查"),
        put("missing_number", "巡查单号", ""),
    )  # fmt: skip
    sheets: dict[str, list[Entry]] = {}
    for quarter, name in enumerate(("一季度", "二季度", "三季度", "四季度")):
        rows = [_visit_cells(random, zones, visit) for visit in held if (visit.day.month - 1) // 3 == quarter]
        line_kinds = ("total_row", "repeated_header") if quarter == 1 else ("total_row",)
        sheets[name] = plant(random, PATROL_HEADERS, rows, "巡查单号", spoils, line_kinds, 0.03, {"巡查日期": _dotted}, doubles=2)
    path = folder / f"{MARK}值班巡查登记_{year}.xlsx"
    notes = ("每日两个时段，两人一组", "拟扣分仅供参考，得分以考核细则为准")
    return [path], write_workbook(path, PATROL_HEADERS, sheets, preamble=f"值班巡查登记表（{LABEL}）", notes=notes)


def _visit_cells(random: Random, zones: dict[str, str], visit: Visit) -> Cells:
    words, clause, points = _WORDS.get(visit.kind, (("",), "", ""))
    word = random.choice(words)
    person = visit.person
    values = (
        visit.number, iso(visit.day), _SLOTS[visit.slot], _SOURCES[visit.source], visit.inspectors, zones[visit.window], visit.department,
        visit.window, person.staff_no if person else "", person.name if person else "", "发现问题" if visit.kind else "正常", word, clause,
        f"{visit.window}{word}" if word else "", ("是" if visit.is_fixed else "否") if visit.kind else "", visit.photo, points,
        f"第{visit.day.isocalendar().week}周" if visit.kind else "", _stamp(visit.day),
    )  # fmt: skip
    return dict(zip(PATROL_HEADERS, values, strict=True))


def write_inspections(folder: Path, random: Random, held: Sequence[Inspection], year: int) -> Written:
    """One sheet for the year."""
    spoils = (
        put("unknown_result", "评查结论", "D"), put("missing_number", "评查单号", ""), put("marks_out_of_range", "得分", "120"),
        put("impossible_date", "评查日期", f"{year}-09-31"), put("put_right_too_early", "整改日期", f"{year - 1}-01-05"),
    )  # fmt: skip
    rows = [_inspection_cells(random, one) for one in held]
    entries = plant(random, DOSSIER_HEADERS, rows, "评查单号", spoils, ("total_row",), 0.05, {"评查日期": _dotted}, doubles=1)
    path = folder / f"{MARK}案卷评查表_{year}.xlsx"
    return [path], write_workbook(path, DOSSIER_HEADERS, {"评查": entries}, preamble=f"办件案卷评查表（{LABEL}）")


def _inspection_cells(random: Random, one: Inspection) -> Cells:
    word = random.choice(_FAULTS[one.kind]) if one.kind else ""
    values = (
        one.number, iso(one.day), one.case.case_no, one.case.department.name, one.case.window, one.staff_no, _RESULTS[one.result], word,
        str(one.score), word, iso(one.rectified_on), _stamp(max(one.day, one.rectified_on or one.day)),
    )  # fmt: skip
    return dict(zip(DOSSIER_HEADERS, values, strict=True))


def write_merits(folder: Path, random: Random, held: Sequence[Merit], year: int) -> Written:
    """A list in UTF-8 with tabs."""
    spoils = (
        put("unknown_kind", "事项类别", "其他好事"), put("missing_number", "登记编号", ""), put("unknown_status", "认定情况", "9"),
        put("no_times", "次数", "0"), Spoil("nobody", (), lambda cells: {**cells, "派驻单位": "", "窗口": "", "人员编号": ""}),
    )  # fmt: skip
    rows = [_merit_cells(random, merit) for merit in held]
    entries = plant(random, MERIT_HEADERS, rows, "登记编号", spoils, ("missing_separator",), 0.05, {"发生日期": _dotted}, doubles=1)
    path = folder / f"{MARK}加分与否决事项_{year}.txt"
    return [path], write_delimited(path, MERIT_HEADERS, entries, encoding="utf-8-sig", delimiter="\t")


def _merit_cells(random: Random, merit: Merit) -> Cells:
    word = random.choice(_MERITS[merit.kind])
    number = random.randint(1, 60)
    values = (
        merit.number, iso(merit.day), word, merit.department, merit.window, merit.person.staff_no if merit.person else "",
        merit.person.name if merit.person else "", str(merit.times), f"{word}（演示）", f"登记〔{merit.day.year}〕{number}号",
        _STATUS[merit.status], _stamp(merit.day),
    )  # fmt: skip
    return dict(zip(MERIT_HEADERS, values, strict=True))
