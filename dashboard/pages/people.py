"""登录人员 / who may sign in: roles, living sessions, waits; disable, enable, sign out."""

import streamlit as st

from dashboard import session
from dashboard.access import directory
from dashboard.components import frame, states, tables
from dashboard.components.tables import Column
from dashboard.session import Hall
from etl.access import access_rules

PERSON_KEY = "people_person"


def _set_disabled(hall: Hall, name: str, is_disabled: bool) -> None:
    directory.set_disabled(hall.store.home, hall.principal, name, is_disabled)


def _sign_out(hall: Hall, name: str) -> None:
    directory.sign_out(hall.store.home, hall.principal, name)


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("登录人员"), with_period=False)
    data = directory.listed(hall.store.home, hall.principal)
    if data.empty:
        states.nothing(_("还没有人员账号；用命令 hall user add 新增"))
        return
    roles = access_rules().roles
    shown = data.assign(
        role=[_.pick(roles[role].zh, roles[role].en) for role in data["role"]],
        state=[_("已停用") if value else _("正常") for value in data["is_disabled"]],
        waits_until=[_.moment(value) if value is not None and value == value else "" for value in data["waits_until"]],
    )
    columns = [
        Column("name", _("登录名"), personal="staff"),
        Column("shown", _("姓名"), personal="staff"),
        Column("role", _("角色")),
        Column("department", _("部门")),
        Column("window", _("窗口")),
        Column("staff_no", _("工号"), personal="staff"),
        Column("state", _("状态")),
        Column("sessions", _("登录数"), "integer"),
        Column("waits_until", _("暂缓登录至")),
    ]
    tables.table(hall, shown, columns, _("登录人员"), frame.scope_text(hall), "people")
    name = str(st.selectbox(_("选择人员"), list(data["name"]), key=PERSON_KEY, width=360))
    chosen = data[data["name"] == name].iloc[0]
    with st.container(horizontal=True):
        if chosen["is_disabled"]:
            st.button(_("启用"), key="people_enable", on_click=_set_disabled, args=(hall, name, False))
        else:
            st.button(
                _("停用"), key="people_disable", on_click=_set_disabled, args=(hall, name, True), disabled=name == hall.principal.name
            )
        st.button(_("结束其全部登录"), key="people_sign_out", on_click=_sign_out, args=(hall, name))
    st.caption(_("新增人员、重设密码用命令 hall user add、hall user passwd：密码只在那里显示一次"))


if __name__ == "__main__":
    render(session.hall())
