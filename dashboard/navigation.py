"""The pages, in the order in which a manager reads them. A new page is a file in `pages/` and an entry here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dashboard.language import Language
from etl.access.principal import Role
from etl.access.rules import access_rules

FOLDER = Path(__file__).parent / "pages"
Section = Literal["run", "systems", "oversight", "assessment", "reports", "office"]


@dataclass(frozen=True)
class Entry:
    """One page: the name of its file and of its address, the section it stands in, its icon, and its title.

    A page whose `has_filters` is False looks at one thing, not at a period and a scope. One `of_counties` compares counties: there is a way
    to it where there are several.
    """

    name: str
    section: Section
    icon: str
    title: Callable[[Language], str]
    has_filters: bool = True
    of_counties: bool = False

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.py"


SECTIONS: dict[Section, Callable[[Language], str]] = {
    "run": lambda _: _("运行"),
    "systems": lambda _: _("业务系统"),
    "oversight": lambda _: _("监督"),
    "assessment": lambda _: _("考核"),
    "reports": lambda _: _("报表"),
    "office": lambda _: _("管理"),
}

ENTRIES: tuple[Entry, ...] = (
    Entry("overview", "run", "dashboard", lambda _: _("总览")),
    Entry("throughput", "run", "bar_chart", lambda _: _("办件吞吐")),
    Entry("timelimits", "run", "timer", lambda _: _("时限合规")),
    Entry("counties", "run", "format_list_numbered", lambda _: _("区县排名"), of_counties=True),
    Entry("online", "systems", "language", lambda _: _("网上大厅")),
    Entry("onewindow", "systems", "meeting_room", lambda _: _("一窗受理")),
    Entry("certificates", "systems", "badge", lambda _: _("电子证照")),
    Entry("items", "systems", "list_alt", lambda _: _("事项清单")),
    Entry("queue", "systems", "confirmation_number", lambda _: _("排队叫号")),
    Entry("evaluations", "oversight", "thumbs_up_down", lambda _: _("评价与投诉")),
    Entry("disclosure", "oversight", "campaign", lambda _: _("政务公开与回应")),
    Entry("supervision", "oversight", "notifications", lambda _: _("电子监察")),
    Entry("quality", "oversight", "fact_check", lambda _: _("数据质量")),
    Entry("assessment", "assessment", "social_leaderboard", lambda _: _("考核评比"), has_filters=False),
    Entry("redflags", "assessment", "flag", lambda _: _("流动红旗与评优"), has_filters=False),
    Entry("myscore", "assessment", "person_celebrate", lambda _: _("我的得分"), has_filters=False),
    Entry("windowboard", "assessment", "leaderboard", lambda _: _("窗口看板"), has_filters=False),
    Entry("patrol", "assessment", "footprint", lambda _: _("巡查与点评"), has_filters=False),
    Entry("rules", "assessment", "gavel", lambda _: _("考核规则"), has_filters=False),
    Entry("case", "run", "description", lambda _: _("办件查询"), has_filters=False),
    Entry("reports", "reports", "summarize", lambda _: _("月报与导出"), has_filters=False),
    Entry("annual", "reports", "fact_check", lambda _: _("年报数字"), has_filters=False),
    Entry("trail", "office", "history", lambda _: _("操作记录"), has_filters=False),
    Entry("people", "office", "group", lambda _: _("登录人员"), has_filters=False),
)
PAGES: dict[str, Entry] = {entry.name: entry for entry in ENTRIES}
FIRST = ENTRIES[0].name


def first_for(role: Role) -> str:
    """The page on which this role begins: the first in the order that it may open."""
    return next((entry.name for entry in ENTRIES if access_rules().may_open(role, entry.name)), FIRST)
