"""Oversight in a real Chromium: a file handed in is tried, confirmed, loaded and published; a signal is handled."""

import re
from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest
from small_hall import copied

from dashboard.store import open_current
from etl.config import Home
from etl.office import entries, open_office

pytestmark = pytest.mark.browser
CONTENT = "办件编号,部门,收件时间,受理时间\nWEB-1,民政局,2018-10-08,2018-10-08\nWEB-2,民政局,2018-10-08,2018-10-01\n"


@pytest.fixture(scope="module")
def own_home(walked_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copied(walked_home, tmp_path_factory.mktemp("oversight") / "home")


@pytest.fixture(scope="module")
def server(own_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this module's own, in place of the shared one: its hall is written to."""
    with chromium.served(own_home.root, tmp_path_factory.mktemp("server") / "server.log") as address:
        yield address


def press(walk, name: str) -> None:
    walk.page.get_by_role("button", name=re.compile(name)).first.click()


def test_a_file_is_tried_then_loaded_and_published(walk, own_home: Home, tmp_path: Path):
    before = open_current(own_home).snapshot_id
    path = tmp_path / "民政局办件.csv"
    path.write_text(CONTENT, "utf-8")
    walk.go("quality?lang=zh")
    walk.page.get_by_role("tab", name="上传文件").click()
    walk.page.locator("input[type=file]").set_input_files(path)
    walk.page.get_by_text("试载入结果（尚未写入）").wait_for(timeout=60_000)
    walk.settle()
    assert "前几处错误" in walk.text()
    assert open_current(own_home).snapshot_id == before
    press(walk, "确认载入并发布")
    walk.page.get_by_text("已载入并发布").wait_for(timeout=90_000)
    store = open_current(own_home)
    assert store.snapshot_id != before
    assert store.snapshot_id in walk.text()
    assert store.case("WEB-1") is not None
    assert store.case("WEB-2") is None
    assert entries(open_office(own_home), action="file.")[0].actor == "local"
    press(walk, "再传一个文件")
    walk.page.locator("input[type=file]").wait_for(state="attached", timeout=30_000)
    assert not list(own_home.tmp.glob("upload-*"))


def test_a_picture_under_the_name_of_a_table_is_refused(walk, tmp_path: Path):
    path = tmp_path / "cases.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 60)
    walk.go("quality?lang=zh")
    walk.page.get_by_role("tab", name="上传文件").click()
    walk.page.locator("input[type=file]").set_input_files(path)
    walk.page.get_by_text("是图片而不是表格").wait_for(timeout=60_000)
    press(walk, "换一个文件")


def test_no_english_is_left_on_the_page_of_quality(walk, own_home: Home):
    walk.go("quality?lang=zh&period=year&on=2018-01-01")
    walk.page.get_by_role("tab", name="上传文件").click()
    walk.settle()
    store = open_current(own_home)
    leftovers = set()
    for text in walk.page.inner_text("body").splitlines():
        for known in (store.snapshot_id, store.meta["calendar_version"], store.meta["rules_version"]):
            text = text.replace(known, "")
        words = set(re.findall(r"[A-Za-z]{3,}", text)) - {"CSV", "English"}
        if words and not re.search(r"[\u3400-\u9fff]", text) and not re.fullmatch(r"[a-z_]+", text.strip()):
            leftovers.add(text)
    assert leftovers == set()
