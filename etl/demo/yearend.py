"""The demo hall's year of assessment brought to its end: annual marks for the staff, and every month published."""

from datetime import datetime
from decimal import Decimal
from random import Random

from etl.assess.inputs import first_day, months_of
from etl.assessing import assessment, freeze_months
from etl.config import Home
from etl.office import open_office
from etl.office.annualmarks import NewMark, annual_marks, set_marks
from etl.office.freezing import frozen_months
from etl.publish import current, open_snapshot

ACTOR = "demo"
# Reviewers give most people most of the points; a few stand out below.
USUAL, WEAK, WEAK_ONE_IN = (0.78, 1.0), (0.45, 0.75), 12
STEP = Decimal("0.5")


def publish_year(home: Home, now: datetime, year: int = 2018, seed: int = 2018) -> tuple[int, int]:
    """Marks the staff and publishes the months of the year that are not published yet; how many marks and months it made.

    Nothing that stands is made again or changed: neither marks of the year nor months published before.
    """
    path, office = current(home), open_office(home)
    if path is None:
        return 0, 0
    published = frozen_months(office)
    if set(months_of(str(year))) <= set(published) and annual_marks(office, str(year)):
        return 0, 0
    with open_snapshot(path) as con:
        made = assessment(con, home, office)
        known = {post.staff_no for post in made.inputs.posts}
        months = [month for month in months_of(str(year)) if made.schemes.on(first_day(month)) is not None]
        marks: list[NewMark] = []
        if known and months and not annual_marks(office, str(year)):
            random = Random(f"{seed}/{year}/annual-marks")
            parts = made.schemes.of(months[-1]).annual_mark
            for staff_no in sorted(known):
                low, high = WEAK if random.randrange(WEAK_ONE_IN) == 0 else USUAL
                for part in parts:
                    share = Decimal(repr(random.uniform(low, high)))
                    points = min(part.most, (share * part.most / STEP).to_integral_value() * STEP)
                    marks.append(NewMark(staff_no, part.part, points, part.most))
            set_marks(office, str(year), marks, ACTOR, now)
        wanted = [month for month in months if known and month > max(published, default="")]
        freeze_months(con, home, office, wanted, path.stem, ACTOR, now)
    return len(marks), len(wanted)
