"""The pictures of the README: `python -m tests.browser.screenshots [--home DIR]`, from the demo year as `hall demo --no-serve` makes it.

Each page on a desk (1280), the overview also on a wall (1920) and on a phone (390), in both languages where the README shows both.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, expect

from dashboard.period import containing
from dashboard.store import Scope, open_current
from etl.config import HallError, home_from
from tests.chromium import browser, executable, served

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"


@dataclass(frozen=True)
class Picture:
    """A page, what of it to show, and how large a screen it is seen on."""

    name: str
    path: str
    width: int = 1280
    height: int = 1000


def pictures(home: Path) -> list[Picture]:
    """All pictures; the case is one that was closed late after its clock had stood still."""
    store = open_current(home_from(home))
    year = containing("year", store.as_of)
    paused = set(store.suspensions(year, Scope()).query("is_pause")["case_no"])
    late = [number for number in store.late_cases(year, Scope())["case_no"] if number in paused]
    month = f"period=month&on={store.as_of.replace(day=1)}"
    return [
        Picture("overview-zh", f"?lang=zh&{month}"),
        Picture("overview-en", f"?lang=en&{month}"),
        Picture("throughput-zh", "throughput?lang=zh&period=quarter&on=" + containing("quarter", store.as_of).first.isoformat()),
        Picture("timelimits-zh", f"timelimits?lang=zh&{month}", height=1500),
        Picture("online-zh", f"online?lang=zh&period=year&on={year.first}", height=1500),
        Picture("onewindow-zh", f"onewindow?lang=zh&{month}", height=1500),
        Picture("queue-zh", f"queue?lang=zh&{month}", height=1400),
        Picture("evaluations-zh", f"evaluations?lang=zh&period=year&on={year.first}", height=1500),
        Picture("disclosure-zh", f"disclosure?lang=zh&period=year&on={year.first}", height=1500),
        Picture("case-zh", f"case?lang=zh&{month}&case={late[0]}", height=1250),
        Picture("certificates-zh", f"certificates?lang=zh&{month}", height=1300),
        Picture("items-zh", f"items?lang=zh&{month}&scope=centre", height=1300),
        Picture("supervision-zh", f"supervision?lang=zh&{month}", height=1500),
        Picture("patrol-zh", f"patrol?lang=zh&week={store.as_of.replace(day=12)}", height=1500),
        Picture("quality-zh", "quality?lang=zh", height=1500),
        Picture("overview-wall", f"?lang=zh&period=year&on={year.first}", 1920, 1080),
        Picture("assessment-zh", f"assessment?lang=zh&month_at={store.as_of:%Y-%m}", height=1400),
        Picture("redflags-zh", "redflags?lang=zh", height=1300),
        Picture("rules-zh", "rules?lang=zh", height=1500),
        Picture("reports-zh", "reports?lang=zh", height=760),
        Picture("annual-zh", "annual?lang=zh", height=1250),
        Picture("overview-phone", f"?lang=zh&{month}", 390, 844),
    ]


def take(opened: Browser, address: str, picture: Picture) -> None:
    context = opened.new_context(viewport={"width": picture.width, "height": picture.height}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}/{picture.path}")
    page.locator("[data-testid=stMain] [data-testid=stCaptionContainer]").last.wait_for(timeout=60_000)
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0, timeout=60_000)
    # Charts are drawn after their data have come, and labels are set after that.
    page.wait_for_timeout(3000)
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


def main() -> None:
    """Takes every picture anew."""
    parser = argparse.ArgumentParser(prog="screenshots")
    parser.add_argument("--home", type=Path, default=None)
    home = home_from(parser.parse_args().home)
    if executable() is None:
        sys.exit("no Chromium: run make test-tools")
    try:
        wanted = pictures(home.root)
    except HallError as refusal:
        sys.exit(str(refusal))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(home.root, Path(folder) / "server.log") as address, browser() as opened:
        for picture in wanted:
            take(opened, address, picture)
            sys.stdout.write(f"docs/screenshots/{picture.name}.png\n")


if __name__ == "__main__":
    main()
