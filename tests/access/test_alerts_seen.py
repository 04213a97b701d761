"""What the overview says needs attention leads only where the reader may go, and says of which day it is."""

import pytest
from signed_in import known, signed_in_app

from dashboard.store import open_current
from etl.access.principal import Principal
from etl.office import open_office

LIST = "到“时限合规”查看清单"


@pytest.fixture(scope="module")
def people_of_a_late_window(people_home):
    sql = "select window_name from fact_case where is_open and promise_state = 'overdue' and window_name <> '' order by 1 limit 1"
    window = str(open_current(people_home).query(sql)["window_name"].iloc[0])
    office = open_office(people_home)
    known(office, Principal("late-head", "window_head", window=window))
    known(office, Principal("late-staff", "staff", window=window, staff_no="0007"))


@pytest.mark.usefixtures("people_of_a_late_window")
@pytest.mark.parametrize(
    ("who", "may_list", "held_words"),
    [
        ("manager", True, "在隔离区待更正"),
        ("late_head", True, None),
        ("leader", False, "正由大厅管理人员更正"),
        ("late_staff", False, None),
    ],
)
def test_alerts_lead_only_to_lists_that_the_reader_may_see(people_home, monkeypatch, who, may_list, held_words):
    app = signed_in_app(people_home, monkeypatch, who, "overview", lang="zh", period="year", on="2018-01-01")
    alerts = [element.value for kind in ("error", "warning", "info") for element in app.main.get(kind)]
    assert any(text.startswith("在办超期") for text in alerts)
    assert (LIST in [link.proto.label for link in app.main.get("page_link")]) == may_list
    assert any("逐件清单由窗口负责人" in element.value for element in app.caption) != may_list
    held = [text for text in alerts if "条记录" in text]
    assert len(held) == (held_words is not None)
    assert all(held_words in text for text in held)
    now = [text for text in alerts if text.startswith(("在办超期", "即将到期"))] + held
    assert all("截至 2018年12月31日" in text for text in now)
