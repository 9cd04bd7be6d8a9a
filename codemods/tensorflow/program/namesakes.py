"""What `something.name()` can run where nobody knows what `something` is: the methods of that name in known files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from codemods.tensorflow.facts import SESSION, Call, Callee, CalleeKind
from codemods.tensorflow.indexing.contexts.sessions import may_be_called_session
from codemods.tensorflow.knowledge import IMPORTERS
from codemods.tensorflow.program.classes import BodyKey
from codemods.tensorflow.program.imports import Imports

__all__ = ["Namesakes"]

_MAX_NAMESAKES = 3  # methods of one name that a call on an unknown object is taken to mean; more say nothing


class Namesakes:
    """Functions and methods by their bare names."""

    def __init__(self, imports: Imports) -> None:
        self.imports = imports
        self.files = imports.files
        self._own_functions: dict[str, dict[str, list[BodyKey]]] = {}

    def methods(self, path: str, name: str) -> list[BodyKey]:
        """The methods that a call on an object of a known foreign class can mean."""
        found = list(self._known_methods(path, name))
        return found if len(found) <= _MAX_NAMESAKES else []

    def callables(self, path: str, name: str) -> list[BodyKey]:
        """The methods and the file's own functions that a call of an unknown object's attribute can mean."""
        found = [*self._known_methods(path, name), *self._functions(path).get(name, ())]
        return found if len(found) <= _MAX_NAMESAKES else []

    def functions(self, name: str) -> list[BodyKey]:
        """The functions that a call on a module which is imported by a string can mean."""
        found = [key for path in self.files for key in self._functions(path).get(name, ())]
        return found if len(found) <= _MAX_NAMESAKES else []

    def unclear(self, key: BodyKey) -> list[tuple[BodyKey, int]]:
        """The calls on unknown objects that may run a method, without anybody knowing which method they mean."""
        name = self.files[key[0]].bodies[key[1]].name
        calls = self._attribute_calls.get((self.imports.program_of[key[0]], name), {})
        namesakes = sum(map(len, self._methods.get(name, {}).values()))
        found = [
            call
            for path, found in calls.items()
            if namesakes > _MAX_NAMESAKES or not self.imports.knows(path, key[0])
            for call in found
        ]
        return found if self.is_session(key) else [call for call in found if not self._is_of_session(call)]

    def unclear_of_modules(self, key: BodyKey) -> list[tuple[BodyKey, int]]:
        """The calls on unknown objects that may be modules, and run a function or class of the one that has a body."""
        file = self.files[key[0]]
        body = file.bodies[key[1]]
        if key[0] not in self.imports.held or (body.owner >= 0 and body.name != "__init__"):
            return []
        name = file.classes[body.owner].name if body.owner >= 0 else body.name
        calls = self._attribute_calls.get((self.imports.program_of[key[0]], name), {}).values()
        return [call for found in calls for call in found if self._may_be_of_module(call)]

    def _may_be_of_module(self, call: tuple[BodyKey, int]) -> bool:
        """Whether nothing tells what object a call is of, or that another file has made it."""
        called = self._called(call)
        if called.receiver is None:
            return True
        known = called.receiver == SESSION or (called.receiver.name in IMPORTERS and self.functions(called.name))
        return called.receiver.kind is CalleeKind.IMPORTED and not known

    def is_session(self, method: BodyKey) -> bool:
        """Whether a method is of a class that is called as one of sessions."""
        file = self.files[method[0]]
        return may_be_called_session(file.classes[file.bodies[method[1]].owner].name)

    def _is_of_session(self, call: tuple[BodyKey, int]) -> bool:
        """Whether a call runs what it calls of an object that is called as sessions are."""
        return self._called(call).receiver == SESSION

    def _called(self, call: tuple[BodyKey, int]) -> Callee:
        (path, index), number = call
        event = self.files[path].bodies[index].events[number]
        assert isinstance(event, Call)
        return event.callee

    def _functions(self, path: str) -> Mapping[str, list[BodyKey]]:
        """The functions of a file that are no methods, by name."""
        known = self._own_functions.get(path)
        if known is None:
            known = self._own_functions[path] = defaultdict(list)
            for body in self.files[path].bodies:
                if body.owner < 0:
                    known[body.name].append((path, body.index))
        return known

    def _known_methods(self, path: str, name: str) -> Iterator[BodyKey]:
        """The methods of that name which a file can mean, in the order of their files."""
        named = self._methods.get(name, {})
        known = {path, *self.imports.imports[path]}
        for owner in sorted(known) if len(known) < len(named) else named:
            if owner in known:
                yield from named.get(owner, ())

    @cached_property
    def _methods(self) -> Mapping[str, Mapping[str, list[BodyKey]]]:
        """All methods by name, then by file."""
        named: dict[str, dict[str, list[BodyKey]]] = defaultdict(dict)
        for path, file in self.files.items():
            for body in file.bodies:
                if body.owner >= 0:
                    named[body.name].setdefault(path, []).append((path, body.index))
        return named

    @cached_property
    def _attribute_calls(self) -> Mapping[tuple[str, str], Mapping[str, list[tuple[BodyKey, int]]]]:
        """The calls of a method by a name on an object of unknown class, by program and name, then by file."""
        calls: dict[tuple[str, str], dict[str, list[tuple[BodyKey, int]]]] = defaultdict(lambda: defaultdict(list))
        for path, file in self.files.items():
            for body in file.bodies:
                for number, event in enumerate(body.events):
                    if isinstance(event, Call) and _is_of_any(event.callee):
                        own = calls[self.imports.program_of[path], event.callee.name]
                        own[path].append(((path, body.index), number))
        return calls


def _is_of_any(callee: Callee) -> bool:
    """Whether a callee is a method by its name: not `Base.__init__`, which is that of a class of the file."""
    of_class = callee.receiver is not None and callee.receiver.kind is CalleeKind.CLASS
    return callee.kind is CalleeKind.ATTRIBUTE and not (of_class and callee.name == "__init__")
