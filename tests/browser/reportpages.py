"""The pages of a month's report as pictures, one sheet a format: `python -m tests.browser.reportpages --home DIR [--month 2018-10]`.

They are for a person to look over; docs/screenshots/report-*.jpg. Word and Excel are drawn by LibreOffice, pages cut by pdftoppm (poppler).
"""

import argparse
import base64
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from dashboard.reports.asking import Asked
from dashboard.reports.making import make
from etl.config import home_from
from tests.browser.screenshots import FOLDER
from tests.chromium import browser

COLUMNS, PAGE_WIDTH, GAP = 6, 330, 8


def printed(file: Path, folder: Path) -> Path:
    """The file as PDF."""
    if file.suffix == ".pdf":
        return file
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    subprocess.run(
        ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(file)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return folder / f"{file.stem}.pdf"


def sheet(opened: Browser, pages: list[Path]) -> bytes:
    """All pages side by side as one picture."""
    pictures = [f'<img src="data:image/png;base64,{base64.b64encode(page.read_bytes()).decode()}" width="{PAGE_WIDTH}">' for page in pages]
    context = opened.new_context(viewport={"width": COLUMNS * (PAGE_WIDTH + GAP) + 2 * GAP, "height": 800})
    page = context.new_page()
    style = f"body{{margin:{GAP}px;background:#888;display:flex;flex-wrap:wrap;gap:{GAP}px;align-items:flex-start}}"
    page.set_content(f"<style>{style}</style>{''.join(pictures)}")
    page.wait_for_timeout(500)
    made = page.screenshot(type="jpeg", quality=50, full_page=True)
    context.close()
    return made


def main() -> None:
    """Makes the report and its sheets."""
    parser = argparse.ArgumentParser(prog="reportpages")
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--month", default="2018-10")
    chosen = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, browser() as opened:
        folder = Path(name)
        for made in make(home_from(chosen.home), Asked("month", chosen.month), folder / "report").files:
            cut = folder / made.format
            cut.mkdir()
            target = printed(made.path, cut)
            subprocess.run(["pdftoppm", "-r", "72", "-png", str(target), str(cut / "page")], check=True)
            (FOLDER / f"report-{made.format}.jpg").write_bytes(sheet(opened, sorted(cut.glob("page*.png"))))
            sys.stdout.write(f"docs/screenshots/report-{made.format}.jpg\n")


if __name__ == "__main__":
    main()
