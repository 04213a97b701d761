"""What a page shows when there is nothing to show, or when something went wrong."""

import streamlit as st

from dashboard.language import Language
from dashboard.session import Hall
from etl.access.rules import KeptBackError
from etl.config import HallError


def nothing(message: str) -> None:
    """An empty part of a page says why it is empty."""
    with st.container(border=True):
        st.markdown(f":gray[:material/inbox: {message}]")


def not_by_scope(speak: Language) -> None:
    """This part of the page does not have the dimension that the reader narrowed the view by."""
    nothing(speak("这一部分不能按所选的部门、窗口或渠道统计，请把筛选改为“全部”"))


def rows_elsewhere(hall: Hall) -> bool:
    """Whether what is looked at has figures and no rows here; then it says where the rows are."""
    reach = hall.store.reach
    if reach.has_rows:
        return False
    error = KeptBackError(reach.are_cases_left)
    nothing(hall.speak.pick(error.zh, error.en[0].upper() + error.en[1:]))
    return True


def refusal(error: HallError, speak: Language) -> None:
    """A refusal in the page's language; the other line is for the command line and the log."""
    st.error(speak.pick(error.zh, error.en), icon=":material/error:")


def unexpected(speak: Language) -> None:
    """Something failed that the page did not foresee; the details are in the server's log, not on the screen."""
    st.error(speak("这一页暂时无法显示，请稍后重试；若仍如此，请把网址和时间告诉系统管理员"), icon=":material/error:")
