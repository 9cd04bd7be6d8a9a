"""The fields of a format, each with the value that goes into it: named, numbered or in its order."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

__all__ = ["braces", "percents"]

_BRACES = re.compile(r"\{(\w*)((?:[!:][^{}]*)?)\}")
_PERCENTS = re.compile(r"%\((\w+)\)")

_Format = tuple[str, list[ast.expr]]  # with nothing but `{}` or `%s` for fields, and a value for each


def braces(form: str, call: ast.Call) -> _Format | None:
    """What `form.format(...)` puts where; None where a field takes a part of an argument, or one that is not seen.

    So it is where braces stand within braces.
    """
    names = [match[1] for match in _BRACES.finditer(form)]
    if not any(names):
        names = [str(place) for place in range(len(names))]
    unpacks = len(call.args) > 1 and any(isinstance(one, ast.Starred) for one in call.args)
    given = {str(place): value for place, value in enumerate(call.args)}
    given |= {one.arg: one.value for one in call.keywords if one.arg}
    nested = any(one in _BRACES.sub("", form) for one in "{}")  # `"{:{width}d}"`, `"{{}}"`
    values = None if unpacks or nested else _chosen(names, given)
    return None if values is None else (_BRACES.sub(r"{\2}", form), values)


def percents(form: str, right: ast.expr) -> _Format | None:
    """What `form % right` puts where: one value, those of a tuple, or those of a dictionary that is written out."""
    if not isinstance(right, ast.Dict):
        return form, right.elts if isinstance(right, ast.Tuple) else [right]
    keys = [key.value for key in right.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    if len(keys) < len(right.values):
        return None
    values = _chosen(_PERCENTS.findall(form), dict(zip(keys, right.values, strict=True)))
    return None if values is None else (_PERCENTS.sub("%", form), values)


def _chosen(names: Sequence[str], given: Mapping[str, ast.expr]) -> list[ast.expr] | None:
    """The value of each name, if all are given."""
    return [given[name] for name in names] if all(name in given for name in names) else None
