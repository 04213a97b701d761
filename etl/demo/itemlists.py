"""The item list that went before the published one, as the item library exported it, and the catalogue of abolished proofs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from etl.demo.catalogue import KIND_LABELS, Catalogue, Item
from etl.demo.dirt import Cells, plant, put
from etl.demo.writers import LABEL, Planted, write_delimited, write_workbook
from etl.synthetic import MARK

Written = tuple[list[Path], list[Planted]]

LIBRARY_HEADERS = (
    "序号", "事项编码", "业务办理项名称", "主项名称", "办理单位", "单位编码", "行使层级", "事项类型", "办件类型", "法定办结时限",
    "法定时限单位", "承诺办结时限", "承诺时限单位", "到办事现场次数", "通办范围", "是否收费", "是否网上办理", "网办星级",
    "是否进驻大厅", "是否入驻省网", "办理结果名称", "办理结果类型", "版本号", "生效日期",
)  # fmt: skip
PROOF_HEADERS = ("序号", "证明编码", "取消的证明事项名称", "索要单位", "开具单位", "用途", "取消依据", "取消后的办理方式", "取消时间")
PROOFS = 30
DROPPED = 46
ADDED = 58
_UNIT = {"workday": "个工作日", "day": "自然日", "month": "月"}

# Proofs that were commonly asked for, who issued them, and what came in their place.
_PROOFS: Sequence[tuple[str, str, str]] = (
    ("居住证明", "村（居）委会", "部门间信息共享核验"),
    ("婚姻状况证明", "民政部门", "申请人书面承诺"),
    ("无犯罪记录证明", "公安派出所", "部门间信息共享核验"),
    ("收入证明", "村（居）委会", "申请人书面承诺"),
    ("亲属关系证明", "公安派出所", "户口簿或居民身份证"),
    ("经营场所使用证明", "村（居）委会", "申请人书面承诺"),
    ("家庭经济困难证明", "乡镇人民政府", "部门间信息共享核验"),
    ("健在证明", "村（居）委会", "工作人员实地核查"),
    ("未就业证明", "村（居）委会", "部门间信息共享核验"),
    ("遗失声明", "报刊社", "申请人书面承诺"),
    ("同一人证明", "公安派出所", "居民身份证"),
    ("无房证明", "不动产登记机构", "部门间信息共享核验"),
)


@dataclass(frozen=True)
class Earlier:
    """The list that held until the year's middle: what it had of today's items, as they were then, and what was dropped since."""

    items: tuple[Item, ...]
    added: frozenset[str]
    dropped: frozenset[str]


def result_of(item: Item) -> tuple[str, str]:
    """What an item results in, and of which kind that is."""
    subject = item.parent_name
    if item.kind in ("licence", "confirmation"):
        ending = "证" if subject.endswith("许可") else "批准书" if subject.endswith(("审批", "核准", "审查")) else "证书"
        return f"{subject}{ending}", "证照"
    return (f"关于{subject}的批复", "批文") if item.kind == "other" else ("", "无")


def is_provincial(item: Item) -> bool:
    """Whether the province's online hall has it: all that can be applied for online, and some guides."""
    return item.is_online or item.depth == "二星"


def earlier_list(random: Random, catalogue: Catalogue, used: frozenset[str]) -> Earlier:
    """The list before the reform of the year. `used` are the codes of cases: those items were on it."""
    free = [item.code for item in catalogue.items if item.code not in used]
    added = frozenset(random.sample(free, min(ADDED, len(free))))
    kept = [_as_it_was(random, item) for item in catalogue.items if item.code not in added]
    # Yearly inspections are what such reforms abolished first.
    ended = [_ended(item, number) for number, item in enumerate(random.sample(catalogue.items, DROPPED), start=1)]
    return Earlier((*kept, *ended), added, frozenset(item.code for item in ended))


def _as_it_was(random: Random, item: Item) -> Item:
    trips = item.trips
    if item.trips == 0 and random.random() < 0.62:
        trips = 1
    elif item.trips == 1 and random.random() < 0.3:
        trips = 2
    promised = item.promised_limit
    if promised > 0 and random.random() < 0.27:
        longest = item.statutory_limit * 20 if item.statutory_unit == "month" else item.statutory_limit
        promised = min(longest, promised + random.randint(1, 5))
    is_online = item.is_online and random.random() > 0.14
    name = item.name.replace("（", "(").replace("）", ")") if random.random() < 0.03 else item.name
    name = f"{name}（含变更）" if name == item.name and random.random() < 0.006 else name
    return replace(
        item, trips=trips, promised_limit=promised, is_online=is_online, name=name,
        depth=item.depth if is_online == item.is_online else "二星", is_in_hall=item.is_in_hall and random.random() > 0.05,
    )  # fmt: skip


def _ended(item: Item, number: int) -> Item:
    return replace(
        item, code=f"{item.code[:-10]}9{number:04d}00000", name=f"{item.parent_name}年度检验", kind="other", case_type="committed_ordinary",
        statutory_limit=20, statutory_unit="workday", promised_limit=15, promised_unit="workday", trips=2, is_online=False, depth="一星",
    )  # fmt: skip


def write_earlier_list(folder: Path, random: Random, earlier: Earlier, year: int) -> Written:
    """The library's export: comma-separated in GB18030, labels for codes, a title line and a total below."""
    rows: list[Cells] = [
        dict(zip(LIBRARY_HEADERS, _library_cells(number, item, year), strict=True)) for number, item in enumerate(earlier.items, start=1)
    ]
    spoils = (
        put("missing_item_name", "业务办理项名称", ""), put("unit_missing", "法定时限单位", "", "法定办结时限"),
        put("unknown_depth", "网办星级", "收办分离式"), put("bad_trips", "到办事现场次数", "最多一次"),
        put("impossible_date", "生效日期", f"{year - 1}/2/30"),
    )  # fmt: skip
    odd: Mapping[str, Callable[[str], str]] = {"法定办结时限": _spelled, "承诺办结时限": _spelled}
    entries = plant(random, LIBRARY_HEADERS, rows, "事项编码", spoils, ("repeated_header", "extra_separator", "total_row"), 0.01, odd, 3)
    path = folder / f"{MARK}事项库导出_{year - 1}.csv"
    return [path], write_delimited(path, LIBRARY_HEADERS, entries, encoding="gb18030", delimiter=",", preamble=f"蕉城区事项库（{LABEL}）")


def _spelled(text: str) -> str:
    """A number in full-width digits, as an input method left on writes it."""
    return text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))


def _library_cells(number: int, item: Item, year: int) -> tuple[str, ...]:
    name, kind = result_of(item)
    return (
        str(number), item.code, item.name, item.parent_name, item.department.name, item.department.code,
        "乡镇级" if item.department.is_township else "县级", KIND_LABELS[item.kind], "即办件" if item.is_instant else "承诺件",
        str(item.statutory_limit), _UNIT[item.statutory_unit], str(item.promised_limit), _UNIT[item.promised_unit],
        str(item.trips), "全区" if item.is_in_hall else "", "否", "是" if item.is_online else "否", item.depth,
        "是" if item.is_in_hall else "否", "是" if is_provincial(item) else "否", name, kind, str(year - 1), f"{year - 1}/1/1",
    )  # fmt: skip


def write_proofs(folder: Path, random: Random, catalogue: Catalogue, year: int) -> Written:
    """The catalogue of abolished proofs: a workbook with a title, dates as people write them, and a total below."""
    districts = [
        item for item in catalogue.items if not item.department.is_township and item.kind in ("licence", "payment", "confirmation")
    ]
    batches = ((date(year, 5, 18), 12), (date(year, 9, 30), 11), (date(year, 12, 14), 7))
    days = [day for day, count in batches for _ in range(count)]
    rows: list[Cells] = []
    for number, (day, item) in enumerate(zip(days, random.sample(districts, PROOFS), strict=True), start=1):
        name, issuer, replacement = _PROOFS[(number - 1) % len(_PROOFS)]
        basis = f"蕉政综〔{year}〕{20 + 10 * day.month // 4}号"
        written = (f"{day:%Y-%m-%d}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y.%m.%d}")[number % 3]
        cells = (str(number), f"QXZM{year}{number:03d}", name, item.department.name, issuer, item.name, basis, replacement, written)
        rows.append(dict(zip(PROOF_HEADERS, cells, strict=True)))
    spoils = (
        put("missing_unit", "索要单位", ""),
        put("impossible_date", "取消时间", f"{year}-02-30"),
        put("not_cancelled", "取消时间", ""),
    )
    entries = plant(random, PROOF_HEADERS, rows, "证明编码", spoils, ("total_row",), doubles=2)
    path = folder / f"{MARK}取消证明事项目录_{year}.xlsx"
    return [path], write_workbook(path, PROOF_HEADERS, {"目录": entries}, preamble=f"蕉城区取消证明事项目录（{LABEL}）")
