"""`hall freeze MONTH`: publishes a month of the assessment for good; without a month, those that are published."""

from typing import Annotated, Any

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table


def freeze(
    context: typer.Context,
    month: Annotated[
        str | None, typer.Argument(metavar="MONTH", help="月份，如 2018-10；不写则列出已冻结的 / month; without it the list")
    ] = None,
    actor: Annotated[str, typer.Option(help="经办人 / who acts")] = "local",
    as_json: JsonOption = False,
) -> None:
    """冻结并公布一个月的考核结果，依次进行，不可撤回 / publish a month's assessment: in order, and for good."""
    from datetime import datetime

    from etl.assessing import freeze_months
    from etl.config import HallError
    from etl.office import open_office
    from etl.office.freezing import altered_months, frozen, frozen_months
    from etl.publish import current, open_snapshot
    from etl.soundness import require_sound

    home = home_of(context)
    office = open_office(home)
    if month is not None:
        path = current(home)
        if path is None:
            raise HallError("还没有发布数据：请先运行 hall publish", "nothing is published yet: run hall publish first")
        with open_snapshot(require_sound(path)) as con:
            freeze_months(con, home, office, [month], path.stem, actor, datetime.now())
    listed = [month] if month is not None else frozen_months(office)
    rows: list[dict[str, Any]] = [
        {
            "month": one.month, "at": one.at, "actor": one.actor, "snapshot": one.snapshot_id, "scheme": one.scheme_id,
            "scheme_version": one.scheme_version, "sha256": one.sha256,
        }
        for name in listed if (one := frozen(office, name)) is not None
    ]  # fmt: skip
    altered = altered_months(office)
    if as_json:
        print_json({"rows": rows, "altered": altered})
        return
    columns = ("month", "at", "actor", "snapshot", "scheme_version")
    print_table("已冻结的月份 / frozen months", columns, [[row[name] for name in columns] for row in rows])
    if altered:
        typer.echo(f"以下月份的结果与操作记录不符：{'、'.join(altered)} / do not agree with the audit trail: {', '.join(altered)}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("freeze")(freeze)
