"""区县排名 / counties: one indicator of all counties, ranked among their peers, with what it is made of and how it moved."""

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import choices, frame, kpi, states, tables
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.period import comparison, is_covered
from dashboard.queries import counties as queries
from dashboard.session import Hall
from dashboard.snapshot import names_apart
from dashboard.store import Measure, indicator
from etl.divisions import group_words
from etl.indicators import Indicator, Row
from etl.indicators.ranking import Standing, needed

USUAL = "on_time_rate"
# Places after the point of what is divided: counties may lie close together, and are ranked by the exact fraction.
DIGITS = 2
# How many a chart of ranks shows.
MOST = 15


def _chosen(hall: Hall) -> str | None:
    """The indicator, kept in the address; None where none can be asked under this scope."""
    _ = hall.speak
    offered = queries.offered(hall.store, hall.scope)
    if not offered:
        states.not_by_scope(_)
        return None
    options = {name: kpi.label(name, _) for name in sorted(offered, key=lambda name: kpi.label(name, _))}
    return choices.box("indicator", options, USUAL if USUAL in options else next(iter(options)), _("指标"))


def _digits(found: Indicator) -> int:
    return DIGITS if found.kind != "percentile" else 1


def _short(total: float | None) -> float | None:
    """A numerator: whole where it is, a sum of minutes or days with one place."""
    return total if total is None or float(total).is_integer() else round(total, 1)


def _measure(name: str, row: Row) -> Measure:
    return Measure(name, row.value, row.numerator, row.denominator, row.n)


def _note(hall: Hall, one: Standing, least: int) -> str:
    _ = hall.speak
    if one.place is not None:
        return _("并列") if one.is_shared else ""
    return _("不排名：n={n}，不足 {least}").format(n=one.row.n, least=least) if one.row.n else _("本期没有可计的记录")


def _frame(hall: Hall, name: str, found: tuple[Standing, ...], then: dict[str, Row], places_then: dict[str, int | None]) -> pd.DataFrame:
    _, known = hall.speak, {one.code: one for one in hall.store.looked_at}
    names = names_apart(known.values(), _.code)
    least = needed(indicator(name), hall.store.settings.minimum_denominator)
    rows = []
    for one in found:
        earlier = then.get(one.name)
        # A change is told of those alone who stand in both.
        is_told = earlier is not None and one.place is not None and places_then.get(one.name) is not None
        change = kpi.change(name, _measure(name, one.row), _measure(name, earlier), _) if is_told and earlier is not None else None
        rows.append(
            [names[one.name], known[one.name].city_named(_.code), one.place, one.row.value, _short(one.row.numerator), one.row.denominator,
             one.row.n, change or "", places_then.get(one.name), _note(hall, one, least)]
        )  # fmt: skip
    columns = ["county", "city", "place", "value", "numerator", "denominator", "n", "change", "place_before", "note"]
    return pd.DataFrame(rows, columns=columns)


def _columns(name: str, _: Language, has_before: bool) -> list[Column]:
    found = indicator(name)
    parts = [Column("n", _("件数（n）"), "integer")]
    if found.denominator is not None:
        parts = [
            # What they are is said in full above the tables; in a heading it would push the last columns out of the window.
            Column("numerator", _("分子"), "integer", help=_.pick(found.numerator.zh, found.numerator.en)),
            Column("denominator", _("分母"), "integer", help=_.pick(found.denominator.zh, found.denominator.en)),
            *(parts if found.count is not None else []),
        ]
    before = [Column("change", _("增减")), Column("place_before", _("上期名次"), "integer")]
    return [
        Column("place", _("名次"), "integer", width="small"),
        Column("county", _("区县")),
        Column("city", _("市")),
        Column("value", kpi.label(name, _), "percent" if kpi.is_rate(found) else "decimal", digits=_digits(found)),
        *parts,
        *(before if has_before else []),
        Column("note", _("说明")),
    ]


def _rules(hall: Hall, name: str) -> str:
    _, found = hall.speak, indicator(name)
    least = needed(found, hall.store.settings.minimum_denominator)
    parts = [
        _("公式") + _.colon + _.pick(found.formula.zh, found.formula.en),
        _("越高越好") if found.direction == "up" else _("越低越好"),
        _("只在同组区县之间排名；值相同的并列；件数不足 {least} 的不排名").format(least=least),
    ]
    return "　·　".join(parts)


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("区县排名"))
    if len(hall.store.looked_at) < 2:
        states.nothing(_("所看范围只有一个区县，没有可比的；请把区划范围改为市或省"))
        return
    name = _chosen(hall)
    if name is None:
        return
    st.caption(_rules(hall, name))
    now = queries.rows(hall.store, name, hall.period, hall.scope)
    earlier = comparison(hall.period, hall.store.as_of)
    has_before = is_covered(earlier, hall.store.first_day)
    then = queries.rows(hall.store, name, earlier, hall.scope) if has_before else {}
    places_then = {one.name: one.place for found in queries.standings(hall.store, name, then).values() for one in found} if then else {}
    for group, found in queries.standings(hall.store, name, now).items():
        title = group_words(group, "en" if _.code == "en" else "zh_CN") or _("不分组")
        st.subheader(title, anchor=False)
        data = _frame(hall, name, found, then, places_then)
        placed = data[data["place"].notna()]
        # One bar compares nothing.
        if len(placed) > 1:
            if len(placed) > MOST:
                st.caption(_("图中为前 15 项，表中为全部 {n} 项").format(n=len(data)))
            shown = placed.assign(value=placed["value"].astype(float).round(_digits(indicator(name))))
            figure = charts.ranked(shown, "county", [charts.Series("value", kpi.label(name, _))], kpi.unit(name, _), most=MOST)
            st.plotly_chart(figure, key=f"counties_{group}", config=charts.config(_.code), alt=title)
        ranking = _("区县排名") + " " + title
        tables.table(hall, data, _columns(name, _, has_before), ranking, frame.scope_text(hall), f"counties_{group}")
    if has_before:
        st.caption(_("上期：{period}").format(period=_.span(earlier.first, earlier.last)))
    else:
        st.caption(_("无上期数据"))


if __name__ == "__main__":
    render(session.hall())
