"""Where an open case stands: against each limit by itself, and as of which day."""

from datetime import date

import pytest

from dashboard.language import language
from dashboard.pages.case import limit_words
from dashboard.store import Scope

ZH = language("zh")


@pytest.mark.parametrize(
    ("state", "due_on", "as_of", "words"),
    [
        # 1–3 May 2018 and the weekend of 28 April worked: 28 April was a working day, 29 April to 1 May days of rest.
        ("overdue", date(2018, 4, 27), date(2018, 5, 2), "法定时限：在办超期（已超期 2 个工作日）"),
        ("overdue", date(2018, 12, 28), date(2018, 12, 31), "法定时限：在办超期（已超期 1 个工作日）"),
        ("overdue", date(2018, 10, 19), date(2018, 10, 20), "法定时限：在办超期（已超期 1 个工作日）"),
        ("running", date(2018, 5, 2), date(2018, 4, 27), "法定时限：在办（剩余 2 个工作日）"),
        ("due_soon", date(2018, 10, 19), date(2018, 10, 19), "法定时限：即将到期（剩余 0 个工作日）"),
        ("paused", date(2018, 10, 19), date(2018, 10, 22), "法定时限：暂停计时"),
        ("late", date(2018, 10, 19), date(2018, 10, 22), "法定时限：超期办结"),
        ("no_limit", None, date(2018, 10, 22), "法定时限：无时限"),
    ],
)
def test_a_limit_says_how_far_it_is_past_or_ahead(store, state, due_on, as_of, words):
    assert limit_words("法定时限", state, due_on, as_of, store.snapshot.calendar, ZH) == words


def test_a_case_closed_late_says_by_how_much_and_when(open_page, store):
    case = store.query(
        "select case_no, promised_due_on, closed_on from fact_case where promise_state = 'late' order by case_no limit 1"
    ).iloc[0]
    due_on, closed_on = case["promised_due_on"].date(), case["closed_on"].date()
    late = max(store.snapshot.calendar.between(due_on, closed_on), 1)
    (standing,) = [element.value for element in open_page("case", case=str(case["case_no"])).main.get("error")]
    assert standing.startswith(f"承诺时限：超期办结（超期 {late} 个工作日）")
    assert standing.endswith(f"办结于 {ZH.day(closed_on)}")


def test_a_case_past_both_limits_says_so_of_each_and_as_of_which_day(open_page, store):
    sql = (
        "select case_no, days_left, promised_due_on, statutory_due_on from fact_case where is_open and promise_state = 'overdue' "
        "and statute_state = 'overdue' and promised_due_on < statutory_due_on order by case_no limit 1"
    )
    case = store.query(sql).iloc[0]
    promised, statutory = -int(case["days_left"]), store.snapshot.calendar.between(case["statutory_due_on"].date(), store.as_of)
    assert promised > statutory > 0
    (standing,) = [element.value for element in open_page("case", case=str(case["case_no"])).main.get("error")]
    assert standing == (
        f"承诺时限：在办超期（已超期 {promised} 个工作日）　·　法定时限：在办超期（已超期 {statutory} 个工作日）　·　截至 2018年12月31日"
    )


def test_every_overdue_case_is_past_its_promise_by_as_many_days_as_the_list_says(store):
    listed = store.open_cases("overdue", Scope())
    assert not listed.empty
    for row in listed.itertuples():
        words = limit_words("承诺时限", "overdue", row.promised_due_on.date(), store.as_of, store.snapshot.calendar, ZH)
        assert words.endswith(f"（已超期 {-row.days_left} 个工作日）")
