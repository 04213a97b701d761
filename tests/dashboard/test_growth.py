"""A page that is drawn again and again leaves nothing behind: a server runs for weeks."""

import gc

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
