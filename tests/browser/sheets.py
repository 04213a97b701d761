"""One sheet a page: both languages, three widths, light and dark: `python -m tests.browser.sheets [--home DIR] [PAGE …]`.

They are for a person to look over before a page is called done; docs/screenshots/sheet-PAGE.jpg.
"""

import argparse
import base64
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from dashboard.navigation import PAGES
from etl.config import home_from
from tests.browser.screenshots import FOLDER
from tests.chromium import browser, executable, served

# Each language, width and scheme, and each pair of them once or more.
VIEWS = [
    ("zh", 1280, 1700, "light"),
    ("en", 1920, 1700, "light"),
    ("zh", 390, 1700, "light"),
    ("en", 1280, 1700, "dark"),
    ("zh", 1920, 1700, "dark"),
    ("en", 390, 1700, "dark"),
]
SHOWN_WIDTH = {1280: 520, 1920: 620, 390: 230}


def view(opened: Browser, address: str, page_name: str, query: str, language: str, width: int, height: int, scheme: str) -> bytes:
    context = opened.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{address}/{page_name}?lang={language}&{query}")
    page.locator("[data-testid=stCaptionContainer]").last.wait_for(timeout=90_000)
    for _ in range(60):
        if page.locator("[data-testid=stSkeleton]").count() == 0:
            break
        page.wait_for_timeout(300)
    page.wait_for_timeout(1200)
    taken = page.screenshot(type="jpeg", quality=70)
    context.close()
    return taken


def sheet(opened: Browser, address: str, page_name: str, query: str) -> bytes:
    """All views of a page as one picture."""
    pictures = []
    for language, width, height, scheme in VIEWS:
        data = base64.b64encode(view(opened, address, page_name, query, language, width, height, scheme)).decode()
        pictures.append(f'<img src="data:image/jpeg;base64,{data}" width="{SHOWN_WIDTH[width]}">')
    rows = ["".join(pictures[start : start + 3]) for start in (0, 3)]
    context = opened.new_context(viewport={"width": sum(SHOWN_WIDTH.values()) + 50, "height": 800})
    page = context.new_page()
    style = "body{margin:8px;background:#888} div{display:flex;gap:8px;align-items:flex-start;margin-bottom:8px}"
    page.set_content(f"<style>{style}</style>" + "".join(f"<div>{row}</div>" for row in rows))
    page.wait_for_timeout(500)
    made = page.screenshot(type="jpeg", quality=62, full_page=True)
    context.close()
    return made


def main() -> None:
    """Makes the sheets of the named pages, else of all."""
    parser = argparse.ArgumentParser(prog="sheets")
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--query", default="period=month&on=2018-10-01")
    parser.add_argument("pages", nargs="*")
    chosen = parser.parse_args()
    if executable() is None:
        sys.exit("no Chromium: run make test-tools")
    wanted = chosen.pages or list(PAGES)
    home = home_from(chosen.home)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(home.root, Path(folder) / "server.log") as address, browser() as opened:
        for name in wanted:
            (FOLDER / f"sheet-{name}.jpg").write_bytes(sheet(opened, address, name, chosen.query))
            sys.stdout.write(f"docs/screenshots/sheet-{name}.jpg\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
