"""The command line."""

from __future__ import annotations

import sys

from migrate import registry, runner
from migrate.diff import patch
from migrate.settings import Settings


def main() -> None:
    """Thin slice."""
    flags = [one for one in sys.argv[1:] if one.startswith("-")]
    paths = [one for one in sys.argv[1:] if not one.startswith("-")]
    report = runner.run(Settings(registry.load()), paths)
    for result in report.changed:
        if "--dry-run" in flags:
            sys.stdout.buffer.write(patch(result))
        elif result.after is not None:
            with open(result.path, "wb") as file:
                file.write(result.after)
    for failure in report.failures:
        print(failure.path, failure.failure, file=sys.stderr)
    for finding in report.findings():
        print(f"{finding.path}:{finding.line}:{finding.column}: {finding.code} {finding.outcome.__class__.__name__} {finding.message}", file=sys.stderr)
