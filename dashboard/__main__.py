"""`python -m dashboard --host 127.0.0.1 --port 8501`; the data come from `HALL_HOME`. `hall serve` starts it so."""

import argparse
import os
import sys

from dashboard.server import application, options


def main() -> None:
    """Serves until it is stopped."""
    parser = argparse.ArgumentParser(prog="dashboard")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8501)
    arguments = parser.parse_args()
    try:
        application().run(config=options(arguments.host, arguments.port))
    except KeyboardInterrupt:
        # Stopped at the keyboard. Nothing is left to write (snapshots are only read), and taking the interpreter down in
        # order would print pages of what the frozen modules still hold.
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
