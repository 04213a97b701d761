"""What a page shows when there is nothing to show, or when something went wrong."""

import streamlit as st

from dashboard.language import Language
from etl.config import HallError


def nothing(message: str) -> None:
    """An empty part of a page says why it is empty."""
    with st.container(border=True):
        st.markdown(f":gray[:material/inbox: {message}]")


def not_by_scope(speak: Language) -> None:
    """This part of the page does not have the dimension that the reader narrowed the view by."""
    nothing(speak("这一部分不能按所选的部门、窗口或渠道统计，请把筛选改为“全部”"))


def refusal(error: HallError, speak: Language) -> None:
    """A refusal in the page's language, the other language below it in small print."""
    first, second = (error.zh, error.en) if speak.code == "zh" else (error.en, error.zh)
    st.error(first, icon=":material/error:")
    if speak.code == "zh":
        st.caption(second)


def unexpected(speak: Language) -> None:
    """Something failed that the page did not foresee; the details are in the server's log, not on the screen."""
    st.error(speak("这一页暂时无法显示，请稍后重试；若仍如此，请把网址和时间告诉系统管理员"), icon=":material/error:")
