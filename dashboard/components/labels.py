"""Codes in words, in the page's language."""

from collections import Counter
from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

from dashboard.language import Language
from dashboard.snapshot import Division
from dashboard.store import Scope
from etl.divisions import PROVINCE_DIGITS
from etl.indicators.dimensions import DIMENSIONS, code_list, value_label
from etl.records import codes

BLANK = ""


def code_label(codelist: str, code: str | None, speak: Language) -> str:
    """The label of a code; a code that is not in its list is shown as it came."""
    if not code:
        return speak("（未填）")
    entry = codes().get(codelist, {}).get(code)
    return speak.pick(entry.zh, entry.en) if entry else code


def value_words(dimension: str, value: str, speak: Language) -> str:
    """A value of a dimension of the indicators: the words of its code, else the value itself."""
    return value_label(dimension, value, "en" if speak.code == "en" else "zh_CN")


def limit(count: float | None, unit: str | None, speak: Language) -> str:
    """A time limit in words: 5 个工作日, 当日, or a dash where there is none."""
    if count is None or count != count or count < 0:
        return "—"
    if count == 0:
        return speak("当日")
    if unit == "day":
        return speak.count("{n} 个自然日", int(count))
    if unit == "month":
        return speak.count("{n} 个月", int(count))
    return speak.count("{n} 个工作日", int(count))


def states(speak: Language) -> dict[str, str]:
    """Where a case stands against a limit."""
    return {
        "early": speak("提前办结"),
        "on_day": speak("当日到期办结"),
        "late": speak("超期办结"),
        "running": speak("在办"),
        "due_soon": speak("即将到期"),
        "overdue": speak("在办超期"),
        "paused": speak("暂停计时"),
        "no_limit": speak("无时限"),
    }


def ages(speak: Language) -> dict[str, str]:
    """Age classes of the backlog, in working days since receipt, the youngest first."""
    return {age: speak.pick(words.zh, words.en) for age, words in code_list(DIMENSIONS["age"]).items()}


def scope_words(scope: Scope, hall_name: str, speak: Language) -> str:
    """The scope of a page in words."""
    parts = []
    if scope.scope:
        parts.append(speak("范围") + speak.colon + value_words("scope", scope.scope, speak))
    if scope.department:
        parts.append(speak("部门") + speak.colon + scope.department)
    if scope.window:
        parts.append(speak("窗口") + speak.colon + scope.window)
    if scope.channel:
        parts.append(speak("渠道") + speak.colon + value_words("channel", scope.channel, speak))
    return hall_name + " · " + ("，" if speak.code == "zh" else ", ").join(parts or [speak("全部部门、窗口和渠道")])


def division_words(counties: Sequence[Division], prefix: str, speak: Language) -> str:
    """What of the counties put together is looked at, all of which have this prefix: a county with its city, or how many of what."""
    if len(counties) == 1:
        county, city = (counties[0].named(speak.code), counties[0].city_named(speak.code))
        return speak.pick(city + county, f"{county}, {city}")
    if not counties:
        return prefix
    name = counties[0].province_named(speak.code) if len(prefix) == PROVINCE_DIGITS else counties[0].city_named(speak.code)
    return speak("{name}（{n} 个区县）").format(name=name, n=len(counties))


def plain(text: str) -> str:
    """Data as text: nothing in it is read as Markdown."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()#+-!|<>$:~" else sign for sign in text)


def answer_states(speak: Language) -> dict[str, str]:
    """Where a request, a complaint or a bad evaluation stands against its limit."""
    return {
        "early": speak("按期"),
        "on_day": speak("按期（到期当日）"),
        "late": speak("逾期办结"),
        "undated": speak("已整改（无日期）"),
        "running": speak("办理中"),
        "due_soon": speak("即将到期"),
        "overdue": speak("逾期未办"),
        "paused": speak("暂停计时"),
        "no_limit": speak("无期限"),
    }


def shortened(texts: Sequence[str], most: int = 18) -> list[str]:
    """Names cut for the axis of a chart to so many Chinese letters, of Latin ones twice as many; the table beside it has them whole.

    Names that differ stay unlike each other, for a chart draws what is called alike as one: where their beginnings are the same they
    are cut in the middle, and numbered where that leaves them alike too.
    """
    named = {text: _cut(text, most) for text in texts}
    for text in _alike(named):
        named[text] = _cut(text, most // 2) + _cut(text[::-1], most - most // 2)[::-1].removeprefix("…")
    for number, text in enumerate(_alike(named), 1):
        named[text] += f" {number}"
    return [named[text] for text in texts]


def _alike(named: Mapping[str, str]) -> list[str]:
    taken = Counter(named.values())
    return [text for text, short in named.items() if taken[short] > 1]


def _cut(text: str, most: int) -> str:
    """The beginning that fits, and a sign that there is more."""
    widths = [1.0 if east_asian_width(sign) in "WF" else 0.5 for sign in text]
    if sum(widths) <= most:
        return text
    kept = next(count for count in range(len(text), -1, -1) if sum(widths[:count]) <= most - 1)
    return text[:kept] + "…"
