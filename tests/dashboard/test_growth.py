"""A page that is drawn again and again leaves nothing behind: a server runs for weeks."""

import gc
import shutil
import weakref

from dashboard.store import _opened
from etl.publish import current

# Objects that a rerun may leave; what a page of lists once left was some four hundred.
EACH = 100
WARM, REDRAWN = 10, 15


def held() -> int:
    gc.collect()
    return len(gc.get_objects())


def test_redrawing_a_page_leaves_nothing_behind(open_page):
    page = open_page("supervision", period="month", on="2018-10-01")
    for _ in range(WARM):
        page.run()
    before = held()
    for _ in range(REDRAWN):
        page.run()
    assert held() - before < EACH * REDRAWN


def test_a_version_that_was_shown_long_ago_is_let_go(hall_home, tmp_path):
    paths = [tmp_path / f"{number}.duckdb" for number in range(3)]
    for path in paths:
        shutil.copy(current(hall_home), path)
    first = weakref.ref(_opened(str(hall_home.root), str(paths[0])))
    for path in paths[1:]:
        _opened(str(hall_home.root), str(path))
    gc.collect()
    assert first() is None
