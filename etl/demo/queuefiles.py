"""Exports of the queue system: a file a quarter, GB18030, since October UTF-8 with a mark after the system was renewed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from etl.demo.dirt import Cells, Spoil, full_width, padded, plant, put, swap
from etl.demo.queue import Ticket
from etl.demo.writers import LABEL, Planted, write_delimited
from etl.synthetic import MARK

HEADERS = (
    "区域名称", "业务名称", "窗口名称", "操作人员", "状态", "过号来源", "客户姓名", "票号", "取号时间", "叫号时间", "开始服务时间",
    "完成时间", "办理时长(秒)",
)  # fmt: skip
_STATUS = {"waiting": "等候中", "done": "已完成", "no_show": "过号", "cancelled": "弃号", "transferred": "转号"}
_SOURCE = {"": "", "window": "窗口点过号", "system": "自动过号", "visitor": "群众放弃"}

_SPOILS: tuple[Spoil, ...] = (
    swap("ended_before_started", "开始服务时间", "完成时间"),
    swap("called_before_taken", "取号时间", "叫号时间"),
    swap("started_before_called", "叫号时间", "开始服务时间"),
    put("negative_service_time", "办理时长(秒)", "-35", "办理时长(秒)"),
    Spoil("done_without_call", ("叫号时间",), lambda cells: {**cells, "状态": "已完成", "叫号时间": "", "开始服务时间": ""}),
    put("unknown_status", "状态", "挂起"),
    put("missing_ticket_no", "票号", ""),
    put("not_taken", "取号时间", ""),
    put("impossible_date", "取号时间", "2018-02-30 09:10:00"),
    Spoil("over_a_day", ("完成时间",), lambda cells: {**cells, "完成时间": f"2019{cells['完成时间'][4:]}"}),
)


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _cells(ticket: Ticket) -> Cells:
    served = (ticket.ended_at - ticket.started_at).total_seconds() if ticket.ended_at and ticket.started_at else None
    return dict(
        zip(
            HEADERS,
            (
                ticket.zone, ticket.service, ticket.window, ticket.staff, _STATUS[ticket.status], _SOURCE[ticket.no_show_source],
                ticket.customer, ticket.ticket_no, _time(ticket.taken_at), _time(ticket.called_at), _time(ticket.started_at),
                _time(ticket.ended_at), "" if served is None else f"{served:.0f}",
            ),
            strict=True,
        )
    )  # fmt: skip


def write_tickets(folder: Path, random: Random, tickets: Sequence[Ticket], year: int) -> tuple[list[Path], list[Planted]]:
    """The four exports and where dirt was planted."""
    files: list[Path] = []
    planted: list[Planted] = []
    odd: Mapping[str, Callable[[str], str]] = {"区域名称": padded, "票号": full_width, "业务名称": padded}
    for quarter in range(1, 5):
        rows = [_cells(ticket) for ticket in tickets if (ticket.taken_at.month + 2) // 3 == quarter]
        entries = plant(random, HEADERS, rows, "票号", _SPOILS, ("extra_separator", "total_row"), 0.01, odd, doubles=4)
        path = folder / f"{MARK}排队叫号票号明细_{year}Q{quarter}.csv"
        encoding = "utf-8-sig" if quarter == 4 else "gb18030"
        preamble = "" if quarter == 4 else f"排队叫号系统 票号明细（{LABEL}）"
        planted += write_delimited(path, HEADERS, entries, encoding=encoding, delimiter=",", preamble=preamble)
        files.append(path)
    return files, planted
