"""`hall serve`: the dashboard on this machine."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Annotated, Literal

import typer

from etl.access.people import people
from etl.commands.output import home_of
from etl.config import CHECKOUT, HallError, Home, settings_from
from etl.office import open_office
from etl.soundness import shown as version_shown
from etl.synthetic import MARK

LOCAL = "127.0.0.1"
LOOPBACK = (LOCAL, "::1", "localhost")
Access = Literal["demo", "open"]
# How memory is kept by glibc and by Arrow. What is large goes back to the system when it is freed: a sign-in takes 19 MiB for its hash,
# which each thread kept otherwise. Threads share what they keep of the small, and Arrow takes its memory from there too.
KEEPING: Mapping[str, str] = {"MALLOC_MMAP_THRESHOLD_": str(2**20), "MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}


def access_of(home: Home, host: str, is_open: bool = False) -> Access | None:
    """How people come in: None is by `hall.toml` (accounts, proxy, OIDC).

    A home of synthetic data with no accounts serves demo people; `--open` serves whoever sits at this machine. Neither leaves this
    machine. Raises HallError where there is nobody who could sign in.
    """
    if is_open:
        if host not in LOOPBACK:
            raise HallError(f"--open 只能在本机使用，不能监听 {host}", f"--open serves this machine only, not {host}")
        return "open"
    if settings_from(home).sign_in.mode == "accounts" and not people(open_office(home)):
        if is_synthetic(home):
            if host not in LOOPBACK:
                raise HallError(f"演示模式只能在本机使用，不能监听 {host}", f"demo mode serves this machine only, not {host}")
            return "demo"
        raise HallError(
            "还没有人员账号：先运行 hall user add 登录名 --role manager（只在本机自己用时可加 --open）",
            "there are no accounts yet: run hall user add NAME --role manager first (or --open for yourself on this machine)",
        )
    return None


def is_synthetic(home: Home) -> bool:
    """Whether what is published was made up by `hall demo`, all of it."""
    from etl.publish import open_snapshot

    found = version_shown(home)
    if found is None:
        return False
    with open_snapshot(found.path) as con:
        row = con.execute("select count(*), count(*) filter (where starts_with(file, ?)) from batch", [MARK]).fetchone()
    return row is not None and row[0] > 0 and row[0] == row[1]


def require_free(host: str, port: int) -> None:
    """Raises HallError when the address cannot be bound: taken by another program, or not this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise HallError(
            f"无法在 {host}:{port} 启动看板，端口已被占用或地址不可用；请用 --port 换一个端口",
            f"cannot serve on {host}:{port} ({error.strerror}); choose another with --port",
        ) from None


def environment(home: Home, given: Mapping[str, str]) -> dict[str, str]:
    """What the server is started with: what this command was given, and how memory is kept where nobody said otherwise."""
    kept = KEEPING if sys.platform == "linux" else {}
    return {**kept, **{name: value for name, value in given.items() if name != "HALL_ACCESS"}, "HALL_HOME": str(home.root)}


def run(home: Home, host: str = LOCAL, port: int = 8501, access: Access | None = None) -> None:
    """Serves the dashboard in a child process until Ctrl-C. Raises HallError when the port is taken or the child fails."""
    require_free(host, port)
    shown = "localhost" if host in (LOCAL, "::1") else host
    typer.echo(f"看板：http://{shown}:{port}    （Ctrl-C 结束）\ndashboard: http://{shown}:{port}    (Ctrl-C to stop)")
    # From the checkout, so that .streamlit/config.toml with the theme is found.
    child = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--host", host, "--port", str(port), "--tied", *(("--access", access) if access else ())],
        cwd=CHECKOUT,
        # Nothing is ever written there: it closes when this process ends, however it ends, and then the child ends too.
        stdin=subprocess.PIPE,
        env=environment(home, os.environ),
        # Only Streamlit's own greeting goes there, in English; errors go to the other stream.
        stdout=subprocess.DEVNULL,
    )
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = child.wait()
    except KeyboardInterrupt:
        code = 0
    finally:
        signal.signal(signal.SIGTERM, previous)
        _stop(child)
    if code:
        raise HallError(f"看板意外退出（代码 {code}）", f"the dashboard ended unexpectedly (code {code})")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Ends the child: gently, then after five seconds for good."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def register(app: typer.Typer) -> None:
    """Add `hall serve`."""

    @app.command()
    def serve(
        context: typer.Context,
        port: Annotated[
            int | None, typer.Option(min=1, max=65535, help="端口，默认取 hall.toml 的 port / port, by default from hall.toml")
        ] = None,
        host: Annotated[str, typer.Option(help="监听地址，默认只限本机 / address; by default this machine only")] = LOCAL,
        is_open: Annotated[
            bool, typer.Option("--open", help="不用登录，只限本机，每页都注明 / no sign-in, this machine only, said on every page")
        ] = False,
    ) -> None:
        """打开看板 / serve the dashboard."""
        home = home_of(context)
        access = access_of(home, host, is_open)
        run(home, host, port if port is not None else settings_from(home).port, access)
