"""`hall rules check FILE`: whether a rules file is right, before it is put in force."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.commands.output import JsonOption, print_json

rules = typer.Typer(help="规则文件 / rules files", no_args_is_help=True)


@rules.callback()
def group() -> None:
    """Keeps `check` a command of its own."""


@rules.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="规则文件，如 assessment-hall.toml / a rules file")], as_json: JsonOption = False
) -> None:
    """核对规则文件，有误则指出行号和原因 / check a rules file; a wrong one is refused with line and reason."""
    from etl.config import HallError

    if not file.is_file():
        raise HallError(f"没有文件 {file}", f"no file {file}")
    kind = next((kind for kind in _readers() if fnmatchcase(file.name, f"{kind}*.toml")), None)
    if kind is None:
        known = "、".join(f"{one}*.toml" for one in _readers())
        raise HallError(f"{file.name} 不是规则文件的名称；可用：{known}", f"{file.name} is no name of a rules file; known: {known}")
    found = _readers()[kind](file)
    names = ("id", "version", "valid_from", "valid_to")
    shown = {"file": file.name, "kind": kind.rstrip("-"), **{name: getattr(found, name, None) for name in names}}
    if as_json:
        print_json(shown)
        return
    told = "、".join(f"{name} {value}" for name, value in shown.items() if value is not None)
    typer.echo(f"正确：{told}\nright")


def _readers() -> Mapping[str, Callable[[Path], Any]]:
    """How each kind of rules file is read, by the beginning of its name."""
    from etl import answerrules, officehours, timerules
    from etl.access.rules import read_rules
    from etl.assess.reading import read_scheme
    from etl.supervision.rules import read_rule_set

    return {
        "assessment-": read_scheme,
        "supervision-": read_rule_set,
        "timelimits-": timerules.read_rule,
        "answerlimits-": answerrules.read_rule,
        "officehours-": officehours.read_timetable,
        "access": read_rules,
    }


def register(app: typer.Typer) -> None:
    """Add `hall rules`."""
    app.add_typer(rules, name="rules")
