"""Days as they are given on the command line."""

from datetime import date

from etl.config import HallError


def day_of(text: str) -> date:
    """A day written YYYY-MM-DD. Raises HallError naming what was written instead."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HallError(f"“{text}”不是日期，请写成 2018-10-08 的样子", f"{text!r} is no date; write it like 2018-10-08") from None
