"""`hall report`: the summary for leadership. The dashboard makes it, in a process of its own: nothing here imports it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table
from etl.config import CHECKOUT, HallError, Home

SCHEDULE = """\
# cron（每月 1 日 7:30 导出上月） / cron: the former month on the 1st at 7:30. One line; % is written \\% in a crontab
30 7 1 * *  HALL_HOME={home} {hall} report --month "$(date -d 'yesterday' +\\%Y-\\%m)" --format all --out {out}

# systemd: /etc/systemd/system/hall-report.service
[Unit]
Description=Monthly report of the service hall
[Service]
Type=oneshot
Environment=HALL_HOME={home}
ExecStart=/bin/sh -c '{hall} report --month "$(date -d yesterday +%%Y-%%m)" --format all --out {out}'

# systemd: /etc/systemd/system/hall-report.timer
[Unit]
Description=Monthly report of the service hall
[Timer]
OnCalendar=*-*-01 07:30
Persistent=true
[Install]
WantedBy=timers.target

# 发送到共享文件夹、邮件、企业微信或钉钉：在上面的命令后加 --deliver，并在 hall.toml 写：
# to a shared folder, by e-mail, WeCom or DingTalk: add --deliver to the command, and put into hall.toml:
#   [notify]
#   on = true
#   folder = "/srv/reports"
#   urls = ["mailtos://USER:PASSWORD@smtp.example.cn?to=LEADER@example.cn", "wecombot://KEY", "dingtalk://TOKEN"]
"""


def run(home: Home, command: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Has the dashboard's process do it. Raises HallError with what it refused, or when it failed."""
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.reports", command, json.dumps(wanted, ensure_ascii=False)],
        cwd=CHECKOUT,
        env={**os.environ, "HALL_HOME": str(home.root), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        check=False,
    )
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise HallError(
            f"生成报告的进程意外退出（代码 {done.returncode}）",
            f"the process that makes reports ended unexpectedly (code {done.returncode})",
        ) from None
    if "refused" in said:
        raise HallError(*said["refused"])
    return said


def _period(month: str | None, quarter: str | None, year: str | None, date_from: str | None, date_to: str | None) -> tuple[str, str]:
    given = [(kind, text) for kind, text in (("month", month), ("quarter", quarter), ("year", year)) if text is not None]
    if date_from is not None or date_to is not None:
        given.append(("custom", f"{date_from or ''}_{date_to or ''}"))
    if len(given) != 1:
        raise HallError(
            "请用 --month、--quarter、--year 或 --from 与 --to 之一指定期间",
            "name one period: --month, --quarter, --year, or --from with --to",
        )
    return given[0]


def report(
    context: typer.Context,
    month: Annotated[str | None, typer.Option(help="月，如 2018-10 / month")] = None,
    quarter: Annotated[str | None, typer.Option(help="季度，如 2018-Q4 / quarter")] = None,
    year: Annotated[str | None, typer.Option(help="年，如 2018 / year")] = None,
    date_from: Annotated[str | None, typer.Option("--from", help="开始日期 / first day")] = None,
    date_to: Annotated[str | None, typer.Option("--to", help="结束日期（含） / last day")] = None,
    formats: Annotated[list[str] | None, typer.Option("--format", help="xlsx、docx、pdf 或 all，可重复 / may be repeated")] = None,
    out: Annotated[Path, typer.Option(help="导出到的文件夹 / folder to write to")] = Path(),
    public: Annotated[bool, typer.Option("--public/--internal", help="公开版或内部版 / public or internal version")] = False,
    leaders: Annotated[
        bool, typer.Option("--leaders", help="领导版：不列单个办件和个人得分 / for leaders: no cases, no staff scores")
    ] = False,
    each_month: Annotated[bool, typer.Option("--each-month", help="与 --year 同用：十二个月各一份 / with --year: one a month")] = False,
    division: Annotated[str, typer.Option(help="只报某县、市、省 / of a county, city or province: 350902, 3509, 35", metavar="CODE")] = "",
    number: Annotated[str, typer.Option(help="文号 / number of the document")] = "",
    snapshot: Annotated[str, typer.Option(help="数据版本，默认当前版本 / snapshot; by default the current one")] = "",
    template: Annotated[Path | None, typer.Option(help="本单位的 Word 模板 / a Word template of your own")] = None,
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="Word 和 PDF 中是否放图 / pictures in Word and PDF")] = True,
    deliver: Annotated[bool, typer.Option("--deliver", help="按 hall.toml 的 [notify] 发送 / send as [notify] in hall.toml says")] = False,
    schedule: Annotated[bool, typer.Option("--schedule", help="打印定时任务示例 / print examples of timed jobs")] = False,
    as_json: JsonOption = False,
) -> None:
    """月报、季报、年报：Excel、Word、PDF / monthly, quarterly and annual report."""
    if context.invoked_subcommand is not None:
        return
    home = home_of(context)
    if schedule:
        typer.echo(SCHEDULE.format(home=home.root, hall=Path(sys.argv[0]).resolve(), out=home.root / "reports"))
        return
    kind, period = _period(month, quarter, year, date_from, date_to)
    if each_month and kind != "year":
        raise HallError("--each-month 要与 --year 同用", "--each-month goes with --year")
    if public and leaders:
        raise HallError("--public 与 --leaders 只能用一个", "use either --public or --leaders")
    wanted = {
        "kind": kind,
        "period": period,
        "formats": formats or ["all"],
        "audience": "public" if public else "leadership" if leaders else "internal",
        "number": number,
        "division": division,
        "snapshot": snapshot,
        "template": "" if template is None else str(template.resolve()),
        "charts": charts,
        "out": str(out.resolve()),
        "each_month": each_month,
        "deliver": deliver,
        "progress": sys.stderr.isatty(),
    }
    said = run(home, "make", wanted)
    for zh, en in said["warnings"]:
        sys.stderr.write(f"{zh}\n{en}\n")
    if as_json:
        print_json(said)
        return
    rows = [
        (file["period"], file["format"], file["file"], file["bytes"], "草稿 / draft" if file["draft"] else "") for file in said["files"]
    ]
    print_table("报告 / report", ("期间 / period", "格式 / format", "文件 / file", "字节 / bytes", ""), rows)


def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="导出的报告 / an exported report")],
    template: Annotated[Path | None, typer.Option(help="生成它的 Word 模板 / the Word template that it was made from")] = None,
    as_json: JsonOption = False,
) -> None:
    """核对报告中的数字与其数据版本是否一致 / whether a report's figures are those of its snapshot."""
    said = run(home_of(context), "verify", {"file": str(file.resolve()), "template": "" if template is None else str(template.resolve())})
    if as_json:
        print_json(said)
    else:
        typer.echo(
            f"数据版本 {said['snapshot']}，期间 {said['period']}；" + ("数字一致" if said["matches"] else "数字不一致：")
            + ("" if said["same_definitions"] else "（口径版本已变）")
        )  # fmt: skip
        typer.echo(
            f"snapshot {said['snapshot']}, period {said['period']}: " + ("figures match" if said["matches"] else "figures differ:")
            + ("" if said["same_definitions"] else " (the definitions have changed since)")
        )  # fmt: skip
        if export := said["export"]:
            typer.echo(f"第 {export['number']} 号导出 / export no. {export['number']}: {export['actor']}, {export['at']}")
        if said["differences"]:
            rows = [(one["place"], one["file"], one["snapshot"]) for one in said["differences"]]
            print_table("差异 / differences", ("位置 / place", "文件中 / in the file", "应为 / should be"), rows)
    if not said["matches"]:
        raise typer.Exit(1)


def listed(context: typer.Context, as_json: JsonOption = False) -> None:
    """导出过的报告 / reports exported so far."""
    said = run(home_of(context), "list", {})
    if as_json:
        print_json(said)
        return
    columns = (
        "号 / no.",
        "期间 / period",
        "版本 / version",
        "格式 / formats",
        "状态 / state",
        "数据版本 / snapshot",
        "何人 / who",
        "何时 / when",
    )
    rows = [
        (row["number"], row["period"], row["audience"], " ".join(row["formats"]), row["state"], row["snapshot"], row["actor"], row["at"])
        for row in said["rows"]
    ]
    print_table("导出记录 / exports", columns, rows)


def register(app: typer.Typer) -> None:
    """Add `hall report`, `hall report verify` and `hall report list`."""
    group = typer.Typer(help="月报、季报、年报：Excel、Word、PDF / monthly, quarterly and annual report")
    group.callback(invoke_without_command=True)(report)
    group.command("verify")(verify)
    group.command("list")(listed)
    app.add_typer(group, name="report")
