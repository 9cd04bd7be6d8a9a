"""What proves, before anything is written, that a report keeps the program: verifiers come through an entry point.

The engine knows no library, so it cannot run a program and look at what it builds; a verifier can.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from migrate import installed
from migrate.model import Report
from migrate.settings import Settings

__all__ = ["GROUP", "Proof", "Verifier", "VerifierError", "Without", "load"]

GROUP = "migrate.verifiers"

Without = Callable[[Iterable[str]], Report]
"""The report without the rewrites of some findings, by their ids, and without what requires them."""


class VerifierError(Exception):
    """There is no verifier, or it cannot be loaded; the message is one line."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What may be written, if anything may: all of a report, or what is left of it once the guilty findings are out."""

    report: Report
    holds: bool


Verifier = Callable[[Settings, Report, Without], Proof]
"""Runs the program that `Settings.verify` names, tells the user on standard error, and gives its proof."""


def load() -> Verifier:
    """The installed verifier. Raises `VerifierError`."""
    found = sorted(installed.points(GROUP))
    if not found:
        raise VerifierError("--verify needs a verifier, and none is installed")
    reference = found[0][1]
    module, _, attribute = reference.partition(":")
    try:
        verifier: Verifier = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise VerifierError(f"the verifier {reference} cannot be loaded: {error}") from error
    return verifier
