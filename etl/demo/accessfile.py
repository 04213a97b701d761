"""The register of e-certificate accounts, seals and digital certificates: which unit was given what, and when."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from etl.demo.catalogue import Catalogue
from etl.demo.dirt import Cells, Spoil, plant, put
from etl.demo.follow import Certificate
from etl.demo.writers import LABEL, Planted, iso, write_workbook
from etl.synthetic import MARK

HEADERS = (
    "序号", "单位全称", "信用代码", "存量底数（本）", "纳入日期", "管理账号/账号名", "管理账号/开通日期", "电子印章/印章编号",
    "电子印章/申领日期", "CA证书/办理日期", "CA证书/到期日", "停用日期", "备注", "更新时间",
)  # fmt: skip


def write_access(
    folder: Path, random: Random, catalogue: Catalogue, certificates: Sequence[Certificate], year: int
) -> tuple[list[Path], list[Planted]]:
    """A workbook with two header rows. Most units were equipped the year before, the others in the year's first half."""
    stock = Counter(certificate.unit for certificate in certificates if certificate.is_stock)
    rows: list[Cells] = []
    for number, unit in enumerate((one for one in catalogue.departments if one.is_in_hall), start=1):
        account = _opened(random, year) if unit.has_account else None
        seal = account + timedelta(days=random.randint(3, 40)) if account else _opened(random, year)
        ca = seal + timedelta(days=random.randint(0, 5)) if unit.has_seal and random.random() < 0.95 else None
        # Paper that a unit has and nobody has listed yet: the ledger never holds all of it.
        declared = round(stock[unit.name] * random.uniform(1.0, 1.12) / 10 + 0.5) * 10 if stock[unit.name] else random.randint(2, 40) * 10
        cells = (
            str(number), unit.name, unit.code, str(declared), f"{year - 1}-03-01",
            f"jc_dzzz_{number:02d}" if account else "", iso(account), f"YSYZ{number:08d}" if unit.has_seal else "",
            iso(seal) if unit.has_seal else "", iso(ca), iso(date(ca.year + 2, ca.month, min(ca.day, 28)) if ca else None), "",
            "" if account or unit.has_seal else "待开通", f"{year}-12-28 16:00:00",
        )  # fmt: skip
        rows.append(dict(zip(HEADERS, cells, strict=True)))
    spoils = (
        put("missing_unit", "单位全称", ""), put("bad_number", "存量底数（本）", "约5000"),
        put("impossible_date", "管理账号/开通日期", f"{year}-04-31"),
        Spoil("ca_ends_before_opened", ("CA证书/办理日期", "CA证书/到期日"), lambda cells: {**cells, "CA证书/到期日": f"{year - 9}-01-01"}),
    )  # fmt: skip
    entries = plant(random, HEADERS, rows, "单位全称", spoils, ("total_row",), doubles=1)
    path = folder / f"{MARK}电子证照账号印章登记表_{year}.xlsx"
    return [path], write_workbook(path, HEADERS, {"登记表": entries}, preamble=f"电子证照账号、印章登记表（{LABEL}）")


def _opened(random: Random, year: int) -> date:
    return (
        date(year - 1, 4, 1) + timedelta(days=random.randrange(270))
        if random.random() < 0.7
        else date(year, random.randint(1, 6), random.randint(1, 28))
    )
