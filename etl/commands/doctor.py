"""`hall doctor`: is this installation sound?"""

from datetime import date

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table


def doctor(context: typer.Context, as_json: JsonOption = False) -> None:
    """检查安装与数据 / check the installation and its data."""
    from etl.doctor import examine

    findings = list(examine(home_of(context), date.today()))
    if as_json:
        print_json({"rows": [{"check": f.check, "ok": f.ok, "message": f.zh, "message_en": f.en} for f in findings]})
    else:
        print_table("检查", ["项目", "结果", "说明"], [[f.check, "正常" if f.ok else "注意", f.zh] for f in findings])
        for finding in findings:
            if not finding.ok:
                typer.echo(f"{finding.check}: {finding.en}", err=True)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add this module's commands to `hall`."""
    app.command("doctor")(doctor)
