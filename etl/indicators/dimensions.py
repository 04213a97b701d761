"""Dimensions by which an indicator is asked: which column of a mart each is, and which values it takes."""

from dataclasses import dataclass
from typing import Literal

from etl.config import HallError
from etl.divisions import name_of, prefix_of, shipped
from etl.records import Code, codes

Value = str | int


@dataclass(frozen=True)
class Dimension:
    """`sql` is its expression over a mart's columns. `steps` follow one another in time (their expression is a day
    of the step); others are values beside each other. A `division` as a condition takes in all that begin with it."""

    name: str
    zh: str
    en: str
    sql: str
    type: Literal["text", "integer", "code", "division"] = "text"
    codes: str | None = None
    steps: bool = False


_LISTED = (
    Dimension("day", "日", "Day", "day", steps=True),
    Dimension("week", "周（周一）", "Week (its Monday)", "cast(date_trunc('week', day) as date)", steps=True),
    Dimension("month", "月", "Month", "cast(date_trunc('month', day) as date)", steps=True),
    Dimension("quarter", "季度", "Quarter", "cast(date_trunc('quarter', day) as date)", steps=True),
    Dimension("year", "年", "Year", "cast(date_trunc('year', day) as date)", steps=True),
    Dimension("weekday", "星期（1 为周一）", "Weekday (1 is Monday)", "isodow(day)", "integer"),
    Dimension("hour", "小时", "Hour", "hour", "integer"),
    Dimension("division", "区划", "Division", "division", "division"),
    Dimension("department", "部门", "Department", "department"),
    Dimension("window", "窗口", "Window", "window_name"),
    Dimension("channel", "渠道", "Channel", "channel", "code", "channel"),
    Dimension("case_type", "办件类型", "Case type", "case_type", "code", "case_type"),
    Dimension("item_kind", "事项类型", "Item kind", "item_kind", "code", "item_kind"),
    Dimension("place", "办理层级", "Handled at", "place", "code", "place"),
    Dimension("item", "事项编码", "Item code", "item_code"),
    Dimension("item_name", "事项名称", "Item", "item_name"),
    Dimension("workdays", "用时（工作日）", "Working days used", "used_workdays", "integer"),
    Dimension(
        "hours",
        "用时（工作小时，不足一小时按一小时）",
        "Working hours used, rounded up",
        "cast(ceil(used_quarter_hours / 4.0) as bigint)",
        "integer",
    ),
    Dimension("express_days", "寄递天数", "Days by express", "express_days", "integer"),
    Dimension("age", "在办时长", "Age", "age", "code", "age"),
    Dimension("unit", "单位", "Unit", "unit"),
    Dimension("stock_or_new", "存量增量", "Stock or new", "stock_or_new", "code", "stock_or_new"),
    Dimension("reason", "退回原因", "Reason returned", "return_reason", "code", "return_reason"),
    Dimension("stage", "一窗环节", "Stage of an intake", "stage", "code", "one_window_stage"),
    Dimension("route", "进件渠道", "Door", "route", "code", "intake_route"),
    Dimension("category", "综合窗口类别", "Category", "category", "code", "one_window_category"),
    Dimension("scope", "口径", "Scope", "scope", "code", "scope"),
    Dimension("version", "清单版本", "Version", "version"),
    Dimension("return_reason", "退回类别", "Kind of return", "return_reason", "code", "certificate_return"),
    Dimension("change", "变化类别", "Kind of change", "change", "code", "item_change"),
    Dimension("depth", "网办深度", "Online depth", "online_depth", "code", "online_depth"),
    Dimension("zone", "区域", "Zone", "zone"),
    Dimension("service", "排队业务", "Queue service", "service_name"),
    Dimension("half_hour", "半小时（0 至 47）", "Half hour (0 to 47)", "half_hour", "integer"),
    Dimension("wait_minutes", "等候（分钟，不足一分钟按一分钟）", "Minutes waited, rounded up", "wait_minutes", "integer"),
    Dimension("serve_minutes", "办理（分钟，不足一分钟按一分钟）", "Minutes served, rounded up", "serve_minutes", "integer"),
    Dimension("level", "监察等级", "Level of supervision", "level"),
    Dimension("rule", "监察规则", "Rule of supervision", "rule_id"),
    Dimension("record", "记录类型", "Record type", "record"),
    Dimension("mapping", "来源映射", "Source mapping", "mapping"),
    Dimension("fault", "校验规则", "Rule broken", "fault"),
    Dimension("entry_workdays", "录入延迟（工作日）", "Keyed in after (working days)", "entry_workdays", "integer"),
    Dimension("trips", "到现场次数（−1 未填）", "Trips (-1: not given)", "trips", "integer"),
    Dimension("satisfaction", "满意度", "Satisfaction", "satisfaction", "code", "satisfaction"),
    Dimension("evaluation_channel", "评价渠道", "Channel of the evaluation", "evaluation_channel", "code", "evaluation_channel"),
    Dimension("complaint_source", "投诉来源", "Source of the complaint", "complaint_source", "code", "complaint_source"),
    Dimension("complaint_outcome", "投诉处理结果", "Outcome of the complaint", "complaint_outcome", "code", "complaint_outcome"),
    Dimension("request_kind", "诉求类别", "Kind of request", "request_kind", "code", "request_kind"),
    Dimension("request_outcome", "答复结果", "Outcome of the request", "request_outcome", "code", "request_outcome"),
    Dimension("disclosure_kind", "公开形式", "Kind of publication", "disclosure_kind", "code", "disclosure_kind"),
    Dimension("disclosure_category", "公开类目", "Category of publication", "disclosure_category"),
    Dimension("event_kind", "问题类别", "Kind of finding", "event_kind", "code", "assess_event"),
    Dimension("patrol_source", "巡查方式", "Source of the patrol", "patrol_source", "code", "patrol_source"),
    Dimension("publish_channel", "公开渠道", "Published on", "publish_channel", "code", "publish_channel"),
)
DIMENSIONS: dict[str, Dimension] = {dimension.name: dimension for dimension in _LISTED}

_STEPS = ("day", "week", "month", "quarter", "year")
_DAYS = (*_STEPS, "weekday")
_CASE = (*_DAYS, "department", "window", "channel", "case_type", "item_kind", "place")
_ITEM = ("item", "item_name")
_QUEUE = (*_DAYS, "zone", "service", "department", "window", "channel")
_OF_ONE_COUNTY: dict[str, tuple[str, ...]] = {
    "mart_case_day": _CASE,
    "mart_item_day": (*_DAYS, "department", "place", "item", "item_name"),
    "mart_case_hour": (*_DAYS, "hour", "department", "window", "channel", "place"),
    "mart_used_workdays": (*_CASE, "workdays"),
    "mart_backlog_change": (*_STEPS, "department", "window", "channel", "case_type", "item_kind", "place", "age"),
    "mart_application_day": (*_DAYS, "department", "channel"),
    "mart_application_item_day": (*_DAYS, "department", "channel", *_ITEM),
    "mart_precheck_time": (*_DAYS, "department", "channel", *_ITEM, "workdays", "hours"),
    "mart_precheck_return": (*_DAYS, "department", "channel", *_ITEM, "reason"),
    "mart_express_day": (*_DAYS, "department", "channel", *_ITEM, "express_days"),
    "mart_two_counters": (*_DAYS, "department"),
    "mart_one_window_day": (*_DAYS, "category", "window"),
    "mart_one_window_part_day": (*_DAYS, "category", "window", "department"),
    "mart_one_window_time": (*_DAYS, "category", "window", "stage", "workdays", "hours"),
    "mart_one_window_part_time": (*_DAYS, "category", "window", "department", "stage", "workdays", "hours"),
    "mart_one_window_item": (*_DAYS, "department", *_ITEM, "category", "route", "workdays"),
    "mart_certificate_day": (*_DAYS, "unit", "department", "stock_or_new", "return_reason"),
    "mart_certificate_case_day": _CASE,
    "mart_unit_access_day": (*_STEPS, "unit", "department"),
    "mart_item_scope": (*_STEPS, "scope", "version", "department", "item_kind", "trips", "depth"),
    "mart_item_catalogue": (*_STEPS, "scope", "department", "item_kind"),
    "mart_item_change_day": (*_STEPS, "scope", "change", "version", "department", "item_kind"),
    "mart_cancelled_proof_day": (*_DAYS, "unit", "department"),
    "mart_ticket_day": _QUEUE,
    "mart_ticket_half_hour": (*_QUEUE, "hour", "half_hour"),
    "mart_ticket_wait": (*_QUEUE, "wait_minutes"),
    "mart_ticket_service": (*_QUEUE, "serve_minutes"),
    "mart_window_half_hour": (*_DAYS, "hour", "half_hour", "zone", "department", "window", "channel"),
    "mart_department": (*_STEPS, "department"),
    "mart_evaluation_day": (*_DAYS, "department", "window", "channel", "evaluation_channel", "satisfaction"),
    "mart_evaluation_case_day": (*_DAYS, "department", "window", "channel"),
    "mart_complaint_day": (*_DAYS, "department", "window", "channel", "complaint_source", "complaint_outcome"),
    "mart_request_day": (*_DAYS, "department", "request_kind", "request_outcome"),
    "mart_disclosure_day": (*_DAYS, "department", "disclosure_kind", "disclosure_category", "publish_channel"),
    "mart_signal_day": (*_CASE, "level", "rule"),
    "mart_entry_day": (*_CASE, "entry_workdays"),
    "mart_patrol_day": (*_DAYS, "zone", "department", "window", "patrol_source", "event_kind"),
    "mart_dossier_day": (*_DAYS, "department", "window", "event_kind"),
    "mart_load_day": (*_DAYS, "record", "mapping"),
    "mart_fault_day": (*_DAYS, "record", "mapping", "fault"),
}
# Whose a row is, every mart of a snapshot says (etl/divisions.py).
MARTS: dict[str, tuple[str, ...]] = {mart: (*dimensions, "division") for mart, dimensions in _OF_ONE_COUNTY.items()}

_OWN_CODES: dict[str, dict[str, Code]] = {
    "scope": {
        "all": Code(zh="全部（含乡镇）", en="All, townships included"),
        "district": Code(zh="区直各部门", en="District departments"),
        "centre": Code(zh="中心进驻", en="Handled in the hall"),
        "township": Code(zh="乡镇", en="Townships"),
    },
    "place": {
        "centre": Code(zh="区直部门，进驻中心", en="District department, in the hall"),
        "district": Code(zh="区直部门，未进驻中心", en="District department, not in the hall"),
        "township": Code(zh="乡镇", en="Township"),
        "township_centre": Code(zh="乡镇，进驻中心", en="Township, in the hall"),
    },
    "item_change": {
        "added": Code(zh="新增", en="Added"),
        "dropped": Code(zh="取消", en="Dropped"),
        "trips": Code(zh="跑趟次数", en="Trips"),
        "promised": Code(zh="承诺时限", en="Promised limit"),
        "statutory": Code(zh="法定时限", en="Statutory limit"),
        "online": Code(zh="网上申请", en="Online application"),
        "centre": Code(zh="进驻中心", en="In the hall"),
        "renamed": Code(zh="名称", en="Name"),
    },
    "age": {
        "a00_05": Code(zh="0–5 个工作日", en="0-5 working days"),
        "a06_10": Code(zh="6–10 个工作日", en="6-10 working days"),
        "a11_20": Code(zh="11–20 个工作日", en="11-20 working days"),
        "a21_40": Code(zh="21–40 个工作日", en="21-40 working days"),
        "a41_up": Code(zh="41 个工作日以上", en="41 working days and more"),
    },
}

# A scope of the item list (口径) as the places of cases it takes in. Cases whose item is on no list are in `all` alone.
SCOPE_PLACES: dict[str, tuple[str, ...]] = {
    "district": ("centre", "district"),
    "centre": ("centre", "township_centre"),
    "township": ("township", "township_centre"),
}


def code_list(dimension: Dimension) -> dict[str, Code]:
    """Canonical codes of a dimension with their labels; empty when it is not a coded one."""
    if dimension.codes is None:
        return {}
    return _OWN_CODES.get(dimension.codes) or codes()[dimension.codes]


def value_label(name: str, value: Value, language: str = "zh_CN") -> str:
    """What a reader sees for a value; the value itself when it is no code."""
    if value == "":
        return "(not given)" if language == "en" else "（未填）"
    if DIMENSIONS[name].type == "division":
        return name_of(str(value), shipped(), language)
    code = code_list(DIMENSIONS[name]).get(str(value))
    if code is None:
        return str(value)
    return code.en if language == "en" else code.zh


def parse_value(name: str, text: Value) -> Value:
    """A value as the mart holds it: canonical code for a code or its label, whole number for an integer.

    Raises HallError naming the dimension, the value and what it may be.
    """
    dimension = DIMENSIONS[name]
    if dimension.type == "integer":
        try:
            return int(text)
        except ValueError:
            raise HallError(f"{name} 应为整数，不是“{text}”", f"{name} takes a whole number, not {text!r}") from None
    value = str(text)
    if dimension.type == "division":
        return prefix_of(value)
    known = code_list(dimension)
    if not known or value == "" or value in known:
        return value
    for code, words in known.items():
        if value in (words.zh, words.en, *words.also):
            return code
    listed = "、".join(f"{code}（{words.zh}）" for code, words in known.items())
    raise HallError(f"{name} 没有取值“{value}”；可用：{listed}", f"{name} has no value {value!r}; known: {', '.join(known)}")
