"""`hall user`: who may sign in at the dashboard."""

import getpass
import sys
from datetime import datetime
from typing import Annotated

import typer

from etl.access import Principal, access_rules, people
from etl.access.passwords import first_password
from etl.access.principal import ROLES, role_named
from etl.access.sessions import end_all
from etl.commands.output import JsonOption, home_of, print_json, print_table
from etl.config import HallError
from etl.office import open_office

Name = Annotated[str, typer.Argument(metavar="NAME", help="登录名 / sign-in name")]
FromStandardInput = Annotated[
    bool, typer.Option("--password-stdin", help="从标准输入读一行作为密码 / read the password as a line of standard input")
]
app = typer.Typer(name="user", help="登录人员 / people who may sign in", no_args_is_help=True)


def _by() -> str:
    return f"command line ({getpass.getuser()})"


def _password(from_stdin: bool) -> tuple[str, bool]:
    """The password given on standard input, else a made-up one, which is shown once."""
    return (sys.stdin.readline().rstrip("\n"), False) if from_stdin else (first_password(), True)


@app.command("add")
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option(help="角色 / role: " + " ".join(ROLES))],
    shown: Annotated[str, typer.Option("--name", help="页面上显示的姓名 / name shown on pages")] = "",
    department: Annotated[str | None, typer.Option(help="所属部门 / department")] = None,
    window: Annotated[str | None, typer.Option(help="所属窗口 / window")] = None,
    staff_no: Annotated[str | None, typer.Option(help="工号 / staff number")] = None,
    division: Annotated[
        str | None, typer.Option(help="所属县、市、省，默认不限 / county, city or province: 350902, 3509; by default all", metavar="CODE")
    ] = None,
    external: Annotated[
        bool, typer.Option("--external", help="只经代理或统一身份登录，没有密码 / signs in through proxy or OIDC only, no password")
    ] = False,
    from_stdin: FromStandardInput = False,
) -> None:
    """新增人员；首次登录须改密码 / a new person; the first password must be changed."""
    found = role_named(role)
    if found is None:
        raise HallError(f"没有角色 {role}；可用：{'、'.join(ROLES)}", f"no role {role}; known: {', '.join(ROLES)}")
    password, is_made = ("", False) if external else _password(from_stdin)
    who = Principal(name, found, department, window, staff_no, shown, division)
    people.add(open_office(home_of(context)), who, None if external else password, _by(), datetime.now())
    typer.echo(f"已新增 {name}（{access_rules().roles[found].zh}） / added {name} ({access_rules().roles[found].en})")
    if is_made:
        typer.echo(f"首次密码，只显示这一次 / first password, shown only now: {password}")


@app.command("passwd")
def passwd(context: typer.Context, name: Name, from_stdin: FromStandardInput = False) -> None:
    """重设密码，下次登录须改 / a new password, to be changed at the next sign-in."""
    password, is_made = _password(from_stdin)
    people.set_password(open_office(home_of(context)), name, password, _by(), datetime.now(), must_change=True)
    typer.echo(f"已重设 {name} 的密码，其登录全部结束 / new password for {name}; all sessions ended")
    if is_made:
        typer.echo(f"新密码，只显示这一次 / new password, shown only now: {password}")


@app.command("disable")
def disable(context: typer.Context, name: Name) -> None:
    """停用，其登录立即结束 / let somebody in no longer; open pages end at once."""
    people.set_disabled(open_office(home_of(context)), name, True, _by(), datetime.now())
    typer.echo(f"已停用 {name} / disabled {name}")


@app.command("enable")
def enable(context: typer.Context, name: Name) -> None:
    """重新启用 / let somebody in again."""
    people.set_disabled(open_office(home_of(context)), name, False, _by(), datetime.now())
    typer.echo(f"已启用 {name} / enabled {name}")


@app.command("sign-out")
def sign_out(context: typer.Context, name: Name) -> None:
    """结束其全部登录 / end all sessions of a person."""
    ended = end_all(open_office(home_of(context)), name, _by(), datetime.now())
    typer.echo(f"已结束 {ended} 个登录 / {ended} sessions ended")


@app.command("list")
def listed(context: typer.Context, as_json: JsonOption = False) -> None:
    """全部人员 / everybody."""
    found = people.people(open_office(home_of(context)))
    if as_json:
        keys = ("name", "role", "shown", "department", "window", "staff_no", "is_disabled", "must_change", "division")
        print_json({"rows": [{key: getattr(one, key) for key in keys} for one in found]})
        return
    rows = [
        (
            one.name,
            one.shown,
            access_rules().roles[one.role].zh,
            one.department,
            one.window,
            one.staff_no,
            one.division,
            "停用" if one.is_disabled else "",
        )
        for one in found
    ]
    print_table("人员 / people", ("登录名", "姓名", "角色", "部门", "窗口", "工号", "区划", "状态"), rows)


def register(parent: typer.Typer) -> None:
    """Add `hall user`."""
    parent.add_typer(app)
