"""`hall score SUBJECT`: a score of the assessment with every point it is made of."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table

if TYPE_CHECKING:
    from etl.assess.engine import Assessment
    from etl.assess.results import Score, SubjectKind

KINDS = {"person": "人员", "chief": "首席代表", "window": "窗口", "department": "部门"}


def score(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="工号、姓名、窗口或部门 / staff number, name, window or department")],
    month: Annotated[str | None, typer.Option(help="月 / month, 2018-10")] = None,
    quarter: Annotated[str | None, typer.Option(help="季 / quarter, 2018Q3")] = None,
    year: Annotated[str | None, typer.Option(help="年 / year, 2018")] = None,
    kind: Annotated[str | None, typer.Option(help="person、chief、window、department，名称有歧义时用 / where a name is of several")] = None,
    from_warehouse: Annotated[bool, typer.Option("--warehouse", help="读数据仓库而不是已发布的版本 / read the warehouse")] = False,
    as_json: JsonOption = False,
) -> None:
    """考核得分及其每一分的来历 / a score and where each of its points comes from."""
    from etl.assessing import assessment
    from etl.office import existing_office
    from etl.reading import open_county

    period = _period(month, quarter, year)
    home = home_of(context)
    with open_county(home, from_warehouse) as con:
        made = assessment(con, home, existing_office(home))
    found = _found(made, subject, period, kind)
    shown = document(made, found)
    if as_json:
        print_json(shown)
        return
    _print(found, shown)


def _period(month: str | None, quarter: str | None, year: str | None) -> str:
    from etl.config import HallError

    given = [one for one in (month, quarter, year) if one is not None]
    if len(given) != 1:
        raise HallError("请用 --month、--quarter、--year 之一指定期间", "give one of --month, --quarter and --year")
    patterns = ((month, r"\d{4}-(0[1-9]|1[0-2])", "2018-10"), (quarter, r"\d{4}Q[1-4]", "2018Q3"), (year, r"\d{4}", "2018"))
    for value, pattern, example in patterns:
        if value is not None and not re.fullmatch(pattern, value, re.ASCII):
            raise HallError(f"期间“{value}”应写成 {example} 的样子", f"{value!r} is no period; write it like {example}")
    return given[0]


def _found(made: "Assessment", subject: str, period: str, kind: str | None) -> "Score":
    """The score meant: staff by number or name (a chief as chief), a window, a department. Raises HallError for none or several."""
    from etl.config import HallError
    from etl.indicators.definition import unknown_name

    if kind is not None and kind not in KINDS:
        raise unknown_name("考核对象", "kind of subject", kind, KINDS)
    scores = made.scores(period)
    if not scores:
        raise HallError(f"{period} 没有考核数据", f"there is no assessment data of {period}")
    wanted: tuple[SubjectKind, ...] = ("chief", "person", "window", "department") if kind is None else (kind,)  # type: ignore[assignment]
    named = [one for one in scores if one.subject_kind in wanted and subject in (one.subject, one.name)]
    # Who was chief is told the score with what he carries.
    chiefs = {one.subject for one in named if one.subject_kind == "chief"}
    named = [one for one in named if kind is not None or one.subject_kind != "person" or one.subject not in chiefs]
    if not named:
        known = [name for one in scores if one.subject_kind in wanted for name in dict.fromkeys((one.subject, one.name))]
        raise unknown_name(f"{period} 的考核对象", f"subject of assessment in {period}", subject, known)
    if len(named) > 1:
        listed = [f"{one.subject}（{KINDS[one.subject_kind]}）" for one in named]
        raise HallError(
            f"“{subject}”不止一个：{'、'.join(listed)}；请用工号或 --kind",
            f"{subject!r} is several: {', '.join(f'{one.subject} ({one.subject_kind})' for one in named)}; use the staff number or --kind",
        )
    return named[0]


def document(made: "Assessment", found: "Score") -> dict[str, Any]:
    """The documented JSON form; decimals as text."""
    # A month published under a version that is in force no more has its grade called as the same grade is called now.
    listed = sorted(made.schemes.schemes, key=lambda one: one.version != found.scheme_version)
    grade = next((grade for scheme in listed for grade in scheme.grade if grade.id == found.grade), None)
    ranked = "person" if found.subject_kind == "chief" else found.subject_kind
    places = [
        {"group": ranking.group, "place": place.place, "is_shared": place.is_shared, "of": place.of}
        for ranking in made.rankings(ranked, found.period)
        for place in ranking.places
        if place.subject == found.subject and place.total == found.total
    ]
    return {
        "subject": found.subject, "name": found.name, "kind": found.subject_kind, "window": found.window, "department": found.department,
        "period": found.period, "scheme": found.scheme_id, "scheme_version": found.scheme_version,
        "is_frozen": found.period in made.frozen, "base": text(found.base), "total": text(found.total), "grade": found.grade,
        "grade_zh": grade.zh if grade else "", "grade_en": grade.en if grade else "",
        "grade_note": None if found.grade_note is None else list(found.grade_note), "is_ranked": found.is_ranked,
        "why_not": None if found.why_not is None else list(found.why_not), "place": places[0] if places else None,
        "coverage": text(found.coverage), "full_months": found.months, "cases": found.workload,
        "vetoes": [
            {"rule": one.rule, "event_id": one.event_id, "day": one.day, "grade_ceiling": one.grade_ceiling, "awards_lost": one.awards_lost}
            for one in found.vetoes
        ],
        "sum": sum_of(found), "lines": [_line(line) for line in found.lines],
    }  # fmt: skip


def _line(line: Any) -> dict[str, Any]:
    names = (
        "rule", "dimension", "kind", "points", "quantity", "event_id", "evidence_type", "evidence_no", "version", "day", "case_no",
        "staff_no", "window", "of_month", "is_automatic", "note", "note_en",
    )  # fmt: skip
    shown = {name: getattr(line, name) for name in names}
    return {**shown, "points": text(line.points), "quantity": None if line.quantity is None else text(line.quantity)}


def text(value: Any) -> str:
    return format(value, "f")


def sum_of(found: "Score") -> str:
    """The sum as it is written out: 100 - 2 + 1 = 99."""
    parts = [f"{'-' if line.points < 0 else '+'} {text(abs(line.points))}" for line in found.lines if line.points]
    return " ".join([text(found.base), *parts, "=", text(found.total)])


def _print(found: "Score", shown: Mapping[str, Any]) -> None:
    from etl.assess.kinds import label
    from etl.assess.results import STEPS

    rows = [
        (
            line.rule, STEPS[line.kind][0] if line.kind in STEPS else label(line.kind), text(line.points),
            "" if line.quantity is None else text(line.quantity), line.day or line.of_month,
            f"{line.evidence_type} {line.evidence_no}".strip(), line.note,
        )
        for line in found.lines
    ]  # fmt: skip
    title = f"{found.name}（{KINDS[found.subject_kind]}）{found.period}：{text(found.total)} {shown['grade_zh']}"
    if shown["is_frozen"]:
        title += "（已公布 / published）"
    columns = ("规则 / rule", "项目 / what", "分 / points", "数量 / quantity", "日期 / day", "证据 / evidence", "说明 / note")
    print_table(title, columns, rows)
    typer.echo(shown["sum"])
    place = shown["place"]
    if place is not None:
        typer.echo(f"名次 / place: {place['place']} / {place['of']} {place['group']}")
    for note in (found.why_not, found.grade_note):
        if note is not None:
            typer.echo(f"{note[0]} / {note[1]}")


def register(app: typer.Typer) -> None:
    """Add `hall score`."""
    app.command("score")(score)
