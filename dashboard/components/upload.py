"""Handing in a file: tried first, then loaded, built and published by a process of its own while the page tells how far it is."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import states, tables
from dashboard.components.tables import Column
from dashboard.session import Hall
from dashboard.uploads import Job, Progress, Received, progress, receive, start
from etl.config import HallError
from etl.records.mapping import mappings

FILE_KEY, JOB_KEY, TURN_KEY = "upload_file", "upload_job", "upload_turn"
OUTCOMES = ("read", "inserted", "updated", "unchanged", "superseded", "quarantined")


def _job() -> Job | None:
    found = session.chosen(JOB_KEY)
    return found if isinstance(found, Job) else None


def _over() -> None:
    """Forgets the file and what was done with it; a try that still goes on is ended."""
    job = _job()
    if job is not None:
        if job.kind == "try" and job.process.poll() is None:
            job.process.terminate()
            job.process.wait(10)
        job.file.discard()
    session.seed(JOB_KEY, None)
    turn = session.chosen(TURN_KEY)
    session.seed(TURN_KEY, (turn if isinstance(turn, int) else 0) + 1)


def _load(hall: Hall, file: Received) -> None:
    hall.require("upload")
    session.seed(JOB_KEY, start(hall.store.home, "load", file, session.actor()))


def _outcomes(hall: Hall, batches: list[dict[str, Any]], key: str) -> None:
    _ = hall.speak
    words = {
        "read": _("读入"),
        "inserted": _("新增"),
        "updated": _("更新"),
        "unchanged": _("未变"),
        "superseded": _("被取代"),
        "quarantined": _("隔离"),
    }
    shown = pd.DataFrame(batches)[["file", "record", "mapping", *OUTCOMES]]
    columns = [Column("file", _("文件"), width="medium"), Column("record", _("记录类型")), Column("mapping", _("映射"))]
    columns += [Column(name, words[name], "integer") for name in OUTCOMES]
    tables.table(hall, shown, columns, _("载入结果"), hall.store.settings.hall_name, key)


def _warnings(hall: Hall, batches: list[dict[str, Any]]) -> None:
    _ = hall.speak
    for batch in batches:
        for warned in batch["warnings"]:
            text = _.pick(warned["message"], warned["message_en"])
            st.warning(_("{what}（{n} 条）").format(what=text, n=f"{warned['count']:,}"), icon=":material/info:")


def _mapping(hall: Hall, batch: dict[str, Any]) -> None:
    """Which column of the file is read as what."""
    _ = hall.speak
    mapping = mappings(hall.store.home)[batch["mapping"]]
    st.markdown(_("按映射 `{mapping}`（{label}）读取：").format(mapping=mapping.name, label=_.pick(mapping.zh, mapping.en)))
    fields = {field.name: field for field in mapping.contract.fields}
    shown = pd.DataFrame(
        [
            [source, _.pick(fields[name].zh, fields[name].en), name, _("是") if fields[name].required else ""]
            for name, source in mapping.fields.items()
        ],
        columns=["source", "label", "name", "required"],
    )
    columns = [
        Column("source", _("文件中的列")),
        Column("label", _("读作")),
        Column("name", _("字段")),
        Column("required", _("必填"), width="small"),
    ]
    with st.expander(_.count("映射预览（{n} 列）", len(shown))):
        tables.table(hall, shown, columns, _("映射预览"), mapping.name, f"mapping_{batch['mapping']}")


def _problems(hall: Hall, batches: list[dict[str, Any]]) -> None:
    _ = hall.speak
    rows = [
        [batch["file"], problem["line"], problem["column"], problem["value"], _.pick(problem["message"], problem["message_en"])]
        for batch in batches
        for problem in batch.get("problems") or []
    ]
    if not rows:
        st.success(_("没有发现错误"), icon=":material/check_circle:")
        return
    st.markdown(_("前几处错误（所在记录将被隔离，其余照常载入；涉及个人的值不显示）："))
    shown = pd.DataFrame(rows, columns=["file", "line", "column", "value", "message"])
    columns = [
        Column("line", _("行"), "integer", width="small"),
        Column("column", _("字段")),
        Column("value", _("值")),
        Column("message", _("问题与改法"), width="large"),
        Column("file", _("文件")),
    ]
    tables.table(hall, shown, columns, _("前几处错误"), hall.store.settings.hall_name, "upload_problems")


def _refusals(hall: Hall, seen: Progress) -> None:
    for zh, en in seen.refusals:
        states.refusal(HallError(zh, en), hall.speak)


def _tried(hall: Hall, job: Job, seen: Progress) -> None:
    """What loading would do, and the choice to do it."""
    _ = hall.speak
    batches = (seen.document or {}).get("batches", [])
    _refusals(hall, seen)
    if not batches:
        st.markdown(_("这个文件不能载入。"))
        st.button(_("换一个文件"), key="upload_again", on_click=_over, icon=":material/undo:")
        return
    st.markdown("**" + _("试载入结果（尚未写入）") + "**")
    _outcomes(hall, batches, "upload_tried")
    _warnings(hall, batches)
    for batch in batches:
        _mapping(hall, batch)
    _problems(hall, batches)
    with st.container(horizontal=True):
        st.button(
            _("确认载入并发布"), key="upload_confirm", type="primary", on_click=_load, args=(hall, job.file), icon=":material/publish:"
        )
        st.button(_("放弃"), key="upload_drop", on_click=_over, icon=":material/close:")


def _loaded(hall: Hall, job: Job, seen: Progress) -> None:
    _ = hall.speak
    document = seen.document or {}
    batches = document.get("batches", [])
    _refusals(hall, seen)
    if batches and document.get("snapshot"):
        text = _("已载入并发布，数据版本 {snapshot}").format(snapshot=document["snapshot"])
        st.success(text, icon=":material/check_circle:")
        _outcomes(hall, batches, "upload_loaded")
    job.file.discard()
    st.button(_("再传一个文件"), key="upload_more", on_click=_over, icon=":material/upload_file:")


@st.fragment(run_every=1.0)
def _watch(hall: Hall) -> None:
    """How far the process is; when it has ended the page is drawn anew."""
    _, job = hall.speak, _job()
    if job is None:
        return
    seen = progress(job)
    if seen.is_done:
        st.rerun()
    words = {"start": _("准备…"), "load": _("读取并核对…"), "build": _("计算时限与统计…"), "publish": _("发布新版本…")}
    done = {"start": 0.05, "load": 0.25, "build": 0.6, "publish": 0.9}
    st.progress(done[seen.step], text=f"{job.file.name}　{words[seen.step]}")


def panel(hall: Hall) -> None:
    """From choosing a file to its result."""
    _, store = hall.speak, hall.store
    job = _job()
    if job is not None:
        seen = progress(job)
        if not seen.is_done:
            _watch(hall)
        elif job.kind == "try":
            _tried(hall, job, seen)
        else:
            _loaded(hall, job, seen)
        return
    most = store.settings.upload_megabytes
    st.markdown(
        _("支持 CSV、Excel、JSON、Parquet 及其压缩包，按内容识别，不看扩展名；不超过 {n} MB。先试载入，确认后才写入。").format(n=most)
    )
    turn = session.chosen(TURN_KEY)
    given = st.file_uploader(_("选择导出文件"), key=f"{FILE_KEY}_{turn if isinstance(turn, int) else 0}", max_upload_size=most)
    if given is None:
        return
    try:
        file = receive(store.home, given.name, given.getvalue(), most)
        hall.require("upload")
        session.seed(JOB_KEY, start(store.home, "try", file, session.actor()))
    except HallError as error:
        states.refusal(error, _)
        return
    st.rerun()
