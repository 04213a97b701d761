"""What the first visit to a page would otherwise wait for, done once before the first visitor comes.

`python -m tests.benchmarks.first_visit` measures what it saves; docs/benchmarks.md has the figures.
"""

import importlib
import inspect
import logging

import pandas as pd
import pyarrow as pa
from PIL import Image

from dashboard import charts
from dashboard.language import LOCALES, language
from dashboard.navigation import PAGES
from dashboard.store import open_current
from etl.access.rules import access_rules
from etl.config import HallError, Home
from etl.indicators import definitions
from etl.records import codes, contracts

log = logging.getLogger(__name__)
# Parts of Streamlit that it imports when a page first has a row of buttons or an icon: a pattern of all emojis among them.
LATE = ("streamlit.emojis", "streamlit.material_icon_names")


def warm_up(home: Home) -> None:
    """Reads, imports and builds what stays the same: the code of all pages, definitions and rules, the parts of figures and tables,
    and the published version, where there is one."""
    for name in (*LATE, *(f"dashboard.pages.{page}" for page in PAGES)):
        importlib.import_module(name)
    for code in LOCALES:
        language(code)
    for read in (definitions, codes, contracts, access_rules):
        read()
    _draw()
    # Streamlit has the icon of the page read by PIL, which looks for its kinds of pictures when first asked.
    Image.preinit()
    _open(home)
    # Streamlit asks once from where it was started, and inspect then looks for the file of every module: last, when all are there.
    inspect.stack()


def _draw() -> None:
    """A figure of each kind and a table: plotly, pandas and pyarrow load most of their parts when first used."""
    frame = pd.DataFrame({"name": ["a", "b"], "day": pd.to_datetime(["2018-10-08", "2018-10-09"]), "cases": [1, 2]})
    shown = [charts.Series("cases", "cases")]
    for draw in (charts.lines, charts.bars, charts.ranked):
        draw(frame, "name", shown, "%").to_json()
    charts.heat_map(frame[["cases"]], ["a", "b"], ["1"], "%").to_json()
    charts.histogram({"a": 1.0}, "%", {"a": "x"}).to_json()
    merged = frame.merge(frame.groupby("name", as_index=False)["cases"].sum(), on="name", how="outer")
    pa.Table.from_pandas(merged.sort_values(["name", "cases_x"]))


def _open(home: Home) -> None:
    """The published version and what it says of itself, kept for all visitors. A server without one starts all the same: its pages say
    what is missing or damaged, and so they do of whatever else is wrong here."""
    try:
        snapshot = open_current(home).snapshot
        for name in ("settings", "meta", "first_day", "is_empty", "is_synthetic", "quarantined", "loaded_span", "calendar"):
            getattr(snapshot, name)
    except HallError:
        return
    except Exception:
        log.exception("the published version could not be opened ahead")
