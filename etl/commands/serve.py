"""`hall serve`: the dashboard on this machine."""

import os
import signal
import socket
import subprocess
import sys
from typing import Annotated

import typer

from etl.commands.output import home_of
from etl.config import CHECKOUT, HallError, Home, settings_from

LOCAL = "127.0.0.1"


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


def run(home: Home, host: str = LOCAL, port: int = 8501) -> None:
    """Serves the dashboard in a child process until Ctrl-C. Raises HallError when the port is taken or the child fails."""
    require_free(host, port)
    shown = "localhost" if host in (LOCAL, "::1") else host
    typer.echo(f"看板：http://{shown}:{port}    （Ctrl-C 结束）\ndashboard: http://{shown}:{port}    (Ctrl-C to stop)")
    # From the checkout, so that .streamlit/config.toml with the theme is found.
    child = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--host", host, "--port", str(port)],
        cwd=CHECKOUT,
        env={**os.environ, "HALL_HOME": str(home.root)},
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
    ) -> None:
        """打开看板 / serve the dashboard."""
        home = home_of(context)
        run(home, host, port if port is not None else settings_from(home).port)
