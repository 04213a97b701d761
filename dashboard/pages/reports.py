"""月报与导出 / reports: a report is asked for here, made in the background, and kept; a download never makes it anew."""

from datetime import date, datetime

import streamlit as st

from dashboard import session
from dashboard.components import frame, states, tables
from dashboard.components.labels import division_words, plain
from dashboard.language import Language
from dashboard.period import containing
from dashboard.reports import asking, exports, starting
from dashboard.reports.period import Kind, ReportPeriod, available
from dashboard.reports.plan import Audience
from dashboard.session import Hall
from etl.access.principal import LOCAL

KINDS: tuple[Kind, ...] = ("month", "quarter", "year")
KIND_KEY, PERIOD_KEY, FORMATS_KEY, AUDIENCE_KEY, NUMBER_KEY, YEAR_KEY = (
    "report_kind", "report_period", "report_formats", "report_audience", "report_number", "report_year",
)  # fmt: skip
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
SHOWN = 20
EVERY_SECONDS = 2


def _kind_words(_: Language) -> dict[Kind, str]:
    return {"month": _("月报"), "quarter": _("季报"), "year": _("年报")}


def _format_words(_: Language) -> dict[asking.Format, str]:
    return {"xlsx": "Excel", "docx": "Word", "pdf": "PDF"}


def _audience_words(_: Language) -> dict[Audience, str]:
    return {"internal": _("内部版"), "leadership": _("领导版"), "public": _("公开版")}


def _audience_notes(_: Language) -> dict[Audience, str]:
    return {
        "internal": _("内部版列出超期办件和人员得分，只供大厅管理人员"),
        "leadership": _("领导版不列单个办件和人员得分，其余与内部版相同"),
        "public": _("公开版隐去少于5件的数及可据以推算的数，不含办件明细、人员得分和申请人"),
    }


def _state_words(_: Language) -> dict[str, str]:
    return {"waiting": _("排队中"), "running": _("正在生成"), "done": _("已生成"), "failed": _("失败"), "cancelled": _("已取消")}


def _step_words(_: Language) -> dict[str, str]:
    return {"figures": _("取数"), "xlsx": "Excel", "charts": _("绘图"), "docx": "Word", "pdf": "PDF", "done": _("完成"), "": ""}


def period_words(key: str, _: Language) -> str:
    """What a reader calls a period, from its key: 2018-10, 2018-Q4, 2018, 2018-10-01_2018-10-15."""
    if "_" in key:
        return key.replace("_", " – ")
    year, _sign, part = key.partition("-")
    if not part:
        return _.period(containing("year", date(int(year), 1, 1)))
    if part.startswith("Q"):
        return _.period(containing("quarter", date(int(year), 3 * int(part[1:]), 1)))
    return _.period(containing("month", date(int(year), int(part), 1)))


def _periods(hall: Hall, kind: Kind) -> list[ReportPeriod]:
    return available(kind, hall.store.first_day, hall.store.as_of, asking.boundaries_of(hall.store.home))


def _ask(hall: Hall, wanted: list[asking.Asked], batch: str) -> None:
    hall.require("make_report")
    for one in wanted:
        asking.require(hall.principal, one.audience, one.division)
    exports.ask(hall.store.home, wanted, session.actor(), datetime.now(), batch)
    starting.start(hall.store.home)


def _audiences(hall: Hall) -> tuple[Audience, ...]:
    """The versions of a report of what is looked at."""
    return asking.audiences_of(hall.principal, hall.store.reach.has_rows)


def _division(hall: Hall) -> str:
    """What of the snapshot a report is of: what is looked at, which for a bound account never is more than its own."""
    return hall.store.reach.division or ""


def _jobs(hall: Hall) -> list[exports.Job]:
    """The reports that this person may know of."""
    return [job for job in exports.jobs(hall.store.home) if asking.is_within(hall.principal, job.division)]


def _form(hall: Hall) -> None:
    """What to make."""
    _ = hall.speak
    st.subheader(_("生成报告"), anchor=False)
    kinds, formats, audiences, mine = _kind_words(_), _format_words(_), _audience_words(_), _audiences(hall)
    with st.container(border=True):
        first, second, third = st.columns([3, 2, 3], gap="medium")
        with first:
            kind = st.segmented_control(_("种类"), KINDS, default="month", format_func=lambda one: kinds[one], key=KIND_KEY, required=True)
        periods = _periods(hall, kind)
        with second:
            period = st.selectbox(_("期间"), periods, format_func=lambda one: period_words(one.key, _), key=f"{PERIOD_KEY}_{kind}")
        with third:
            chosen = st.pills(
                _("格式"), asking.FORMATS, default=list(asking.FORMATS), selection_mode="multi", format_func=lambda one: formats[one],
                key=FORMATS_KEY,
            )  # fmt: skip
        first, second = st.columns([1, 1], gap="medium")
        with first:
            audience = st.segmented_control(
                _("读者"),
                mine,
                default=mine[0],
                format_func=lambda one: audiences[one],
                # Of several counties there is no internal version: another choice, which does not take over the former.
                key=AUDIENCE_KEY if hall.store.reach.has_rows else f"{AUDIENCE_KEY}_figures",
                required=True,
            )
        with second:
            number = st.text_input(
                _("文号"), key=NUMBER_KEY, max_chars=60, placeholder=_("可不填"), value=hall.store.settings.report_number
            )
        st.caption(_audience_notes(_)[audience])
        if hall.store.is_gathered:
            st.caption(_("范围") + _.colon + plain(frame.scope_text(hall)))
        if period is not None:
            st.caption(_("统计期间") + _.colon + _.span(period.first, period.last))
        with st.container(horizontal=True):
            can_make = bool(chosen) and period is not None
            if st.button(_("生成"), type="primary", icon=":material/description:", disabled=not can_make, key="report_make") and period:
                _ask(hall, [asking.Asked(period.kind, period.key, tuple(chosen), audience, number, division=_division(hall))], "")
            year = period.last.year if period is not None else hall.store.as_of.year
            words = _("生成{year}年各月（{n}份）")
            months = [one for one in _periods(hall, "month")[::-1] if one.key.startswith(f"{year}-")]
            if st.button(
                words.format(year=year, n=len(months)),
                icon=":material/calendar_month:",
                disabled=not (chosen and months),
                key="report_year_make",
            ):
                batch = f"{year}-{datetime.now():%Y%m%dT%H%M%S}"
                each = [asking.Asked("month", one.key, tuple(chosen), audience, division=_division(hall)) for one in months]
                _ask(hall, each, batch)
        if not chosen:
            st.caption(_("请至少选一种格式"))


def _own(hall: Hall, found: list[exports.Job]) -> list[int]:
    """The numbers of those whose version this person may ask for."""
    mine = asking.audiences_of(hall.principal)
    return [job.number for job in found if job.audience in mine]


def _under_way(hall: Hall) -> None:
    """What is being made, drawn anew every few seconds by itself alone; when all is made the whole page is."""
    _ = hall.speak

    @st.fragment(run_every=EVERY_SECONDS)
    def progress() -> None:
        found = _jobs(hall)
        waiting = [job for job in found if not job.is_over]
        if not waiting:
            st.rerun()
        steps = _step_words(_)
        batch = next((job.batch for job in waiting if job.batch), "")
        if batch:
            whole = [job for job in found if job.batch == batch]
            made = sum(job.is_over for job in whole)
            share = sum(1.0 if job.is_over else job.share for job in whole) / len(whole)
            st.progress(share, text=_("批量生成：{made}/{all}").format(made=made, all=len(whole)))
        for job in sorted(waiting, key=lambda one: one.number)[:3]:
            title = f"{period_words(job.period, _)}　{_audience_words(_)[job.audience]}"
            st.progress(job.share, text=f"{title}{_.colon}{_state_words(_)[job.state]} {steps.get(job.step, job.step)}")
        numbers = _own(hall, waiting)
        if numbers and st.button(_.count("取消 {n} 份", len(numbers)), icon=":material/cancel:", key="report_cancel"):
            hall.require("make_report")
            exports.cancel(hall.store.home, numbers, session.actor(), datetime.now())
            st.rerun()

    with st.container(border=True):
        progress()
        # A worker that was killed left its report running: whoever looks starts another, which ends at once where one is at work.
        if session.chosen("_report_worker") is None:
            session.seed("_report_worker", True)
            starting.start(hall.store.home)


def _download(hall: Hall, job: exports.Job, file: exports.File) -> None:
    _ = hall.speak
    home, number, kind, who = hall.store.home, job.number, file.format, hall.principal
    tables.offer(
        hall,
        _format_words(_)[file.format],
        # On pressing only; the file is read, not made.
        lambda: exports.downloaded(home, number, kind, who, datetime.now()),
        file.name,
        key=f"report_{number}_{kind}",
        kind=asking.EXPORTS[job.audience],
        mime=MIME[file.format],
        help=f"SHA-256 {file.sha256[:16]}…",
    )


def scope_name(hall: Hall, division: str) -> str:
    """The name of the division that a report is of."""
    counties = [one for one in hall.store.divisions if one.code.startswith(division)]
    return division_words(counties, division, hall.speak)


def _row(hall: Hall, job: exports.Job) -> None:
    _ = hall.speak
    left, middle, right = st.columns([3, 3, 3], gap="small", vertical_alignment="center")
    with left:
        draft = _("（草稿）") if job.is_draft and job.state == "done" else ""
        scope = f"　{plain(scope_name(hall, job.division))}" if job.division else ""
        st.markdown(f"**{period_words(job.period, _)}**　{_audience_words(_)[job.audience]}{draft}{scope}")
    with middle:
        who = _("本机") if job.actor == LOCAL.name else plain(job.actor)
        version = _("数据版本") + _.colon + job.snapshot_id
        st.caption(f"{who}　{_.moment(datetime.fromisoformat(job.asked_at))}　{version}")
        if job.message:
            st.caption(plain(job.message))
    with right, st.container(horizontal=True):
        kept = [file for file in job.files if file.is_kept]
        if job.state != "done":
            st.markdown(f":gray[{_state_words(_)[job.state]}]")
        elif not _own(hall, [job]):
            st.caption(_("只供大厅管理人员"))
        elif not kept:
            st.caption(_("由命令行写到所指定的文件夹"))
        else:
            for file in kept:
                _download(hall, job, file)


def _past(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("导出记录"), anchor=False)
    found = _jobs(hall)
    over = [job for job in found if job.is_over]
    if not over:
        states.nothing(_("还没有导出过报告"))
        return
    stopped = _own(hall, [job for job in found if job.state in ("cancelled", "failed")])
    if stopped and st.button(_.count("继续生成 {n} 份", len(stopped)), icon=":material/replay:", key="report_resume"):
        hall.require("make_report")
        exports.resume(hall.store.home, stopped, session.actor(), datetime.now())
        starting.start(hall.store.home)
        st.rerun()
    for job in over[:SHOWN]:
        _row(hall, job)
    if len(over) > SHOWN:
        st.caption(_("更早的记录见命令 hall report list"))


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("月报与导出"), with_period=False)
    if hall.store.is_empty:
        states.nothing(_("数据里还没有办件"))
        return
    _form(hall)
    if any(not job.is_over for job in _jobs(hall)):
        _under_way(hall)
    _past(hall)


if __name__ == "__main__":
    render(session.hall())
