"""Modules that a file runs by names in strings, as far as they are known: `import_module("nets." + name)`, `exec`.

A name of which only the front is known stands for all in that package. What comes from outside of the
program may be any of its strings.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from codemods.tensorflow import knowledge
from codemods.tensorflow.callees import Callees
from codemods.tensorflow.file_facts import ALL_IN
from migrate.syntax.module import Module
from migrate.syntax.walk import CallSite

__all__ = ["run_modules"]

_FILE = re.compile(r"(?:\./)?([\w/]+)\.py|([\w.]+)")
_ENDING = re.compile(r"(?:.*[^\w/.-])?\.(?:py|ipynb)|.*%\w\.(?:py|ipynb)")
_FRONT = re.compile(r"(\.*(?:\w+[./])+)(?:[%{].*)?")
_STATED = re.compile(r"(?m)^[ \t]*(?:from|import)[ \t]+(\.*)([\w.]*)([%{]?)(?:[ \t]+import[ \t]*([%{]|\Z))?")


def run_modules(module: Module, site: CallSite, called: str, callees: Callees) -> Iterator[str]:
    """The modules that a call runs, as an import would name them."""
    call = site.node
    if called in knowledge.IMPORTERS:
        text = callees.text(call.args[0], site.scope) if call.args else None
        front = text.parts[0] if text and text.parts else ""
        if text and text.texts:
            yield from text.texts
        elif isinstance(front, str) and "." in front:
            yield f"{front.rpartition('.')[0]}{ALL_IN}"
        else:
            yield from _named(module.walk.strings)
        return
    strings = [one.value for one in ast.walk(call) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    yield from (name for one in strings for name in _file(one))
    code = callees.text(call.args[0], site.scope).literal if call.args else None
    if code is not None:
        yield from _stated([code])[0]
    elif not any(found[1] for one in strings if (found := _FILE.fullmatch(one))):
        yield from _anywhere(module.walk.strings)


def _anywhere(strings: Collection[str]) -> Iterator[str]:
    """What a file can run that puts together the text which it runs, or the path of that."""
    names, parts = _stated(strings)
    yield from names
    if parts or any(map(_ENDING.fullmatch, strings)):
        yield from _named(strings)
    else:
        yield from (name for one in strings if one.endswith(".py") for name in _file(one))


def _stated(strings: Collection[str]) -> tuple[list[str], bool]:
    """The modules that code in strings imports, and whether such a name is put together elsewhere."""
    names: list[str] = []
    parts = False
    for dots, name, hole, last in (found for one in strings for found in _STATED.findall(one)):
        parts |= bool(hole) or not name
        names += [f"{dots}{name}"] if name and not hole else []
        names += [f"{dots}{name.rpartition('.')[0]}{ALL_IN}"] if hole and (dots or "." in name) else []
        names += [f"{dots}{name}{ALL_IN}"] if last and name else []
    return names, parts


def _named(strings: Collection[str]) -> Iterator[str]:
    """The modules that strings may name: all of one, or its front."""
    for one in strings:
        yield from _file(one)
        front = _FRONT.fullmatch(one)
        if front is not None:
            yield f"{front[1].replace('/', '.').rstrip('.')}{ALL_IN}"


def _file(text: str) -> Iterator[str]:
    """The module that a string is the path or the dotted name of."""
    found = _FILE.fullmatch(text)
    if found is not None:
        yield (found[1] or found[2]).replace("/", ".")
