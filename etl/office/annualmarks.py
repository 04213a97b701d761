"""Points of the annual review that no record gives: case files, the colleagues' vote, the leaders' judgement."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args

from etl.config import HallError
from etl.office.audit import append
from etl.office.database import Office
from etl.office.reasons import acting

Part = Literal["dossier", "peers", "leaders"]
PARTS: tuple[Part, ...] = get_args(Part)
PLACES = 2


@dataclass(frozen=True)
class AnnualMark:
    """What one member of staff got in one part of one year."""

    year: str
    staff_no: str
    part: Part
    points: Decimal
    actor: str
    at: str


def set_mark(office: Office, year: str, staff_no: str, part: Part, points: Decimal, most: Decimal, actor: str, now: datetime) -> AnnualMark:
    """Gives points between 0 and what the scheme allows for this part; a later mark takes the place of an earlier one, which is kept.

    Raises HallError with what to do instead; then nothing is written.
    """
    acting(actor)
    if part not in PARTS:
        raise ValueError(part)
    if not (len(year) == 4 and year.isdigit()):
        raise HallError(f"年度“{year}”应写成 2018", f"the year {year!r} should be written as in 2018")
    if not staff_no:
        raise HallError("没有写明工号", "the staff number is missing")
    if not points.is_finite() or not 0 <= points <= most:
        raise HallError(f"分数 {points} 应在 0 到 {most} 之间", f"{points} points: it should be from 0 to {most}")
    if points != round(points, PLACES):
        raise HallError(f"分数 {points} 最多两位小数", f"{points} points: at most two decimals")
    made = AnnualMark(year, staff_no, part, points, actor, now.isoformat(timespec="seconds"))
    with office.writing() as con:
        con.execute(
            "insert into annual_mark (year, staff_no, part, points, actor, at) values (?, ?, ?, ?, ?, ?)",
            [year, staff_no, part, str(points), actor, made.at],
        )
        append(con, actor, "annual.marked", f"{year}:{staff_no}", now, {"part": part, "points": str(points)})
    return made


def annual_marks(office: Office, year: str | None = None) -> list[AnnualMark]:
    """The marks that hold: the newest of each member of staff, part and year."""
    with office.reading() as con:
        rows = con.execute(
            "select year, staff_no, part, points, actor, at from annual_mark where (:year is null or year = :year) and number in "
            "(select max(number) from annual_mark group by year, staff_no, part) order by year, staff_no, part",
            {"year": year},
        ).fetchall()
    return [AnnualMark(**{**dict(row), "points": Decimal(row["points"])}) for row in rows]
