"""A card for one number: its value, its change against the like period before, and one click away how it is made."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from dashboard.language import Language, number
from dashboard.period import comparison, is_covered, is_running
from dashboard.session import Hall
from dashboard.store import Conditions, Measure, indicator
from etl.indicators import Indicator
from etl.indicators.dimensions import DIMENSIONS, code_list

# A longer unit does not fit beside a large number; the card's name and its explanation say it.
LONGEST_UNIT = 3


def label(name: str, speak: Language) -> str:
    """The indicator's name."""
    found = indicator(name)
    return speak.pick(found.zh, found.en)


def unit(name: str, speak: Language) -> str:
    """The indicator's unit, as written after a number."""
    found = indicator(name)
    return speak.pick(found.unit.zh, found.unit.en)


def use(name: str, speak: Language) -> str | None:
    """When to look at this indicator rather than at another of like name; None where there is no such other."""
    found = indicator(name)
    return speak.pick(found.use.zh, found.use.en) if found.use else None


def is_rate(found: Indicator) -> bool:
    return found.kind == "rate"


def digits(found: Indicator, value: float | None = None) -> int:
    """Decimals shown: whole numbers for counts, one for rates and means, and for a percentile that falls between two cases."""
    if found.kind == "percentile":
        # A histogram of quarters gives quarters.
        return 0 if value is None or float(value).is_integer() else 1 if found.sizes_per_unit == 1 else 2
    return 1 if found.kind in ("rate", "mean") else 0


def written(name: str, value: float | None, speak: Language) -> str:
    """The value with its unit."""
    found = indicator(name)
    text = number(value, digits(found, value))
    if value is None or value != value:
        return text
    if is_rate(found):
        return f"{text}%"
    sign = speak.pick(found.unit.zh, found.unit.en)
    return f"{text} {sign}" if len(sign) <= LONGEST_UNIT else text


def change(name: str, now: Measure, then: Measure, speak: Language) -> str | None:
    """The change in words: percentage points for a rate, number and share for a count. None without both values."""
    if now.value is None or then.value is None:
        return None
    found = indicator(name)
    digits_shown = digits(found, now.value - then.value)
    difference = round(now.value - then.value, digits_shown)
    if difference == 0:
        return speak("持平")
    text = f"{difference:+,.{digits_shown}f}"
    if is_rate(found):
        return speak("{difference} 个百分点").format(difference=text)
    if found.kind in ("count", "stock") and then.value:
        text += f" ({difference / then.value * 100:+.1f}%)"
    return text


def is_level(delta: str) -> bool:
    """Whether a change in words says that there is none."""
    return not delta.startswith(("+", "-"))


def is_empty(found: Indicator, measure: Measure) -> bool:
    """Whether there was nothing in the period that the rate could rest on."""
    return found.kind in ("rate", "mean", "percentile") and measure.n == 0


def few(found: Indicator, measure: Measure, minimum: int) -> bool:
    """Whether a rate rests on so few cases that it says little."""
    needed = max(minimum, found.minimum_denominator)
    return found.kind in ("rate", "mean", "percentile") and measure.n is not None and measure.n < needed


def _explanation(hall: Hall, found: Indicator, now: Measure, where: Conditions) -> None:
    _ = hall.speak
    name = found.name
    lines = [
        f"**{_.pick(found.zh, found.en)}**",
        *([_("何时看") + _.colon + _.pick(found.use.zh, found.use.en)] if found.use else []),
        _("公式") + _.colon + _.pick(found.formula.zh, found.formula.en),
    ]
    # A percentile is no quotient: what stands for its numerator are the cases that it is taken from.
    counted = now.n if found.kind == "percentile" else now.numerator
    lines.append(_("分子") + _.colon + f"{_.pick(found.numerator.zh, found.numerator.en)} = **{number(counted, 0)}**")
    if found.denominator is not None:
        lines.append(_("分母") + _.colon + f"{_.pick(found.denominator.zh, found.denominator.en)} = **{number(now.denominator, 0)}**")
    for dimension, value in where:
        words = DIMENSIONS[dimension]
        code = code_list(words).get(value)
        lines.append(_.pick(words.zh, words.en) + _.colon + (_.pick(code.zh, code.en) if code else value))
    lines += [
        _("单位") + _.colon + unit(name, _),
        _("期间") + _.colon + _.span(hall.period.first, min(hall.period.last, hall.store.as_of)),
        _("来源") + _.colon + _.pick(found.source.zh, found.source.en),
        _("指标代码") + _.colon + f"`{found.name}`",
    ]
    st.markdown("\n\n".join(lines))


def card(hall: Hall, name: str, place: str = "", where: Conditions = ()) -> None:
    """One card. `place` tells it from another card of the same indicator on the page; `where` are the page's own
    conditions beside the scope."""
    _, store = hall.speak, hall.store
    found = indicator(name)
    missing = store.unsupported(name, hall.scope)
    earlier = comparison(hall.period, store.as_of)
    now = Measure(name, None, None, None, None) if missing else store.measure(name, hall.period, hall.scope, where)
    scarce = few(found, now, store.settings.minimum_denominator)
    with st.container(border=True, height="stretch", key=f"{'few' if scarce else 'kpi'}_{place}{name}"):
        delta, note = None, ""
        if missing:
            note = _("不能按所选条件统计")
        elif is_empty(found, now):
            note = _("本期没有可计的记录")
        elif scarce:
            note = _("样本少，n={n}").format(n=now.n)
        elif not is_covered(earlier, store.first_day):
            note = _("无上期数据")
        else:
            delta = change(name, now, store.measure(name, earlier, hall.scope, where), _)
            note = _("无上期数据") if delta is None else ""
        colour: Literal["normal", "inverse", "off"] = "off"
        if delta is not None and not is_level(delta):
            colour = "normal" if found.direction == "up" else "inverse" if found.direction == "down" else "off"
        arrow: Literal["auto", "off"] = "off" if delta is None or is_level(delta) else "auto"
        shown = written(name, now.value, _)
        st.metric(label(name, _), shown, delta or note, delta_color=colour, delta_arrow=arrow, help=use(name, _))
        with st.popover(_("口径"), type="tertiary", icon=":material/info:"):
            _explanation(hall, found, now, where)


def cards(hall: Hall, names: Sequence[str], where: Conditions = ()) -> None:
    """Cards, five in a row where they fit, and what they are compared with."""
    _ = hall.speak
    earlier = comparison(hall.period, hall.store.as_of)
    with st.grid(columns=5, min_column_width=150):
        for name in names:
            card(hall, name, where=where)
    if is_covered(earlier, hall.store.first_day):
        words = _("上期：{period}").format(period=_.span(earlier.first, earlier.last))
        if is_running(hall.period, hall.store.as_of):
            words += _("（本期未完，按相同天数比较）")
        st.caption(words)
