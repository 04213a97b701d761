"""Points of the annual review that no record gives: case files, the colleagues' vote, the leaders' judgement."""

from collections.abc import Sequence
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


@dataclass(frozen=True)
class NewMark:
    """Points to be given to one member of staff; `most` is what the scheme allows for the part."""

    staff_no: str
    part: Part
    points: Decimal
    most: Decimal


def set_mark(office: Office, year: str, staff_no: str, part: Part, points: Decimal, most: Decimal, actor: str, now: datetime) -> AnnualMark:
    """Gives points between 0 and what the scheme allows for this part; a later mark takes the place of an earlier one, which is kept.

    Raises HallError with what to do instead; then nothing is written.
    """
    return set_marks(office, year, [NewMark(staff_no, part, points, most)], actor, now)[0]


def set_marks(office: Office, year: str, marks: Sequence[NewMark], actor: str, now: datetime) -> list[AnnualMark]:
    """Gives several marks of a year, as `set_mark` does: all of them or, where one is wrong, none. Raises HallError."""
    acting(actor)
    if not (len(year) == 4 and year.isdigit()):
        raise HallError(f"年度“{year}”应写成 2018", f"the year {year!r} should be written as in 2018")
    for one in marks:
        _require_fit(one)
    at = now.isoformat(timespec="seconds")
    made = [AnnualMark(year, one.staff_no, one.part, one.points, actor, at) for one in marks]
    with office.writing() as con:
        for mark in made:
            con.execute(
                "insert into annual_mark (year, staff_no, part, points, actor, at) values (?, ?, ?, ?, ?, ?)",
                [year, mark.staff_no, mark.part, str(mark.points), actor, at],
            )
            append(con, actor, "annual.marked", f"{year}:{mark.staff_no}", now, {"part": mark.part, "points": str(mark.points)})
    return made


def _require_fit(one: NewMark) -> None:
    if one.part not in PARTS:
        raise ValueError(one.part)
    if not one.staff_no:
        raise HallError("没有写明工号", "the staff number is missing")
    if not one.points.is_finite() or not 0 <= one.points <= one.most:
        raise HallError(
            f"工号 {one.staff_no}：分数 {one.points} 应在 0 到 {one.most} 之间",
            f"staff number {one.staff_no}: {one.points} points; it should be from 0 to {one.most}",
        )
    if one.points != round(one.points, PLACES):
        raise HallError(
            f"工号 {one.staff_no}：分数 {one.points} 最多两位小数",
            f"staff number {one.staff_no}: {one.points} points; at most two decimals",
        )


def annual_marks(office: Office, year: str | None = None) -> list[AnnualMark]:
    """The marks that hold: the newest of each member of staff, part and year."""
    with office.reading() as con:
        rows = con.execute(
            "select year, staff_no, part, points, actor, at from annual_mark where (:year is null or year = :year) and number in "
            "(select max(number) from annual_mark group by year, staff_no, part) order by year, staff_no, part",
            {"year": year},
        ).fetchall()
    return [AnnualMark(**{**dict(row), "points": Decimal(row["points"])}) for row in rows]
