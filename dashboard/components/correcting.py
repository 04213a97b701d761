"""Taking the refused records away as a workbook to correct; only for whoever may see them as they came."""

from datetime import datetime

import streamlit as st

from dashboard import session
from dashboard.components import states, tables
from dashboard.corrections import Workbook, workbook
from dashboard.session import Hall
from etl.config import HallError

MADE_KEY = "quarantine_made"
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def panel(hall: Hall) -> None:
    """A button that makes the workbook, then one that hands it out. Nothing is made before it is asked for."""
    _ = hall.speak
    if not hall.may("take_quarantine"):
        return
    st.markdown(
        _(
            "更正：导出更正表（Excel），在表中改好后，在服务器上运行 `hall quarantine retry 文件名` 重新载入。"
            "表中是原始记录，含身份证号和电话，只供更正，用完请删除；导出会记入留痕。"
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(_("准备更正表"), key="quarantine_make", icon=":material/edit_document:")
        if asked:
            session.seed(MADE_KEY, None)
            try:
                hall.require("take_quarantine")
                with st.spinner(_("正在准备更正表…")):
                    session.seed(MADE_KEY, workbook(hall.store.home))
            except HallError as error:
                states.refusal(error, _)
        made = session.chosen(MADE_KEY)
        if isinstance(made, Workbook):
            name = _("隔离区更正表") + f"_{datetime.now():%Y-%m-%d}.xlsx"
            label = _.count("下载更正表（{n} 行）", made.rows)
            tables.offer(hall, label, lambda: made.content, name, key="quarantine_take", kind="work", rows=made.rows, mime=MIME)
