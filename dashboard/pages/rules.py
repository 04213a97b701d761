"""考核规则 / rules: the scheme in force in words, the versions there are, what two of them say differently, and a simulation."""

from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import choices, frame, ranking, scheme, simulating, states, tables
from dashboard.components.tables import Column
from dashboard.queries.assessment import Assessed, assessed
from dashboard.session import Hall
from etl.assess.inputs import first_day
from etl.assess.reading import PATTERN, read_scheme
from etl.assess.scheme import Scheme
from etl.assess.trying import differences
from etl.config import SHIPPED, HallError

EXAMPLES = SHIPPED / "rules" / "examples"


def _known(seen: Assessed) -> dict[str, Scheme]:
    """The schemes of this hall by their versions, the newest first."""
    return {one.version: one for one in sorted(seen.schemes.schemes, key=lambda one: one.valid_from, reverse=True)}


def _in_force(hall: Hall, seen: Assessed, known: dict[str, Scheme]) -> Scheme:
    """The scheme on the last day of the data, else the newest."""
    found = seen.schemes.on(hall.store.as_of) or (seen.schemes.on(first_day(seen.months[0])) if seen.months else None)
    return found or next(iter(known.values()))


def _chosen(hall: Hall, known: dict[str, Scheme], usual: Scheme, name: str, label: str) -> Scheme:
    _ = hall.speak
    words = {version: f"{_.pick(one.zh, one.en)} {one.valid_from} {version}" for version, one in known.items()}
    return known[choices.box(name, words, usual.version, label)] if len(known) > 1 else next(iter(known.values()))


def _read(hall: Hall, seen: Assessed, known: dict[str, Scheme], usual: Scheme) -> None:
    """One scheme, table by table."""
    _ = hall.speak
    shown = _chosen(hall, known, usual, "scheme", _("考核办法"))
    scheme.head(hall, shown)
    words = ranking.kind_words(_)
    kinds = {str(one.kind): words[one.kind] for one in shown.subject}
    named = choices.buttons("kind", kinds, next(iter(kinds)), _("考核对象"))
    scheme.of_subject(hall, shown, next(one.kind for one in shown.subject if one.kind == named))
    scheme.common(hall, shown)


def _versions(hall: Hall, seen: Assessed, known: dict[str, Scheme], usual: Scheme) -> None:
    """Which schemes there are, and which published months rest on which."""
    _ = hall.speak
    title = _("版本")
    st.subheader(title, anchor=False)
    used: dict[str, list[str]] = {}
    for month in seen.frozen_months:
        published = seen.published(month)
        if published is not None:
            used.setdefault(published.scheme_version, []).append(month)
    rows = [
        [version, _.pick(one.zh, one.en), scheme.validity(one, _), _("现行") if one.version == usual.version else "",
         _.comma.join(used.get(version, []))]
        for version, one in known.items()
    ]  # fmt: skip
    # A file that was changed or taken away since: months that were published by it still name it.
    rows += [[version, "—", _("文件已不在或已改动"), "", _.comma.join(months)] for version, months in used.items() if version not in known]
    data = pd.DataFrame(rows, columns=["version", "name", "validity", "state", "months"])
    columns = [
        Column("version", _("考核办法版本"), width="medium"), Column("name", _("名称"), width="medium"),
        Column("validity", _("有效期"), width="medium"), Column("state", _("状态")), Column("months", _("据以公布的月份"), width="large"),
    ]  # fmt: skip
    tables.table(hall, data, columns, title, frame.scope_text(hall), "scheme_versions")
    st.caption(_("办法是 data/rules 或本单位 rules 目录下的 assessment-*.toml 文件；新办法另建文件并写明生效日期"))


def _examples() -> dict[str, Scheme]:
    """Schemes of other places, to hold one's own against."""
    found = [read_scheme(Path(path)) for path in sorted(EXAMPLES.glob(PATTERN))]
    return {one.version: one for one in found}


def _differences(hall: Hall, known: dict[str, Scheme], usual: Scheme) -> None:
    _ = hall.speak
    every = {**known, **_examples()}
    if len(every) < 2:
        states.nothing(_("只有一份办法，无从比较"))
        return
    others = [version for version in every if version != usual.version]
    left, right = st.columns(2)
    with left:
        before = _chosen(hall, every, usual, "before", _("原办法"))
    with right:
        after = _chosen(hall, every, every[others[0]], "after", _("新办法"))
    simulating.listed(hall, differences(before, after), _("两份办法的差别"), "versions")


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("考核规则"), with_period=False)
    try:
        seen = assessed(hall.store)
    except HallError as error:
        # A wrong file is told with its line and reason: nothing of an assessment can be shown until it is mended.
        states.refusal(error, _)
        return
    known = _known(seen)
    if not known:
        states.nothing(_("没有考核办法文件"))
        return
    usual = _in_force(hall, seen, known)
    views = {"scheme": _("现行办法"), "versions": _("版本"), "differences": _("差别")}
    if hall.may("change_rules") and seen.sees_all:
        views["simulation"] = _("试算")
    view = choices.buttons("view", views, "scheme", _("内容"))
    if view == "versions":
        _versions(hall, seen, known, usual)
    elif view == "differences":
        _differences(hall, known, usual)
    elif view == "simulation" and not seen.months:
        states.nothing(_("数据里还没有考核记录"))
    elif view == "simulation":
        simulating.panel(hall, seen, usual)
    else:
        _read(hall, seen, known, usual)


if __name__ == "__main__":
    render(session.hall())
