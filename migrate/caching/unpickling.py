"""Reads pickled facts and runs nothing: a pickle can call whatever it gets hold of."""

from __future__ import annotations

import enum
import io
import pickle
from collections.abc import Collection
from dataclasses import is_dataclass
from typing import Any

__all__ = ["unpickled"]

_MODEL = "migrate.model"  # the engine's own data
_UNREADABLE = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    ImportError,
    LookupError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)


def unpickled(value: bytes, packages: Collection[str]) -> Any:
    """What was pickled, if it is made of nothing but sets and of what some packages define to hold data; else None."""
    try:
        return _FactsReader(value, packages).load()
    except _UNREADABLE:
        return None


class _FactsReader(pickle.Unpickler):
    """Loads only sets and what `packages` define to hold data.

    A pickle can call whatever it gets hold of, a class or an object of it: nothing that does more than hold values,
    such as `Deferred`, may be within its reach.
    """

    def __init__(self, value: bytes, packages: Collection[str]) -> None:
        super().__init__(io.BytesIO(value))
        self._packages = packages

    def find_class(self, module: str, name: str) -> Any:
        """Raises `pickle.UnpicklingError` for anything else."""
        if module == "builtins" and name in ("set", "frozenset"):
            return super().find_class(module, name)
        own = module == _MODEL or module.partition(".")[0] in self._packages
        found = super().find_class(module, name) if own else None
        if not isinstance(found, type) or found.__module__ != module or not _holds_data(found):
            raise pickle.UnpicklingError(f"{module}.{name} is no class of facts")
        return found


def _holds_data(found: type) -> bool:
    kind = is_dataclass(found) or issubclass(found, enum.Enum | tuple)
    return kind and not any("__call__" in vars(one) for one in found.__mro__)
