"""What stands around every page: navigation, title with period and scope in words, footer with the data's origin."""

from contextlib import suppress
from dataclasses import replace

import streamlit as st

from dashboard import session
from dashboard.components import filters
from dashboard.components.labels import plain, scope_words
from dashboard.navigation import ENTRIES, SECTIONS, Entry
from dashboard.period import is_running
from dashboard.session import Hall

# The only style sheet: what the theme cannot reach.
STYLE = """
<style>
[data-testid="stMainBlockContainer"] { padding: 2.6rem 2.2rem 2rem; max-width: 1800px; }
[data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
[data-testid="stMetricLabel"], [data-testid="stMetricLabel"] * { white-space: normal !important; overflow: visible !important; }
[class*="st-key-few_"] [data-testid="stMetricValue"] { opacity: 0.65; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: inherit; }
[data-testid="stCaptionContainer"] { opacity: 0.78; }
[data-testid="stPlotlyChart"] :is(.xtick, .ytick, .x2tick, .y2tick, .legend, .infolayer, .annotation) text,
[data-testid="stPlotlyChart"] text.bartext-outside { fill: currentColor !important; }
[data-testid="stSidebarContent"] [data-testid="stPageLink"] p { font-size: 1rem; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: 0.9rem; padding-right: 0.9rem; padding-top: 3.4rem; }
}
[class*="st-key-kpi_"], [class*="st-key-few_"] { padding: 0.7rem 0.8rem 0.3rem; }
@media print { [data-testid="stSidebar"], [data-testid="stHeader"] { display: none; } }
</style>
"""


def scope_text(hall: Hall) -> str:
    """The scope in words, as pages and exports print it."""
    return scope_words(hall.scope, hall.store.settings.hall_name, hall.speak)


def sidebar(hall: Hall, current: Entry) -> None:
    """Pages by section, the filters of the page, and the other language."""
    _ = hall.speak
    with st.sidebar:
        st.markdown("#### " + _("政务大厅运行看板"))
        for section, title in SECTIONS.items():
            entries = [entry for entry in ENTRIES if entry.section == section]
            if entries and section != ENTRIES[0].section:
                st.caption(title(_))
            for entry in entries:
                st.page_link(
                    entry.path, label=entry.title(_), icon=f":material/{entry.icon}:", query_params=hall.view.params(), width="stretch"
                )
        st.divider()
        if current.has_filters:
            filters.show(hall)
            st.divider()
        # A button, not a link: a link to the page one is on leaves the browser's address as it is.
        st.button(
            "English" if hall.view.language == "zh" else "中文",
            key="language",
            icon=":material/translate:",
            type="tertiary",
            on_click=_switch_language,
            args=(hall,),
        )


def _switch_language(hall: Hall) -> None:
    session.write(replace(hall.view, language="en" if hall.view.language == "zh" else "zh"))


def style() -> None:
    st.html(STYLE)


def header(hall: Hall, title: str, with_period: bool = True) -> None:
    """The title, and under it period and scope in words."""
    _ = hall.speak
    st.title(title, anchor=False)
    if hall.store.is_synthetic:
        st.warning(_("合成演示数据，不是真实办件"), icon=":material/science:")
    if with_period:
        words = _.period(hall.period)
        if is_running(hall.period, hall.store.as_of):
            words += _("（数据截至 {day}）").format(day=_.day(hall.store.as_of))
        st.markdown(f"**{words}**　·　{plain(scope_text(hall))}")


def footer(hall: Hall) -> None:
    """Where the figures come from."""
    _ = hall.speak
    st.divider()
    parts = [
        _("数据截止") + _.colon + _.day(hall.store.as_of),
        _("数据版本") + _.colon + hall.store.snapshot_id,
    ]
    for key, label in (("calendar_version", _("工作日历版本")), ("rules_version", _("规则版本"))):
        with suppress(KeyError):
            parts.append(label + _.colon + hall.store.meta[key])
    st.caption("　|　".join(parts))
