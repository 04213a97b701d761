"""Applicants that cannot be real: births in the 1800s, names from a fixed list, phones and credit codes outside any assigned range."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_USCC_SET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

_SURNAMES = "陈林黄郑张吴李王叶周刘余阮缪钟雷蓝谢许苏"
_GIVEN = (
    *("演明", "试安", "合成", "示平", "样华", "例英", "模秀", "拟强", "演", "试", "样", "例"),
    *("演示", "试行", "合文", "示范", "样本", "例言", "模勤", "拟真", "合", "示"),
)
_TRADES = (
    "商行",
    "餐饮店",
    "贸易有限公司",
    "建筑工程有限公司",
    "茶业有限公司",
    "水产养殖专业合作社",
    "电子商务有限公司",
    "药店",
    "幼儿园",
    "物流有限公司",
)
_BRANDS = ("演一", "演二", "演三", "试甲", "试乙", "试丙", "样东", "样西", "样南", "样北", "合元", "合利", "示丰", "示和", "例泰", "例安")


@dataclass(frozen=True)
class Applicant:
    """A made-up person (ID type 111) or organisation (ID type 001, a credit code)."""

    name: str
    is_organisation: bool
    id_type: str
    id_no: str
    phone: str


def id_check_digit(first17: str) -> str:
    """The eighteenth character of an ID number (GB 11643-1999)."""
    return _ID_CHECK[sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True)) % 11]


def uscc_check_digit(first17: str) -> str:
    """The eighteenth character of a unified social credit code (GB 32100-2015)."""
    total = sum(_USCC_SET.index(character) * weight for character, weight in zip(first17, _USCC_WEIGHTS, strict=True))
    return _USCC_SET[(31 - total % 31) % 31]


def id_number(random: Random) -> str:
    """An ID number with a right check digit and a birth in 1800-1899: nobody alive, so nobody real."""
    born = date(1800, 1, 1) + timedelta(days=random.randrange(36_500))
    first17 = f"350902{born:%Y%m%d}{random.randrange(1, 1000):03d}"
    return first17 + id_check_digit(first17)


def credit_code(kind: str, number: int) -> str:
    """A credit code with a right check digit in division 350999, which does not exist. `kind` is its first two characters."""
    first17 = f"{kind}350999DEM{number:06d}"
    return first17 + uscc_check_digit(first17)


def phone(random: Random) -> str:
    """An eleven-digit number beginning with 12000, a range that no operator has."""
    return f"12000{random.randrange(1_000_000):06d}"


def person_name(random: Random) -> str:
    """A surname and a given name that reads as an example."""
    return random.choice(_SURNAMES) + random.choice(_GIVEN)


def applicant(random: Random, organisation_share: float) -> Applicant:
    """A person, or with the given chance an organisation."""
    if random.random() >= organisation_share:
        return Applicant(person_name(random), False, "111", id_number(random), phone(random))
    number = random.randrange(10_000)
    name = f"蕉城区{_BRANDS[number % len(_BRANDS)]}{_TRADES[number // len(_BRANDS) % len(_TRADES)]}（演示）"
    return Applicant(name, True, "001", credit_code("91", number), phone(random))
