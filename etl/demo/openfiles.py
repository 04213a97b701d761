"""The exports of openness: the website's list of what it published, the register of requests, the mailboxes."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from etl.demo.dirt import Cells, chinese_date, plant, put, swap
from etl.demo.openness import Disclosure, Request
from etl.demo.writers import LABEL, Planted, iso, write_delimited, write_json, write_workbook
from etl.synthetic import MARK

DISCLOSURE_HEADERS = (
    "索引号", "信息标题", "栏目类型", "类目", "发布机构", "发布渠道", "生成日期", "发布时间", "条目数", "参与人次", "更新时间",
)  # fmt: skip
REQUEST_HEADERS = (
    "登记编号", "承办单位", "申请方式", "申请人", "申请人类型", "证件号码", "联系电话", "所需信息描述", "收到申请日期", "补正通知日期",
    "收到补正日期", "征询第三方起", "征询第三方止", "延期天数", "延期批准人", "答复日期", "答复类型", "更新时间",
)  # fmt: skip
LETTER_HEADERS = ("信件编号", "信箱名称", "办理单位", "来信人", "来信人电话", "来信主题", "来信时间", "回复时间", "处理状态", "更新时间")
_KIND = {
    "information": "XXGK", "power_list": "QZQD", "reading": "ZCJD", "interview": "ZXFT", "bulletin": "JB", "survey": "YJZJ",
    "column": "ZTZL",
}  # fmt: skip
_CHANNEL = {"website": "政府网站", "new_media": "微信", "gazette": "政府公报", "reading_room": "查阅点"}
_BOX = {"mayor_mailbox": "QZXX", "department_mailbox": "BMXX", "error_report": "ZCPT"}


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def write_disclosures(folder: Path, random: Random, disclosures: Sequence[Disclosure], year: int) -> tuple[list[Path], list[Planted]]:
    """One list for the year, as the website's system writes it."""
    rows = [_disclosure_cells(made) for made in disclosures]
    spoils = (
        put("unknown_kind", "栏目类型", "QT"), put("missing_number", "索引号", ""), swap("published_before_made", "生成日期", "发布时间"),
        put("impossible_date", "发布时间", "2018-02-30"), put("entries_not_a_number", "条目数", "若干"),
    )  # fmt: skip
    entries = plant(
        random, DISCLOSURE_HEADERS, rows, "索引号", spoils * 3, ("extra_separator", "missing_separator", "repeated_header", "total_row"),
        doubles=5,
    )  # fmt: skip
    path = folder / f"{MARK}网站信息发布清单_{year}.csv"
    preamble = f"网站信息发布清单（{LABEL}）"
    return [path], write_delimited(path, DISCLOSURE_HEADERS, entries, encoding="gbk", delimiter=",", preamble=preamble)


def _disclosure_cells(made: Disclosure) -> Cells:
    values = (
        made.number, made.name, _KIND[made.kind], made.category, made.department, _CHANNEL[made.channel], iso(made.made_on),
        iso(made.published_on), _number(made.entries), _number(made.responses), f"{made.published_on} 17:40:00",
    )  # fmt: skip
    return dict(zip(DISCLOSURE_HEADERS, values, strict=True))


def write_requests(folder: Path, random: Random, requests: Sequence[Request], year: int) -> tuple[list[Path], list[Planted]]:
    """The register of requests for information as a workbook kept by hand; letters and error reports as the website's JSON."""
    asked = [_request_cells(made) for made in requests if made.kind == "disclosure_request"]
    spoils = (
        put("missing_number", "登记编号", ""), swap("answered_before_received", "收到申请日期", "答复日期"),
        put("unknown_outcome", "答复类型", "再议"), put("extension_not_a_number", "延期天数", "十五"),
    )  # fmt: skip
    entries = plant(
        random, REQUEST_HEADERS, asked, "登记编号", spoils, ("total_row",), odd_share=0.1, odd_columns={"收到申请日期": chinese_date}
    )
    register = folder / f"{MARK}依申请公开登记簿_{year}.xlsx"
    serials = frozenset({"答复日期"})
    planted = write_workbook(register, REQUEST_HEADERS, {"登记簿": entries}, preamble=f"依申请公开登记簿（{LABEL}）", serials=serials)
    letters = [_letter_cells(made) for made in requests if made.kind != "disclosure_request"]
    wrong = (put("unknown_mailbox", "信箱名称", "JWXX"), put("not_received", "来信时间", ""))
    box = folder / f"{MARK}网站信箱与找错_{year}.json"
    planted += write_json(box, LETTER_HEADERS, plant(random, LETTER_HEADERS, letters, "信件编号", wrong, (), doubles=1))
    return [register, box], planted


def _request_cells(made: Request) -> Cells:
    first, last = made.third_party or (None, None)
    values = (
        made.number, made.department, made.channel, made.applicant.name, "法人" if made.applicant.is_organisation else "个人",
        made.applicant.id_no, made.applicant.phone, made.subject, _time(made.received_at), iso(made.supplement_on),
        iso(made.supplemented_on), iso(first), iso(last), _number(made.extension), "演示负责人" if made.extension else "",
        _time(made.answered_at), made.outcome, _time(made.answered_at),
    )  # fmt: skip
    return dict(zip(REQUEST_HEADERS, values, strict=True))


def _letter_cells(made: Request) -> Cells:
    values = (
        made.number, _BOX[made.kind], made.department, made.applicant.name, made.applicant.phone, made.subject, _time(made.received_at),
        _time(made.answered_at), "2" if made.outcome == "corrected" else "1", _time(made.answered_at),
    )  # fmt: skip
    return dict(zip(LETTER_HEADERS, values, strict=True))
