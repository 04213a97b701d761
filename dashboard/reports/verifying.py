"""Says whether a report's figures are those of its snapshot: makes the same report again and compares what a reader sees."""

import hashlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from dashboard.reports import docx, exports, pdf, template, xlsx
from dashboard.reports.asking import snapshot_of
from dashboard.reports.assessed import published
from dashboard.reports.content import Choice, Report, compose, definitions_version
from dashboard.reports.mark import Mark
from dashboard.reports.reading import Seen, read, read_file
from dashboard.reports.scoping import opened
from etl.config import HallError, Home, settings_from

MOST = 50


@dataclass(frozen=True)
class Difference:
    """One place where the file says something else than the snapshot."""

    place: str
    in_file: str
    in_snapshot: str


@dataclass(frozen=True)
class Verified:
    """What came of it. `is_own` when no difference was found; `export` is the export with the very same bytes."""

    mark: Mark
    kind: str
    differences: tuple[Difference, ...]
    has_same_definitions: bool
    export: exports.Job | None

    @property
    def matches(self) -> bool:
        return not self.differences


def verify(home: Home, path: Path, named: str = "") -> Verified:
    """Compares a file with its snapshot; one made from a unit's own template needs that template, `named` or the office's.

    Raises HallError when it is no report, or when its snapshot or its template is gone.
    """
    seen = read_file(path)
    report = _again(home, seen.mark)
    expected = read(_written(report, seen.kind, _template(home, seen.mark, named)))
    compare = {"xlsx": _by_place, "docx": _in_order, "pdf": _in_order}[seen.kind]
    differences = compare(seen, expected)
    export = exports.known_file(home, hashlib.sha256(path.read_bytes()).hexdigest())
    return Verified(seen.mark, seen.kind, tuple(differences[:MOST]), seen.mark.definitions_version == definitions_version(), export)


def _again(home: Home, mark: Mark) -> Report:
    path, published_at = snapshot_of(home, mark.snapshot_id)
    with opened(path, mark.division, mark.audience) as (con, scope):
        choice = Choice(mark.period, mark.audience, mark.number, mark.is_draft, mark.boundaries, mark.division, scope)
        assessed = None if mark.is_draft else published(home, con, mark.period)
        return compose(con, path.stem, published_at, choice, settings_from(home), assessed)


def _template(home: Home, mark: Mark, named: str) -> Path | None:
    if not mark.template:
        return None
    path = template.chosen(home, named)
    if path is None or template.hash_of(path) != mark.template:
        raise HallError(
            "这份 Word 报告由另一个模板生成，请用 --template 指定该模板",
            "this Word report was made from another template; name that one with --template",
        )
    return path


def _written(report: Report, kind: str, own: Path | None) -> bytes:
    if kind == "xlsx":
        return xlsx.write(report)
    if own is not None:
        return template.write(own, report, {})
    return docx.write(report, {}) if kind == "docx" else pdf.write(report, {}, says_missing=False)


def _by_place(seen: Seen, expected: Seen) -> list[Difference]:
    """Cell by cell."""
    here, there = dict(seen.places), dict(expected.places)
    return [Difference(place, here.get(place, ""), there.get(place, "")) for place in here | there if here.get(place) != there.get(place)]


def _in_order(seen: Seen, expected: Seen) -> list[Difference]:
    """Line by line in their order. Lines that only the file has are its pictures'; what the snapshot has must be there."""
    here, there = [text for _, text in seen.places], [text for _, text in expected.places]
    found: list[Difference] = []
    for operation, first, last, begin, end in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        if operation in ("replace", "insert"):
            for offset in range(begin, end):
                at = min(first + offset - begin, len(here) - 1)
                found.append(Difference(seen.places[at][0], here[at] if operation == "replace" and at < last else "", there[offset]))
    return found
