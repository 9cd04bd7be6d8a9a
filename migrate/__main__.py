"""`migrate` and `python -m migrate`: the command line. An interrupt while it is imported ends it as any other does."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command that the arguments of the process ask for, and exits with its code."""
    try:
        from migrate.cli import main as run  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.stderr.write("migrate: interrupted\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
