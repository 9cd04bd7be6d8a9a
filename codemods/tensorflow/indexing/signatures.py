"""The default values of a function's parameters, as its definition writes them."""

from __future__ import annotations

import ast

__all__ = ["defaults", "none_defaults", "unset_defaults"]


def defaults(arguments: ast.arguments) -> list[tuple[str, ast.expr]]:
    """Each parameter that has a default, with the default."""
    if not arguments.defaults and not arguments.kw_defaults:
        return []
    named = [*arguments.posonlyargs, *arguments.args]
    pairs = [(item.arg, value) for item, value in zip(reversed(named), reversed(arguments.defaults), strict=False)]
    keyword_only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [*pairs, *((item.arg, value) for item, value in keyword_only if value is not None)]


def none_defaults(arguments: ast.arguments) -> list[str]:
    """The parameters whose default is None."""
    return [name for name, value in defaults(arguments) if isinstance(value, ast.Constant) and value.value is None]


def unset_defaults(arguments: ast.arguments) -> list[str]:
    """The parameters whose default is None or False."""
    return [
        name
        for name, value in defaults(arguments)
        if isinstance(value, ast.Constant) and (value.value is None or value.value is False)
    ]
