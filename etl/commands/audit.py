"""`hall audit`: the trail of who did what, and whether it was tampered with."""

from dataclasses import asdict
from typing import Annotated

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table
from etl.config import HallError
from etl.office import entries, open_office, verify

app = typer.Typer(name="audit", help="操作记录 / the audit trail", no_args_is_help=True)


@app.command("list")
def listed(
    context: typer.Context,
    action: Annotated[str | None, typer.Option(help="动作或其开头，如 session. / action or its beginning")] = None,
    subject: Annotated[str | None, typer.Option(help="对象 / subject")] = None,
    limit: Annotated[int, typer.Option(min=1, help="最多几条 / at most so many")] = 100,
    as_json: JsonOption = False,
) -> None:
    """最近的操作 / the newest entries first."""
    found = entries(open_office(home_of(context)), limit, action, subject)
    if as_json:
        print_json({"rows": [asdict(entry) for entry in found]})
        return
    rows = [(entry.number, entry.at, entry.actor, entry.action, entry.subject, entry.detail) for entry in found]
    print_table("操作记录 / audit trail", ("序号", "时间", "谁", "动作", "对象", "详情"), rows)


@app.command("verify")
def verified(context: typer.Context, as_json: JsonOption = False) -> None:
    """核对整条链；末尾的摘要请另存一处 / follow the chain; keep the last hash elsewhere."""
    office = open_office(home_of(context))
    broken = verify(office)
    if broken is not None:
        raise HallError(
            f"操作记录第 {broken} 条起与前文不符，可能被改动", f"from entry {broken} on the trail does not follow: it may have been changed"
        )
    last = next(iter(entries(office, 1)), None)
    number, digest = (last.number, last.hash) if last else (0, "")
    if as_json:
        print_json({"entries": number, "last_hash": digest})
        return
    typer.echo(f"{number} 条记录首尾相连 / {number} entries hold\n{digest}")


def register(parent: typer.Typer) -> None:
    """Add `hall audit`."""
    parent.add_typer(app)
