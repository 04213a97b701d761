"""A small input made to the figures of a published notice: 防城港, March 2011 (受理 5,610, +75.42 %; 办结 5,497, +79.11 %).

Its sentences also give 1.78 days on average for committed cases (0.28 fewer), an actual speed-up of 92.80 % (+1.1 points), no case
late, and twelve units without business. The months are made case by case so that the sums come out so; nothing of it is real.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.config import Home, connect
from etl.engine import build
from etl.ingest import load
from etl.publish import publish

BUSY = tuple(f"单位{number:02d}" for number in range(1, 18))
IDLE = tuple(f"无业务单位{number:02d}" for number in range(1, 13))
HEADER = (
    "办件编号", "事项名称", "部门", "窗口", "渠道", "办件类型", "收件时间", "受理时间", "承诺时限", "承诺时限单位", "法定时限",
    "法定时限单位", "办结时间", "办理结果",
)  # fmt: skip


@dataclass(frozen=True)
class Month:
    """How many cases, how many committed ones of them, and the working days these used and were allowed by law."""

    accepted: int
    closed: int
    committed: int
    accepted_on: date
    # (how many committed cases, closed on, statutory working days)
    courses: tuple[tuple[int, date, int], ...]


# February: 500 committed cases in 2 and 3 working days, 1,030 in all, of 12,410 allowed: 91.70 %.
FEBRUARY = Month(
    3198, 3069, 500, date(2011, 2, 14), ((410, date(2011, 2, 16), 25), (60, date(2011, 2, 16), 24), (30, date(2011, 2, 17), 24))
)  # fmt: skip
# March: 1,000 in 1 and 2 working days, 1,780 in all, of 24,720 allowed: 92.80 %.
MARCH = Month(
    5610, 5497, 1000, date(2011, 3, 1), ((720, date(2011, 3, 3), 25), (60, date(2011, 3, 3), 24), (220, date(2011, 3, 2), 24))
)  # fmt: skip


def rows(month: Month) -> list[list[str]]:
    """The cases of a month: committed ones by their courses, the rest instant, the last few still open."""
    made: list[list[str]] = []
    courses = [(closed, limit) for count, closed, limit in month.courses for _ in range(count)]
    for number in range(month.accepted):
        # Falling shares, so that there is a first ten: unit 1 gets the most.
        unit = BUSY[min(number % 17, number % 19, number % 23)]
        # The instant ones come on the 1st; February's committed ones after the Spring Festival.
        day = month.accepted_on if number < month.committed else month.accepted_on.replace(day=1)
        at = f"{day} 09:00:00"
        name = f"{month.accepted_on:%Y%m}{number:05d}"
        if number < month.committed:
            closed, limit = courses[number]
            made.append(
                [
                    name,
                    "许可",
                    unit,
                    "1号窗口",
                    "窗口",
                    "承诺件",
                    at,
                    at,
                    "10",
                    "工作日",
                    str(limit),
                    "工作日",
                    f"{closed} 16:00:00",
                    "准予",
                ]
            )
        elif number < month.closed:
            made.append([name, "备案", unit, "1号窗口", "窗口", "即办件", at, at, "0", "工作日", "", "", f"{day} 15:00:00", "准予"])
        else:
            made.append([name, "备案", unit, "1号窗口", "窗口", "承诺件", at, at, "", "", "", "", "", ""])
    return made


def published(root: Path) -> Home:
    """A home with the two months loaded from a file, built and published."""
    home = Home(root)
    home.make()
    path = home.inbox / "notice.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows(FEBRUARY), *rows(MARCH)])
    listed = ", ".join(f'"{name}"' for name in (*BUSY, *IDLE))
    home.settings_file.write_text(f'hall_name = "效能办"\nreport_departments = [{listed}]\n', "utf-8")
    with connect(home) as con:
        results = load(con, home, [path])
        assert sum(result.quarantined for result in results) == 0
        build(con, home, as_of=date(2011, 3, 31))
        publish(con, home)
    return home
