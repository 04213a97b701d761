"""Case rows made for measuring: the same for every run, 2 % dirty in five ways, 1 % of a case that an earlier row has already."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

HEADERS = ("办件编号", "事项编码", "事项名称", "部门", "窗口", "渠道", "申请人")
HEADERS += ("收件时间", "受理时间", "承诺时限", "承诺时限单位", "办结时间", "办理结果")
TIMES = ("收件时间", "受理时间", "办结时间")
OUTCOMES = ("准予", "不予许可", "退件")
# A newer version of a case comes from this window, so that it can be told which version was kept.
NEWER = "补录窗口"
# Kind of fault → the rule by which our contract refuses it. A case closed before it was received was closed before acceptance too.
KINDS = {
    "date": "bad_datetime",
    "code": "unknown_code",
    "order": "closed_before_received",
    "limit": "bad_integer",
    "missing": "missing",
}
EVERY, FIRST = 50, 7

# `n` is the case that row i tells of: its own, or, for two rows of 200, one from the first half of the file so far.
# The one repeats the earlier row, the other is a newer version of it.
CASES = """
select case when kind = 4 then null else 'YW' || lpad(cast(n as varchar), 9, '0') end as 办件编号,
    '11350902003987' || lpad(cast(n % 3000 as varchar), 10, '0') as 事项编码, '食品经营许可新办' || (n % 300) as 事项名称,
    '第' || (n % 40) || '局' as 部门, case when is_newer then '补录窗口' else (n % 60) || '号窗口' end as 窗口,
    ['窗口', '网上', '移动端'][n % 3 + 1] as 渠道, '林某某' as 申请人,
    strftime(received, '%Y-%m-%d %H:%M:%S') as 收件时间, strftime(received + interval 1 hour, '%Y-%m-%d %H:%M:%S') as 受理时间,
    case when kind = 3 then '五天' else cast(n % 20 as varchar) end as 承诺时限, '工作日' as 承诺时限单位,
    case when kind = 0 then '2018-02-30 10:00:00' else strftime(
        received + case when kind = 2 then - interval 1 day when is_newer then interval 3 day else interval 2 day end, '%Y-%m-%d %H:%M:%S')
    end as 办结时间, case when kind = 1 then '也许' else '准予' end as 办理结果
from (
    select *, timestamp '2018-01-01' + to_minutes(n % 500000) as received
    from (
        select case i % 200 when 50 then i // 200 * 100 + 25 when 150 then i // 200 * 100 + 75 else i end as n,
            i % 200 = 150 as is_newer, case when i % 50 = 7 then i // 50 % 5 end as kind
        from range(getvariable('rows')) t(i)))
"""


@dataclass(frozen=True)
class Expected:
    """What a file of `rows` records holds: rows of each kind of fault, and repeated cases."""

    rows: int
    dirty: dict[str, int]
    identical: int
    newer: int

    def kept(self, kinds: tuple[str, ...] = tuple(KINDS), is_deduplicated: bool = True) -> int:
        """Rows left to who finds these kinds of faults."""
        return self.rows - sum(self.dirty[kind] for kind in kinds) - (self.identical + self.newer) * is_deduplicated


def expected(rows: int) -> Expected:
    """By counting, apart from the SQL that makes them."""
    dirty = {kind: len(range(FIRST + EVERY * place, rows, EVERY * len(KINDS))) for place, kind in enumerate(KINDS)}
    return Expected(rows, dirty, len(range(50, rows, 200)), len(range(150, rows, 200)))


def write_cases(path: Path, rows: int) -> None:
    """A CSV of so many records in UTF-8."""
    with duckdb.connect() as con:
        con.execute("set variable rows = ?", [rows])
        con.sql(CASES).write_csv(str(path), header=True)


def write_gb18030(text: Path, national: Path) -> None:
    """The same file in GB18030."""
    with text.open(encoding="utf-8", newline="") as source, national.open("w", encoding="gb18030", newline="") as target:
        for block in iter(lambda: source.read(1 << 22), ""):
            target.write(block)


def made(folder: str, rows: str) -> None:
    """Both files, in a process of its own: what making them takes must not count as the memory of what is measured."""
    write_cases(Path(folder) / "cases.csv", int(rows))
    write_gb18030(Path(folder) / "cases.csv", Path(folder) / "cases-gb.csv")
