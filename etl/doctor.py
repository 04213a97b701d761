"""Is this installation sound? Each check says what it found and, where it is not well, what to do."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from etl.answerrules import load_answer_rules
from etl.calendar import Calendar
from etl.checkup import damage_in_office, damage_in_warehouse
from etl.config import HallError, Home, connect, settings_from
from etl.office.database import FILE
from etl.records import contracts
from etl.records.mapping import mappings
from etl.soundness import damaged, shown
from etl.timerules import load_rules
from etl.trouble import told

ENOUGH_DISK = 2 * 1024**3
PACKAGES = ("duckdb", "pandas", "streamlit", "plotly", "python-calamine", "chinesecalendar")


@dataclass(frozen=True)
class Finding:
    """One check: whether it is well, and what was seen, in Chinese and English."""

    check: str
    ok: bool
    zh: str
    en: str


def examine(home: Home, today: date) -> Iterator[Finding]:
    """All checks, in the order in which trouble would come."""
    for name in CHECKS:
        yield look_at(name, home, today)


def look_at(name: str, home: Home, today: date) -> Finding:
    """One check by its name; what cannot be read or written is a finding too."""
    try:
        return CHECKS[name](home, today)
    except Exception as error:
        refusal = told(error)
        if refusal is None:
            raise
        return Finding(name, False, refusal.zh, refusal.en)


def _python(home: Home, today: date) -> Finding:
    seen = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    running = platform.python_version()
    return Finding("python", sys.version_info >= (3, 11), f"Python {running}；{seen}", f"Python {running}; {seen}")


def _home(home: Home, today: date) -> Finding:
    try:
        home.make()
        probe = home.tmp / "doctor"
        probe.write_text("", "utf-8")
        probe.unlink()
    except OSError as error:
        raise HallError(f"{home.root} 不可写：{error.strerror}", f"{home.root} cannot be written: {error.strerror}") from None
    free = shutil.disk_usage(home.root).free
    gigabytes = free / 1024**3
    zh, en = f"{home.root} 可写，剩余 {gigabytes:.1f} GiB", f"{home.root} is writable, {gigabytes:.1f} GiB free"
    if free < ENOUGH_DISK:
        return Finding("home", False, f"{zh}；请清理磁盘", f"{en}; free some space")
    return Finding("home", True, zh, en)


def _settings(home: Home, today: date) -> Finding:
    settings_from(home)
    found = home.settings_file.exists()
    return Finding(
        "settings",
        True,
        "hall.toml 有效" if found else "没有 hall.toml，使用默认设置",
        "hall.toml is valid" if found else "no hall.toml, defaults hold",
    )


def _contracts(home: Home, today: date) -> Finding:
    kinds, known = len(contracts()), len(mappings(home))
    return Finding("contracts", True, f"{kinds} 种记录、{known} 个映射有效", f"{kinds} record types and {known} mappings are valid")


def _rules(home: Home, today: date) -> Finding:
    folders = home.overlay("rules")
    clocks, limits = len(load_rules(folders).rules), len(load_answer_rules(folders))
    zh, en = f"{clocks} 份办件时限规则、{limits} 条答复期限有效", f"{clocks} rules of the clock and {limits} limits of answers are valid"
    return Finding("rules", True, zh, en)


def _calendar(home: Home, today: date) -> Finding:
    calendar = Calendar.load(home.overlay("calendars"))
    last = date(today.year + (1 if today.month >= 11 else 0), 12, 31)
    if calendar.is_provisional(last):
        return Finding(
            "calendar", False,
            f"{last.year} 年的放假安排尚未载入，到期日暂按周一至周五推算；公布后把 CSV 放入 {home.root / 'calendars'}",
            f"the holidays of {last.year} are not loaded, due dates there are provisional; put the CSV into {home.root / 'calendars'}",
        )  # fmt: skip
    return Finding(
        "calendar",
        True,
        f"工作日历到 {last.year} 年，版本 {calendar.version}",
        f"working days known to {last.year}, version {calendar.version}",
    )


def _warehouse(home: Home, today: date) -> Finding:
    if not home.warehouse.exists():
        return Finding("warehouse", True, "尚无数据仓库；运行 hall load", "no warehouse yet; run hall load")
    # For reading only: what a killed job left beside the file is not touched before it has been looked at.
    with connect(home, read_only=True) as con:
        damage = damage_in_warehouse(con)
        if damage is not None:
            return Finding("warehouse", False, *damage)
        if not con.execute("select 1 from duckdb_tables() where table_name = 'batch'").fetchall():
            return Finding("warehouse", True, "数据仓库中尚无数据；运行 hall load", "nothing is loaded yet; run hall load")
        row = con.execute(
            "select count(*), coalesce(sum(quarantined), 0), "
            "coalesce(bool_and(read = inserted + updated + unchanged + superseded + quarantined), true) from batch"
        ).fetchone()
    batches, quarantined, sums = row if row else (0, 0, True)
    zh = f"{batches} 个批次，共隔离 {quarantined} 条，收支{'相符' if sums else '不符'}"
    return Finding(
        "warehouse", bool(sums), zh, f"{batches} batches, {quarantined} records quarantined, sums {'agree' if sums else 'DISAGREE'}"
    )


def _snapshot(home: Home, today: date) -> Finding:
    now = shown(home)
    if now is None:
        return Finding("snapshot", True, "尚未发布；运行 hall build 与 hall publish", "nothing published; run hall build and hall publish")
    found = damaged(home)
    if now.damage is not None and now.damage not in found:
        found = [now.damage, *found]
    if not found:
        return Finding("snapshot", True, f"当前快照 {now.path.stem}，校验相符", f"current snapshot {now.path.stem}, checksums agree")
    zh = "；".join(f"{one.id} 已损坏：{one.zh}" for one in found)
    en = "; ".join(f"{one.id} is damaged: {one.en}" for one in found)
    if now.damage is not None:
        zh += f"。看板现显示 {now.path.stem}；请运行 hall rollback {now.path.stem} 确认退回，或运行 hall publish 重新发布"
        en += f". The dashboard shows {now.path.stem}: run hall rollback {now.path.stem} to settle on it, or hall publish to publish anew"
    zh += "。损坏的文件不会自动删除，查明原因后请移到别处"
    en += ". Damaged files are kept: move them away when their cause is known"
    return Finding("snapshot", False, zh, en)


def _office(home: Home, today: date) -> Finding:
    if not (home.root / FILE).exists():
        return Finding("office", True, "尚无本单位记录（office.sqlite3）", "no records of the office's own yet (office.sqlite3)")
    damage = damage_in_office(home)
    if damage is not None:
        return Finding("office", False, *damage)
    return Finding("office", True, "本单位记录与留痕完好", "the office's own records and their trail are whole")


CHECKS: dict[str, Callable[[Home, date], Finding]] = {
    "python": _python,
    "home": _home,
    "settings": _settings,
    "contracts": _contracts,
    "rules": _rules,
    "calendar": _calendar,
    "warehouse": _warehouse,
    "snapshot": _snapshot,
    "office": _office,
}
