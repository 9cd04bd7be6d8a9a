"""Which fields of named tuples and data classes, whose constructors take them in order, are left at None."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow.dtypes import is_none
from codemods.tensorflow.indexing.bodies import behind
from migrate.syntax.calls import called_name, keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.walk import Scope

__all__ = ["fields_left_out", "is_left_at_none", "records"]

_FIELDS = frozenset({"field", "ib", "attrib", "attr", "Field"})
_MANY = 999  # more fields than a record has


def fields_left_out(module: Module) -> Iterator[str]:
    """The fields of such classes of a file that are None by default, or in a call there."""
    for name, fields, defaults in records(module):
        last = fields[max(0, len(fields) - len(defaults)) :]
        yield from (field for field, value in zip(last, defaults, strict=False) if is_left_at_none(value))
        for site in module.walk.calls_of((name,)):
            given = ((field, keyword_or_place(site.node, field, place)) for place, field in enumerate(fields))
            yield from (field for field, value in given if value is not None and is_none(value))


def is_left_at_none(value: ast.expr) -> bool:
    """Whether a field has None by default: `None`, `field(default=None)`, `attr.ib(None)`, a factory `lambda: None`."""
    if not isinstance(value, ast.Call):
        return is_none(value)
    if called_name(value) not in _FIELDS:
        return False
    default = keyword_or_place(value, "default", 99 if called_name(value) == "field" else 0)
    factory = keyword_or_place(value, "default_factory", 99) or keyword_or_place(value, "factory", 99)
    return (default is not None and is_none(default)) or (isinstance(factory, ast.Lambda) and is_none(factory.body))


def records(module: Module) -> Iterator[tuple[str, list[str], list[ast.expr]]]:
    """The name of each such class with its fields, and with the default values of the last of them."""
    for site in module.walk.calls_of(("namedtuple", "NamedTuple")):
        match site.statement:
            case ast.Assign(targets=[ast.Name(id=name)]):
                given = keyword_or_place(site.node, "defaults", 99)
                yield name, [*_fields(site.node, site.scope)], _defaults_behind(name, module) or _items(given)
    for scope in module.walk.scopes.values():
        if isinstance(scope.node, ast.ClassDef):
            fields = [one for one in scope.node.body if isinstance(one, ast.AnnAssign)]
            names = [one.target.id for one in fields if isinstance(one.target, ast.Name)]
            yield scope.node.name, names, [one.value for one in fields if one.value is not None]


def _fields(call: ast.Call, scope: Scope) -> Iterator[str]:
    """The fields of a named tuple: strings in a list, the first of pairs, or the words of one string."""
    given = keyword_or_place(call, "field_names", 1)
    match behind(given, scope) if given is not None else None:
        case ast.Constant(value=str() as words):
            yield from words.replace(",", " ").split()
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items:
                first = item.elts[0] if isinstance(item, ast.Tuple) and item.elts else item
                yield first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _defaults_behind(name: str, module: Module) -> list[ast.expr]:
    """The default values that a named tuple is given once it is made: `Point.__new__.__defaults__ = (None,) * 2`."""
    for statement in module.tree.body:
        match statement:
            case ast.Assign(
                targets=[ast.Attribute(ast.Attribute(ast.Name(id=owner), "__new__"), "__defaults__")], value=value
            ) if owner == name:
                return _items(value)
    return []


def _items(node: ast.expr | None) -> list[ast.expr]:
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return items
        case ast.BinOp(left=ast.Tuple(elts=[item]) | ast.List(elts=[item]), op=ast.Mult()):
            return [item] * _MANY  # as many as it takes
    return []
