"""The pages of the hall's own systems in a real Chromium: reached from the menu, and their choice kept."""

import pytest

pytestmark = pytest.mark.browser
NAMES = {"网上大厅": "online", "一窗受理": "onewindow"}


@pytest.mark.parametrize("name", NAMES)
def test_page_is_reached_from_the_menu_and_its_choice_survives_a_reload(walk, name):
    walk.go("?lang=zh&period=quarter&on=2018-10-01")
    walk.page.get_by_role("link", name=name, exact=True).click()
    walk.until("document.querySelector('h1')?.innerText === wanted", name)
    walk.settle()
    assert "2018年第四季度" in walk.text()
    walk.page.get_by_role("radio", name="事项").or_(walk.page.get_by_role("button", name="事项", exact=True)).first.click()
    walk.settle()
    assert "=item_name" in walk.page.url
    walk.page.reload()
    walk.settle()
    assert walk.title() == name
    assert NAMES[name] in walk.page.url
    assert "=item_name" in walk.page.url
