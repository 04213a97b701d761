"""docs/access.md from the rules: `python -m tools.access`; with `--check` it writes nothing and ends with 1 when the page is stale."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from dashboard.language import language
from dashboard.navigation import ENTRIES
from etl.access.principal import ROLES, Role
from etl.access.rules import COUNTY_ACTIONS, EXPORTS, Action, access_rules
from etl.indicators import definitions
from etl.indicators.dimensions import MARTS

FILE = Path(__file__).parents[1] / "docs" / "access.md"
YES, NO = "yes", "–"
WORDS = {"hall": "the hall", "window": "own window", "own": "own rows", "none": NO}


def figure(role: Role, indicator: str) -> str:
    """What a role gets of an indicator: the hall's figure, its own window's, the same as everybody, or nothing."""
    marts = definitions()[indicator].marts
    if all(access_rules().is_public(mart) for mart in marts):
        return "public"
    counts = access_rules().roles[role].counts
    if counts == "window" and not any("window" in MARTS[mart] for mart in marts):
        return NO
    return WORDS[counts]


def _table(first: str, rows: Iterable[tuple[str, Callable[[Role], str]]]) -> list[str]:
    lines = [f"| {first} | {' | '.join(access_rules().roles[role].en for role in ROLES)} |", "|---|" + "---|" * len(ROLES)]
    return [*lines, *(f"| {name} | {' | '.join(cell(role) for role in ROLES)} |" for name, cell in rows)]


def page() -> str:
    """The whole document."""
    rules, english = access_rules(), language("en")
    actions: tuple[Action, ...] = tuple(sorted({action for rule in rules.roles.values() for action in rule.actions}))
    lines = [
        "# Who sees what",
        "",
        "Made from `data/rules/access.toml` by `python -m tools.access`; `tests/access/test_matrix.py` tries every cell. "
        "What no rule names is denied: a page without a rule is for "
        + ", ".join(rules.roles[role].en.lower() for role in rules.default.pages)
        + " only, and so is a table of the snapshot that cannot be narrowed.",
        "",
        "Narrowing is done under the pages: each person's questions run on a connection over which views with the tables' own names are "
        "laid (`dashboard/access/narrowing.py`). "
        "A window head without a window or department, and staff without a staff number, get nothing.",
        "",
        "An account may be bound to a county, a city or a province (`hall user add … --division 350902`): all of the above then holds "
        "within it, and of another division there is nothing, whatever the address says. Where counties are put together (`hall gather`), "
        "cases, events and persons are shown of one county at a time, and not at all where they were left with the counties; nobody acts "
        "upon them there ("
        + ", ".join(sorted(COUNTY_ACTIONS))
        + "). A window head or staff need a county of their own to see anything there, and the administrator's and auditor's pages are not "
        "for a bound account.",
        "",
        "## Rows",
        "",
        *_table(
            "what",
            [
                ("figures (`mart_*`)", lambda role: WORDS[rules.roles[role].counts]),
                ("cases, events, persons", lambda role: WORDS[rules.roles[role].records]),
            ],
        ),
        "",
        "## Pages",
        "",
        *_table(
            "page",
            [
                (f"{entry.title(english)} (`{entry.name}`)", lambda role, name=entry.name: YES if rules.may_open(role, name) else NO)  # type: ignore[misc]
                for entry in ENTRIES
            ],
        ),
        "",
        "## Exports",
        "",
        "`work`: as on the screen. `leadership`: names of applicants of fixed width. `public`: no names, no numbers of persons or cases; "
        "counts of 1 to 4 hidden, with the next smallest where one alone would be given away by the total.",
        "",
        "Reports: the internal version is `work` of the whole hall, the leaders' is `leadership`, the public one is `public` (reports.md).",
        "",
        *_table("kind", [(kind, lambda role, kind=kind: YES if rules.may_export(role, kind) else NO) for kind in EXPORTS]),  # type: ignore[misc]
        "",
        "## Actions",
        "",
        *_table("action", [(action, lambda role, action=action: YES if rules.may(role, action) else NO) for action in actions]),  # type: ignore[misc]
        "",
        "## Indicators",
        "",
        "`public`: the same for everybody who has a page that shows it.",
        "",
        *_table("indicator", [(f"`{name}`", lambda role, name=name: figure(role, name)) for name in sorted(definitions())]),  # type: ignore[misc]
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Writes the page, or checks it."""
    parser = argparse.ArgumentParser(prog="access")
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        sys.exit(0 if FILE.read_text("utf-8") == page() else "docs/access.md is stale: python -m tools.access")
    FILE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
