"""Entry points to an ordered registry of codemods, their analyses, options and rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from migrate import installed
from migrate.codemod import Analysis, Codemod
from migrate.findings import rules
from migrate.model import Rule

__all__ = ["GROUP", "Registered", "Registry", "RegistryError", "load"]

GROUP = "migrate.codemods"


class RegistryError(Exception):
    """A codemod that cannot be loaded, or two that claim one name or one code."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A codemod and the reference, `module:attribute`, under which another process finds it."""

    reference: str
    codemod: Codemod


@dataclass(frozen=True)
class Registry:
    """The codemods that a run knows, in the order in which they run."""

    entries: tuple[Registered, ...]

    @property
    def codemods(self) -> tuple[Codemod, ...]:
        """The codemods in order."""
        return tuple(one.codemod for one in self.entries)

    @property
    def references(self) -> tuple[str, ...]:
        """What another process needs to load the same registry."""
        return tuple(one.reference for one in self.entries)

    @cached_property
    def analyses(self) -> tuple[Analysis, ...]:
        """The distinct analyses behind the codemods, in order."""
        return tuple({one.analysis.name: one.analysis for one in self.codemods}.values())

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule by its code, those of the engine last."""
        own = (rule for one in self.codemods for rule in one.rules)
        return {rule.code: rule for rule in (*own, *rules.RULES)}

    @cached_property
    def options(self) -> Mapping[str, tuple[str, ...]]:
        """The options that codemods declare, each with its values, the default first."""
        return {name: values for one in self.codemods for name, values in one.options.items()}

    def about(self, option: str) -> str:
        """What one of these options decides, with its values."""
        text = next(
            (one.about[option] for one in self.codemods if option in one.about), "For the codemods that know it."
        )
        default, *others = self.options[option]
        return f"{text} One of: {', '.join((default, *others))}."


def load() -> Registry:
    """The registry of all installed codemods. Raises `RegistryError`."""
    return of(sorted((reference for _, reference in installed.points(GROUP)), key=_order))


def of(references: Iterable[str]) -> Registry:
    """The registry of the codemods at `references`, each `module:attribute`. Raises `RegistryError`."""
    entries = tuple(Registered(one, _resolve(one)) for one in references)
    _check(entries)
    return Registry(entries)


def _order(reference: str) -> tuple[bool, str]:
    return not reference.startswith("codemods."), reference  # the built-in ones first, whoever else is installed


def _resolve(reference: str) -> Codemod:
    import importlib  # noqa: PLC0415

    module, _, attribute = reference.partition(":")
    try:
        found: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise RegistryError(f"codemod {reference} cannot be loaded: {error}") from error
    if not isinstance(found, Codemod):
        raise RegistryError(f"codemod {reference} is a {type(found).__name__}, not a Codemod")
    return found


def _check(entries: Sequence[Registered]) -> None:
    """Names, codes and the analyses behind shared names must be unambiguous."""
    owners: dict[tuple[str, str], str] = {("code", rule.code): "the engine" for rule in rules.RULES}
    analyses: dict[str, Analysis] = {}
    for entry in entries:
        codemod = entry.codemod
        for claim in (("name", codemod.name), *(("code", rule.code) for rule in codemod.rules)):
            if claim in owners:
                raise RegistryError(f"{claim[0]} {claim[1]} is claimed by {owners[claim]} and by {entry.reference}")
            owners[claim] = entry.reference
        if analyses.setdefault(codemod.analysis.name, codemod.analysis) is not codemod.analysis:
            raise RegistryError(f"two analyses are called {codemod.analysis.name}, one of them in {entry.reference}")
