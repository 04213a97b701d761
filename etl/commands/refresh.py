"""`hall refresh`: what lies in the inbox, all the way to the dashboard."""

import sys
from typing import Annotated

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table


def refresh(
    context: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", help="持续值守 / keep watching the inbox")] = False,
    every: Annotated[float, typer.Option(min=1, help="值守间隔（秒） / seconds between passes")] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """收件箱 → 载入 → 计算 → 发布 / inbox, load, build, publish."""
    from etl.refresh import Refreshed
    from etl.refresh import refresh as once
    from etl.refresh import watch as keep

    def tell(done: Refreshed) -> None:
        for refusal in done.refusals:
            sys.stderr.write(f"{refusal.zh}\n{refusal.en}\n")
        snapshot = done.manifest.id if done.manifest else None
        if as_json:
            print_json({"batches": [result.as_json() for result in done.results], "snapshot": snapshot})
        elif done.results:
            rows = [
                [result.file, result.record, result.read, result.inserted, result.updated, result.quarantined] for result in done.results
            ]
            print_table(f"已发布 / published {snapshot}", ["文件", "记录", "读入", "新增", "更新", "隔离"], rows)
        elif snapshot is not None:
            typer.echo(f"已补发布先前载入的数据 {snapshot} / published what had been loaded before: {snapshot}")
        elif not watch and not done.left:
            typer.echo("收件箱中没有新文件 / nothing new in the inbox")
        if not watch:
            for path in done.left:
                sys.stderr.write(
                    f"{path.name}：还在写入，留待下次载入；写完后请再运行 hall refresh\n"
                    f"{path.name} is still being written and is left for the next time: run hall refresh again\n"
                )

    if not watch:
        done = once(home_of(context))
        tell(done)
        if done.refusals:
            raise typer.Exit(1)
        return
    typer.echo(f"值守 {home_of(context).inbox}，按 Ctrl-C 结束 / watching; Ctrl-C ends it", err=True)
    try:
        for _ in keep(home_of(context), every, tell):
            sys.stdout.flush()
    except KeyboardInterrupt:
        typer.echo("已结束 / ended", err=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands to `hall`."""
    app.command("refresh")(refresh)
