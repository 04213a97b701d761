"""`python -m tests.benchmarks.badrows [--write]`: what each contender says about a bad row, found by giving it some.

Two small files: one of a row for each kind of fault and one row with three faults; one in which a name holds a separator. What a
contender says is held against what stands in the file.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from tests.benchmarks import peers
from tests.benchmarks.cases import HEADERS

GOOD = ("YW1", "11350902003987", "食品经营许可新办", "市场监督管理局", "3号窗口", "窗口", "林某某")
GOOD += ("2018-10-08 09:05:00", "2018-10-08 10:00:00", "5", "工作日", "2018-10-10 16:00:00", "准予")
# Line → header → the value at fault.
FAULTY: dict[int, dict[str, str]] = {
    3: {"办结时间": "2018-02-30 10:00:00"},
    4: {"办理结果": "也许"},
    5: {"办结时间": "2018-10-01 16:00:00"},
    6: {"承诺时限": "五天"},
    7: {"办件编号": ""},
    8: {"办结时间": "昨天", "承诺时限": "快", "办理结果": "大概"},
}
GOOD_LINES = (2, 9)
# A separator too many amid good lines: the applicant's name is written with one.
SHIFTED_LINE, SHIFTED = 3, "林某,王某"


@dataclass(frozen=True)
class Said:
    """One fault as a contender names it; None for what it leaves out."""

    line: int | None = None
    column: str | None = None
    value: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Heard:
    """All that a contender says of a file: faults, whether it names the file, refused rows kept as text, rows loaded."""

    said: list[Said] = field(default_factory=list)
    file: bool = False
    raw: list[str] = field(default_factory=list)
    loaded: int = 0
    stopped: str = ""


def write_faulty(path: Path) -> None:
    """The file of faults of the kinds that are measured."""
    rows = {line: {"办件编号": f"YW{line}"} | FAULTY.get(line, {}) for line in range(2, 10)}
    lines = (",".join(rows[line].get(name, cell) for name, cell in zip(HEADERS, GOOD, strict=True)) for line in rows)
    path.write_text("\n".join([",".join(HEADERS), *lines, ""]), "utf-8")


def write_shifted(path: Path) -> None:
    """The file with a separator too many."""
    rows = [{"办件编号": f"YW{line}"} | ({"申请人": SHIFTED} if line == SHIFTED_LINE else {}) for line in range(2, 5)]
    lines = (",".join(row.get(name, cell) for name, cell in zip(HEADERS, GOOD, strict=True)) for row in rows)
    path.write_text("\n".join([",".join(HEADERS), *lines, ""]), "utf-8")


def _rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / peers.DATABASE), read_only=True) as con:
        return con.execute(sql).fetchall()


def _ours(file: Path, folder: Path) -> Heard:
    from etl.config import Home, connect
    from etl.ingest import load
    from etl.ingest.quarantine import listed

    home = Home(folder)
    with connect(home) as con:
        (told,) = load(con, home, [file])
        found = listed(con)
        raw = [text for (text,) in con.execute("select raw from quarantine order by line").fetchall()]
    said = [Said(one["line"], one["field"], one["value"], one["zh"]) for one in found]
    return Heard(said, all(one["file"] == file.name for one in found), raw, told.inserted)


def _bare(file: Path, folder: Path) -> Heard:
    peers.bare(str(file), str(folder), store_rejects=True)
    found = _rows(folder, "select line, column_name, error_message, csv_line, file_path from rejected order by all")
    said = [Said(line, column, message, message) for line, column, message, *_ in found]
    return Heard(said, file.name in str(found), [one[3] for one in found], int(_rows(folder, "select count(*) from accepted")[0][0]))


def _tuned(file: Path, folder: Path) -> Heard:
    peers.tuned(str(file), str(folder))
    cells = ", ".join(f"coalesce({name}, '')" for name in HEADERS)
    found = _rows(folder, f"select reasons, concat_ws(',', {cells}) from rejected order by 办件编号")
    said = [Said(rule=reason) for reasons, _ in found for reason in reasons]
    return Heard(said, False, [raw for _, raw in found], int(_rows(folder, "select kept from ledger")[0][0]))


def _dataframely(file: Path, folder: Path) -> Heard:
    valid, failure = peers.read_dataframely(str(file))
    said, raw = [], []
    for row in failure.details().to_dicts():
        for rule, verdict in row.items():
            if verdict == "invalid":
                column, bar, _ = rule.partition("|")
                said.append(Said(row["line"], column if bar else None, None, rule))
        raw.append(",".join(str(row[name] or "") for name in HEADERS))
    return Heard(said, False, raw, len(valid))


def _pandera(file: Path, folder: Path) -> Heard:
    frame, typed, faults = peers.read_pandera(str(file))
    of_rows = faults[faults["index"].notna()]
    # A check of the whole row is told once for each of its columns.
    of_whole_rows = of_rows["schema_context"] == "DataFrameSchema"
    said = [
        Said(int(index) + 2, rule=str(rule)) for index, rule in sorted(set(of_rows[of_whole_rows][["index", "check"]].itertuples(False)))
    ]
    of_cells = of_rows[~of_whole_rows][["index", "column", "failure_case", "check"]]
    said += [Said(int(index) + 2, column, str(value), str(rule)) for index, column, value, rule in of_cells.itertuples(False)]
    bad = frame.loc[sorted({int(index) for index in of_rows["index"]})]
    return Heard(said, False, [",".join(row) for row in bad.to_numpy().tolist()], len(typed) - len(bad))


def _dlt(file: Path, folder: Path) -> Heard:
    peers.dlt_merge(str(file), str(folder))
    return Heard(loaded=int(_rows(folder, "select count(*) from hall.accepted")[0][0]))


def _dlt_strict(file: Path, folder: Path) -> Heard:
    try:
        peers.dlt_merge(str(file), str(folder), bad_rows="freeze")
    except Exception as error:
        # The model's own error, of a page of rows, is what the pipeline's is made from.
        while not hasattr(error, "errors") and error.__cause__ is not None:
            error = error.__cause__
        if not hasattr(error, "errors"):
            raise
        places = [(one["loc"], one["input"], one["msg"]) for one in error.errors()]
        said = [Said(int(loc[1]) + 2, str(loc[2]) if len(loc) > 2 else None, str(value), message) for loc, value, message in places]
        return Heard(said, stopped=_first_line(error))
    return Heard(loaded=int(_rows(folder, "select count(*) from hall.accepted")[0][0]))


SPEAKERS: dict[str, tuple[str, Callable[[Path, Path], Heard]]] = {
    "hall load": ("duckdb", _ours),
    "bare read_csv, store_rejects": ("duckdb", _bare),
    "hand-written SQL": ("duckdb", _tuned),
    "polars + dataframely": ("dataframely", _dataframely),
    "pandas + pandera": ("pandera", _pandera),
    "dlt, discard_row": ("dlt", _dlt),
    "dlt, freeze": ("dlt", _dlt_strict),
}


def hear(name: str, write: Callable[[Path], None] = write_faulty) -> Heard:
    """What a contender says of one of the files; an error that ends it is what it says."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cases.csv"
        write(file)
        try:
            return SPEAKERS[name][1](file, Path(folder))
        except Exception as error:
            # Whatever a library raises for a bad row, that is its answer.
            return Heard(stopped=f"{type(error).__name__}: {_first_line(error)}".replace(f"{folder}/", ""))


def _first_line(error: BaseException) -> str:
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return " ".join(lines[:2])[:120]


def judged(heard: Heard) -> dict[str, str]:
    """How much of what stands in the file of faults was said, by what a clerk would need."""
    wanted = [(line, column, value) for line, cells in FAULTY.items() for column, value in cells.items()]
    lines = {line for line, *_ in wanted}
    told = {one.line for one in heard.said if one.line is not None}
    cells = {cell for cell in wanted if any(one.line == cell[0] and _names(one, cell[1]) for one in heard.said)}
    values = {cell for cell in wanted if cell[2] and any(one.line == cell[0] and cell[2] in (one.value or "") for one in heard.said)}
    of_three = [one for one in heard.said if one.line == 8] if told else []
    raw = {line for line in lines if any(",".join(_row(line)) == text.rstrip("\r\n") for text in heard.raw)}
    return {
        "file": "yes" if heard.file and heard.said else "no",
        "line": f"{len(told & lines)} of {len(lines)}",
        "column": f"{len(cells)} of {len(wanted)}",
        "value": f"{len(values)} of {sum(bool(value) for *_, value in wanted)}",
        "all three faults of line 8": f"{len(of_three)}" if told else "–",
        "raw row": f"{len(raw)} of {len(lines)}",
        "good rows loaded": f"{min(heard.loaded, len(GOOD_LINES))} of {len(GOOD_LINES)}",
        "bad rows loaded": f"{max(heard.loaded - len(GOOD_LINES), 0)} of {len(lines)}",
    }


def _names(one: Said, header: str) -> bool:
    """Whether a fault is said to be of this column, by its header or by our name for it."""
    return one.column is not None and one.column in (header, OUR_NAMES.get(header))


OUR_NAMES = dict(zip(HEADERS, peers.ENGLISH, strict=True))


def _row(line: int) -> list[str]:
    return [({"办件编号": f"YW{line}"} | FAULTY[line]).get(name, cell) for name, cell in zip(HEADERS, GOOD, strict=True)]


def shifted(heard: Heard) -> str:
    """What became of the line with a separator too many."""
    if heard.stopped:
        return f"the whole file refused ({heard.stopped})"
    where = "its line named" if any(one.line == SHIFTED_LINE for one in heard.said) else "not a word of it"
    return f"{heard.loaded} of 3 rows loaded, {where}"


def table() -> Iterator[str]:
    """What each says, in Markdown: of the faults, in its own words of the row with three, and of the separator."""
    heard = {name: hear(name) for name, (needs, _) in SPEAKERS.items() if find_spec(needs)}
    heads = list(judged(Heard()))
    yield f"| | {' | '.join(heads)} |"
    yield f"|---|{'---|' * len(heads)}"
    for name, one in heard.items():
        yield f"| {name} | {' | '.join(judged(one).values())} |"
    yield "\nOf line 8 (a time that is none, a limit that is no number, an outcome that is none) in their own words:\n"
    for name, one in heard.items():
        of_line = [said for said in one.said if said.line == 8] or [said for said in one.said if said.line is None]
        words = [" ".join(f"{said.column or ''} {said.value or ''} {said.rule or ''}".split())[:110] for said in of_line]
        words = [*dict.fromkeys(words)] + (["of one row or another"] if of_line and of_line[0].line is None else [])
        yield f"- {name}: {'; '.join(words) or one.stopped or 'nothing'}"
    yield "\nOf a separator too many in one of three lines:\n"
    for name in heard:
        yield f"- {name}: {shifted(hear(name, write_shifted))}"


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.badrows")
    parser.add_argument("--write", action="store_true", help="bring the table of docs/benchmarks.md up")
    chosen = parser.parse_args()
    lines = list(table())
    sys.stdout.write("\n".join(lines) + "\n")
    if chosen.write:
        from tests.benchmarks.charts import DOCS, put

        page = DOCS / "benchmarks.md"
        page.write_text(put(page.read_text("utf-8"), "badrows", lines), "utf-8")


if __name__ == "__main__":
    main()
