"""操作记录 / the audit trail: who did what and when, and whether the chain holds."""

import streamlit as st

from dashboard import session
from dashboard.access import trail
from dashboard.components import frame, states, tables
from dashboard.components.tables import Column
from dashboard.session import Hall

KINDS = ("", "session.", "export.", "case.", "page.", "user.", "signal.", "appeal.", "rule.")
KIND_KEY = "trail_kind"


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("操作记录"), with_period=False)
    broken = trail.broken_at(hall.store.home, hall.principal)
    if broken is None:
        st.success(_("整条记录首尾相连，没有改动的迹象"), icon=":material/verified:")
    else:
        st.error(_("第 {n} 条起与前文不符，可能被改动").format(n=broken), icon=":material/error:")
    names = {
        "": _("全部"),
        "session.": _("登录"),
        "export.": _("导出"),
        "case.": _("查看办件"),
        "page.": _("无权访问"),
        "user.": _("人员变动"),
        "signal.": _("预警处置"),
        "appeal.": _("申诉"),
        "rule.": _("规则变动"),
    }
    kind = st.selectbox(_("动作"), KINDS, format_func=lambda value: names[value], key=KIND_KEY, width=260)
    data = trail.listed(hall.store.home, hall.principal, kind)
    if data.empty:
        states.nothing(_("没有这类记录"))
        return
    columns = [
        Column("number", _("序号"), "integer", width="small"),
        Column("at", _("时间"), width="medium"),
        Column("actor", _("谁"), personal="staff"),
        Column("action", _("动作")),
        Column("subject", _("对象"), width="medium", personal="text"),
        Column("detail", _("详情"), width="large", personal="text"),
    ]
    tables.table(hall, data, columns, _("操作记录"), frame.scope_text(hall), "trail")
    st.caption(_("最近 {n} 条；全部见命令 hall audit list").format(n=f"{len(data):,}"))


if __name__ == "__main__":
    render(session.hall())
