"""`python -m dashboard --host 127.0.0.1 --port 8501`; the data come from `HALL_HOME`. `hall serve` starts it so."""

import argparse
import os
import sys
from threading import Thread

from dashboard.access.identity import LOCAL_ONLY, VARIABLE
from dashboard.server import application, options, require_local
from etl.config import HallError, home_from, settings_from


def _end_with_starter() -> None:
    """`hall serve` killed at once cannot take its child down; a server left behind would hold the port."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)


def main() -> None:
    """Serves until it is stopped."""
    parser = argparse.ArgumentParser(prog="dashboard")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--access", choices=LOCAL_ONLY, default=None, help="without accounts, for this machine only")
    parser.add_argument("--tied", action="store_true", help="end when standard input closes: when who started it has ended")
    arguments = parser.parse_args()
    if arguments.tied:
        Thread(target=_end_with_starter, daemon=True).start()
    if arguments.access is not None:
        os.environ[VARIABLE] = arguments.access
    try:
        require_local(arguments.host)
        home = home_from(None)
        application(home).run(config=options(arguments.host, arguments.port, settings_from(home).names))
    except HallError as refusal:
        sys.stderr.write(f"{refusal.zh}\n{refusal.en}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        pass
    # Stopped, at the keyboard or by a signal. Nothing is left to write (snapshots are only read), and taking the interpreter
    # down in order would print pages of what the frozen modules still hold.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
