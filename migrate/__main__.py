"""`migrate` and `python -m migrate`: the command line. An interrupt ends it once, from its imports to its very end."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command that the arguments of the process ask for, and exits with its code."""
    try:
        from migrate.interrupts import heeded  # noqa: PLC0415

        with heeded(for_good=True):
            from migrate.cli import main as run  # noqa: PLC0415

            run()
    except KeyboardInterrupt:
        sys.stderr.write("migrate: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
