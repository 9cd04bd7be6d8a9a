"""Makes a failing program small: statements, items and arguments are taken away for as long as it fails alike."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from programs import Program

__all__ = ["shrink"]

_BODIES = ("body", "orelse", "finalbody")


def shrink(program: Program, fails: Callable[[Program], bool], tries: int = 200) -> Program:
    """The smallest program found with at most `tries` questions whether a smaller one still `fails`."""
    place = successes = 0
    while tries > 0:
        smaller = next(islice(_smaller(program), place, None), None)
        if smaller is None:  # every piece was looked at
            if not successes:
                return program
            place = successes = 0
            continue
        tries -= 1
        if fails(smaller):
            program = smaller
            successes += 1
        else:
            place += 1
    return program


def _smaller(program: Program) -> Iterator[Program]:
    """Programs that lack something, the greatest pieces first."""
    for path in list(program.files)[1:]:
        yield replace(program, files={name: text for name, text in program.files.items() if name != path})
    for path, text in program.files.items():
        tree = ast.parse(text)
        for change in sorted(_changes(tree), key=lambda one: -one[0]):
            changed = copy.deepcopy(tree)
            change[1](changed)
            new = ast.unparse(ast.fix_missing_locations(changed)) + "\n"
            if len(new) < len(ast.unparse(tree)) + 1:
                yield replace(program, files={**program.files, path: new})


_Change = tuple[int, Callable[[ast.Module], None]]


def _changes(tree: ast.Module) -> Iterator[_Change]:
    """Each change with the number of characters that it may save; nodes are found again by their place in the walk."""
    for place, node in enumerate(ast.walk(tree)):
        for name in _BODIES:
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                yield from _statements(place, name, statements)
        yield from _own_changes(place, node)


def _own_changes(place: int, node: ast.AST) -> Iterator[_Change]:
    match node:
        case ast.With(items=[_, _, *_] as items):
            yield from ((20, _deleting(place, "items", number)) for number in range(len(items)))
        case ast.Call(keywords=keywords):
            yield from ((10, _deleting(place, "keywords", number)) for number in range(len(keywords)))
            if _is_creation(node) and not isinstance(node.args[0], ast.Constant):
                yield 15, _zero(place)
        case ast.Dict() | ast.List() | ast.Tuple():
            yield from _elements(place, node)
        case ast.Assign(value=ast.Call() | ast.Tuple() | ast.List()):
            yield 5, _bare(place)
        case ast.arguments(args=[*_, last]) if last.arg != "self":
            yield 3, _parameter(place)


def _statements(place: int, name: str, statements: list[ast.stmt]) -> Iterator[_Change]:
    size = len(statements)
    if size > 3:
        yield 500, _deleting(place, name, 0, size // 2)
        yield 500, _deleting(place, name, size // 2, size)
    for number, statement in enumerate(statements):
        yield len(ast.unparse(statement)), _deleting(place, name, number)
        if isinstance(statement, ast.With | ast.For | ast.While | ast.If | ast.Try):
            yield 25, _unwrapping(place, name, number)


def _elements(place: int, node: ast.Dict | ast.List | ast.Tuple) -> Iterator[_Change]:
    name = "values" if isinstance(node, ast.Dict) else "elts"
    if len(getattr(node, name)) < 2:
        return
    for number in range(len(getattr(node, name))):
        yield 12, _element(place, number)


def _at(tree: ast.Module, place: int) -> ast.AST:
    return next(node for number, node in enumerate(ast.walk(tree)) if number == place)


def _deleting(place: int, name: str, start: int, end: int | None = None) -> Callable[[ast.Module], None]:
    def change(tree: ast.Module) -> None:
        node = _at(tree, place)
        statements = getattr(node, name)
        del statements[start : start + 1 if end is None else end]
        if not statements and name == "body" and not isinstance(node, ast.Module):
            statements.append(ast.Pass())
        if isinstance(node, ast.Try) and not node.handlers and not node.finalbody:
            node.finalbody.append(ast.Pass())

    return change


def _unwrapping(place: int, name: str, number: int) -> Callable[[ast.Module], None]:
    def change(tree: ast.Module) -> None:
        statements = getattr(_at(tree, place), name)
        inner = statements[number]
        statements[number : number + 1] = [one for part in _BODIES for one in getattr(inner, part, ())]

    return change


def _zero(place: int) -> Callable[[ast.Module], None]:
    def change(tree: ast.Module) -> None:
        _at(tree, place).args[0] = ast.Constant(0.0)  # type: ignore[attr-defined]

    return change


def _bare(place: int) -> Callable[[ast.Module], None]:
    """An assignment's value alone: the node is made a statement of its own in the list that holds it."""

    def change(tree: ast.Module) -> None:
        goal = _at(tree, place)
        for node in ast.walk(tree):
            for name in _BODIES:
                statements = getattr(node, name, None)
                if isinstance(statements, list) and goal in statements:
                    statements[statements.index(goal)] = ast.Expr(goal.value)  # type: ignore[attr-defined]

    return change


def _element(place: int, number: int) -> Callable[[ast.Module], None]:
    def change(tree: ast.Module) -> None:
        node = _at(tree, place)
        for name in ("keys", "values", "elts"):
            if hasattr(node, name):
                del getattr(node, name)[number]

    return change


def _parameter(place: int) -> Callable[[ast.Module], None]:
    def change(tree: ast.Module) -> None:
        node = _at(tree, place)
        assert isinstance(node, ast.arguments)
        node.args.pop()
        node.defaults = node.defaults[: len(node.args)]
        if node.defaults and len(node.defaults) > len(node.args):
            node.defaults.pop()

    return change


def _is_creation(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name == "Variable" and bool(node.args)
