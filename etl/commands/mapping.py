"""`hall mapping`: which mappings there are, what the reader sees in a file, and a draft for a new system."""

from pathlib import Path
from typing import Annotated

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table

mapping = typer.Typer(help="映射 / mappings of source systems", no_args_is_help=True)


@mapping.command("list")
def listing(context: typer.Context, as_json: JsonOption = False) -> None:
    """列出映射 / the known mappings."""
    from etl.records.mapping import mappings

    found = mappings(home_of(context)).values()
    if as_json:
        print_json({"rows": [{"mapping": m.name, "record": m.record, "label": m.zh, "signature": list(m.signature)} for m in found]})
        return
    print_table("映射", ["名称", "记录", "说明", "识别列"], [[m.name, m.record, m.zh, "、".join(m.signature)] for m in found])


@mapping.command("init")
def init(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="新系统的导出文件 / export of the new system")],
    record: Annotated[str | None, typer.Option("--as", help="记录类型 / record type")] = None,
    out: Annotated[Path | None, typer.Option(help="写入文件 / file to write")] = None,
) -> None:
    """为新系统起草映射 / draft a mapping; what a person must decide is marked."""
    from etl.config import HallError
    from etl.ingest.draft import draft

    text = draft(home_of(context), file, record)
    if out is None:
        typer.echo(text, nl=False)
        return
    if out.exists():
        raise HallError(f"{out} 已存在，未覆盖", f"{out} exists; not overwritten")
    out.write_text(text, "utf-8")
    typer.echo(str(out))


@mapping.command("preview")
def preview(
    file: Annotated[Path, typer.Argument(help="文件 / file")],
    limit: Annotated[int, typer.Option(min=1, help="行数 / rows")] = 20,
    as_json: JsonOption = False,
) -> None:
    """看看读到了什么 / what the reader sees in a file, before any mapping."""
    from etl.ingest.draft import preview as look

    seen = look(file, None if as_json else limit)
    if as_json:
        print_json(
            {
                "tables": [
                    {
                        "file": one.file, "sheet": one.sheet, "encoding": one.encoding, "header_line": one.header_line,
                        "columns": one.columns,
                        "rows": [dict(zip(one.columns, row.cells, strict=True)) for row in one.rows],
                        "refused": [{"line": line, "rule": rule, "raw": raw} for line, rule, raw in one.refused],
                    }
                    for one in seen
                ]
            }
        )  # fmt: skip
        return
    for one in seen:
        title = f"{one.file} {one.sheet or ''} {one.encoding} 表头第 {one.header_line} 行，拒绝 {len(one.refused)} 行"
        print_table(title, ["行", *one.columns], [[row.line, *row.cells] for row in one.rows])


def register(app: typer.Typer) -> None:
    """Add this module's commands to `hall`."""
    app.add_typer(mapping, name="mapping")
