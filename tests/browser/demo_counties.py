"""Ten small demo counties of two cities, put together in a home of their own: `python -m tests.browser.demo_counties DIR`.

For the pictures of pages with several counties: `python -m tests.browser.sheets --home DIR/province counties`.
"""

import sys
from datetime import date, datetime
from pathlib import Path

from etl.config import Home, connect
from etl.demo import make
from etl.ingest import load
from etl.lake import export, gather
from etl.publish import publish

# How large each is beside the demo year of one county; the last is too small to be ranked by what few people do.
SCALES = {
    "350102": 0.16, "350103": 0.12, "350121": 0.1, "350181": 0.14, "350902": 0.18, "350921": 0.08, "350922": 0.06, "350981": 0.1,
    "350982": 0.09, "350926": 0.004,
}  # fmt: skip
CUT_OFF = date(2018, 12, 31)
NOW = datetime(2019, 1, 2, 9)
FUJIAN = "35"


def gathered(root: Path) -> Home:
    """The counties' own homes below `root`, the lake, and the published home of the province, `root/province`, which is returned."""
    for division, scale in SCALES.items():
        own = Home(root / division)
        own.make()
        own.settings_file.write_text(f'division = "{division}"\n', "utf-8")
        files = make(own.inbox / "demo", seed=int(division), scale=scale).files
        with connect(own) as con:
            load(con, own, files)
            export(con, own, root / "lake", division, as_of=CUT_OFF, now=NOW)
    home = Home(root / "province")
    home.make()
    home.settings_file.write_text('hall_name = "福建省"\n', "utf-8")
    with connect(home) as con:
        gather(con, home, root / "lake", FUJIAN, now=NOW)
        publish(con, home, NOW)
    return home


if __name__ == "__main__":
    gathered(Path(sys.argv[1]))
