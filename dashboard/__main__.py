"""`python -m dashboard --host 127.0.0.1 --port 8501`; the data come from `HALL_HOME`. `hall serve` starts it so."""

import argparse
import os
import sys

from dashboard.access.identity import LOCAL_ONLY, VARIABLE
from dashboard.server import application, options, require_local
from etl.config import HallError


def main() -> None:
    """Serves until it is stopped."""
    parser = argparse.ArgumentParser(prog="dashboard")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--access", choices=LOCAL_ONLY, default=None, help="without accounts, for this machine only")
    arguments = parser.parse_args()
    if arguments.access is not None:
        os.environ[VARIABLE] = arguments.access
    try:
        require_local(arguments.host)
        application().run(config=options(arguments.host, arguments.port))
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
