"""The weekly review: what is said of each window at the meeting (周例会点评). Writing again keeps what was written before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from etl.config import HallError
from etl.office.audit import append
from etl.office.database import Office
from etl.office.reasons import acting, checked


@dataclass(frozen=True)
class Review:
    """What was said of a window, of the hall where `window` is empty, in the week that begins on this Monday."""

    week: date
    window: str
    text: str
    actor: str
    at: str


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def write_review(office: Office, day: date, window: str, text: str, actor: str, now: datetime) -> Review:
    """Writes the review of the week of this day. Raises HallError with what to do instead; then nothing is written."""
    kept = checked(text)
    acting(actor)
    made = Review(monday_of(day), window, kept, actor, now.isoformat(timespec="seconds"))
    if made.week > now.date():
        raise HallError(f"{made.week} 开始的这一周还没有到", f"the week of {made.week} has not begun")
    with office.writing() as con:
        con.execute(
            "insert into review (week, window_name, text, actor, at) values (?, ?, ?, ?, ?)",
            [made.week.isoformat(), window, kept, actor, made.at],
        )
        append(con, actor, "review.written", f"{made.week}:{window}", now, {"text": kept})
    return made


def reviews(office: Office, first: date, last: date) -> list[Review]:
    """The newest review of each window in the weeks that meet these days, the hall's first."""
    with office.reading() as con:
        rows = con.execute(
            "select week, window_name, text, actor, at from review where week between ? and ? and number in "
            "(select max(number) from review group by week, window_name) order by week, window_name",
            [monday_of(first).isoformat(), last.isoformat()],
        ).fetchall()
    return [Review(date.fromisoformat(row["week"]), row["window_name"], row["text"], row["actor"], row["at"]) for row in rows]


def former_reviews(office: Office, week: date, window: str) -> list[Review]:
    """All that was written of a window in this week, the newest first."""
    with office.reading() as con:
        rows = con.execute(
            "select week, window_name, text, actor, at from review where week = ? and window_name = ? order by number desc",
            [monday_of(week).isoformat(), window],
        ).fetchall()
    return [Review(date.fromisoformat(row["week"]), row["window_name"], row["text"], row["actor"], row["at"]) for row in rows]
