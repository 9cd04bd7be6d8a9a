"""Who calls whom over a whole tree, who can lead back to itself, and who may be called by what is not seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from codemods.tensorflow.components import components
from codemods.tensorflow.facts import At, BodyFacts, Call, CalleeKind, Event, Reset
from codemods.tensorflow.file_facts import FileFacts
from codemods.tensorflow.program.classes import ClassKey
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.text import Text, literal, overlaps

__all__ = ["CallGraph", "Caller"]

Caller = tuple[BodyKey, int]  # the calling body and the number of its event


class CallGraph:
    """The calls between the bodies of a tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def callers(self, key: BodyKey) -> list[Caller]:
        """The calls that can run a body."""
        return self._callers.get(key, [])

    @cached_property
    def _callers(self) -> Mapping[BodyKey, list[Caller]]:
        callers: dict[BodyKey, list[Caller]] = defaultdict(list)
        for key, number, event in self.tree.events():
            if isinstance(event, Call):
                for target in self.tree.targets(event, key):
                    callers[target].append((key, number))
        return callers

    def leading_to(self, bodies: Iterable[BodyKey]) -> frozenset[BodyKey]:
        """Some bodies and those that lead to them through calls."""
        found = set(bodies)
        queue = list(found)
        while queue:
            for caller, _ in self.callers(queue.pop()):
                if caller not in found:
                    found.add(caller)
                    queue.append(caller)
        return frozenset(found)

    def origins(self, key: BodyKey) -> list[BodyKey]:
        """The bodies within whose scopes a body can run: its callers, readers; for a lambda where it is defined."""
        callers = [caller for caller, _ in self.callers(key)]
        body = self.tree.body(key)
        return [*callers, (key[0], body.parent)] if body.is_lambda else [*callers, *self.readers(key)]

    def readers(self, key: BodyKey) -> list[BodyKey]:
        """The bodies of its file that read a decorated method as they would read a property."""
        body = self.tree.body(key)
        if not body.decorated or body.owner < 0:
            return []
        return [(key[0], index) for name, index in sorted(self.tree.files[key[0]].reads) if name == body.name]

    @cached_property
    def components(self) -> list[list[BodyKey]]:
        """The bodies by mutual recursion, callers before what they call."""
        lambdas = [key for key, body in self.tree.bodies() if body.is_lambda]
        read = [key for key, body in self.tree.bodies() if body.decorated or body.implicit or body.resumed]
        nodes = dict.fromkeys([*self._callers, *lambdas, *read])
        return list(components(list(nodes), self.origins))

    @cached_property
    def recursive(self) -> frozenset[BodyKey]:
        """Bodies that can lead back to themselves."""
        return frozenset(
            member
            for component in self.components
            for member in component
            if len(component) > 1 or any(caller == member for caller in self.origins(member))
        )

    @cached_property
    def escaped(self) -> frozenset[BodyKey]:
        """Bodies that something refers to other than by calling them: who runs them, and how often, is not known."""
        asked = {key for key, body in self.tree.bodies() if self._is_asked_for(key, body)}
        return frozenset(asked).union(*self._escaped_from.values())

    def is_named(self, key: BodyKey) -> bool:
        """Whether something that knows a body, other than by the name of an attribute, hands it on or may run it."""
        body = self.tree.body(key)
        return body.is_lambda or self.is_implicit(key) or self._is_asked_for(key, body) or key in self._named

    @cached_property
    def _named(self) -> frozenset[BodyKey]:
        knows = self.tree.imports.knows
        return frozenset(key for path, keys in self._escaped_from.items() for key in keys if knows(path, key[0]))

    def refers(self, path: str, key: BodyKey) -> bool:
        """Whether a file refers to a body other than by calling it, or has it as a lambda."""
        return key in self._escaped_from[path] or (self.tree.body(key).is_lambda and key[0] == path)

    @cached_property
    def _escaped_from(self) -> Mapping[str, frozenset[BodyKey]]:
        """Such bodies by the files that refer to them."""
        methods: dict[str, list[BodyKey]] = defaultdict(list)
        for key, body in self.tree.bodies():
            if body.owner >= 0:
                methods[body.name].append(key)
        found = {path: {*self._referred_to(path, file, methods)} for path, file in self.tree.files.items()}
        for key in self._made_by_bases():
            found[key[0]].update(self.tree.classes.method(key, "__init__"))
        return {path: frozenset(keys) for path, keys in found.items()}

    def _made_by_bases(self) -> Iterator[ClassKey]:
        """The classes that others know by those from which they derive.

        By a metaclass, `__init_subclass__` or `Base.__subclasses__()`.
        """
        calls = (event.callee.name for _, _, event in self.tree.events() if isinstance(event, Call))
        known = any(name.endswith("__subclasses__") for name in calls)
        for base, derived in self.tree.classes.subclasses.items():
            registers = self.tree.classes.facts(base).is_made or self.tree.classes.method(base, "__init_subclass__")
            if known or registers:
                yield from derived

    def _referred_to(self, path: str, file: FileFacts, methods: Mapping[str, list[BodyKey]]) -> Iterator[BodyKey]:
        yield from ((path, index) for index in file.escapes.bodies)
        for index in file.escapes.classes:
            yield from self.tree.classes.method((path, index), "__init__")
        for dotted in file.escapes.imports:
            yield from self.tree.targets_of_symbol(dotted, path)
        for dotted in file.told.picked_from:
            yield from self.tree.defined(dotted, path)
        for index in file.told.classes_picked_from:
            yield from self._methods_of_kin((path, index))
        for name in file.escapes.attributes:
            yield from methods.get(name, ())

    def _methods_of_kin(self, key: ClassKey) -> Iterator[BodyKey]:
        """The methods that an object of a class, or of one that derives from it, may have."""
        for path, index in self.tree.classes.kin(key):
            yield from ((path, method) for method in self.tree.files[path].classes[index].methods.values())

    def _is_asked_for(self, key: BodyKey, body: BodyFacts) -> bool:
        """Whether something reaches a body, or the class that it is the constructor of, by a string known in part."""
        if body.is_module or body.is_lambda:
            return False
        makes = body.owner >= 0 and body.name == "__init__"
        name = self.tree.files[key[0]].classes[body.owner].name if makes else body.name
        if name.lower() in self._asked_names:
            return True
        return any(overlaps(literal(name), text) for text in self._asked_patterns)

    @cached_property
    def _asked(self) -> frozenset[Text]:
        asked = frozenset[Text]().union(*(file.told.asked_names for file in self.tree.files.values()))
        return frozenset(text for text in asked if text.tells)

    @cached_property
    def _asked_names(self) -> frozenset[str]:
        """What is asked for and known whole, in lower case."""
        return frozenset(one.lower() for text in self._asked for one in text.texts)

    @cached_property
    def _asked_patterns(self) -> Sequence[Text]:
        return [text for text in self._asked if not text.texts]

    def is_handed_on(self, key: BodyKey) -> bool:
        """Whether something in the tree can call a body without naming it: a decorator, or whoever it is passed to."""
        return self.tree.body(key).decorated or self.is_referred_to(key)

    def is_referred_to(self, key: BodyKey) -> bool:
        """The same but for decorators: whoever has it may run it, who knows when."""
        return key in self.escaped or (self.tree.body(key).is_lambda and not self.callers(key))

    def is_implicit(self, key: BodyKey) -> bool:
        """Whether Python itself can run a body, or something within a variable scope reads it as a property."""
        body = self.tree.body(key)
        read = body.decorated and body.owner >= 0 and body.name in self._scoped_reads
        return body.implicit or read or self._is_resumed(key, body)

    def _is_resumed(self, key: BodyKey, body: BodyFacts) -> bool:
        """Whether it is a generator that whoever has it goes on with, wherever that is."""
        if not body.resumed or not self.callers(key) or key in self.escaped:
            return body.resumed
        calls = (self.tree.body(caller).events[number] for caller, number in self.callers(key))
        return not all(isinstance(one, Call) and one.gathered for one in calls)

    def read_in_names(self, key: BodyKey) -> Iterator[tuple[str, At]]:
        """The places of the name scopes within which something reads a body as a property."""
        body = self.tree.body(key)
        yield from self._named_reads.get(body.name, ()) if body.decorated and body.owner >= 0 else ()

    @cached_property
    def _named_reads(self) -> Mapping[str, list[tuple[str, At]]]:
        found = defaultdict[str, list[tuple[str, At]]](list)
        for path, file in self.tree.files.items():
            for name, at in sorted(file.named_reads):
                found[name].append((path, at))
        return found

    @cached_property
    def _scoped_reads(self) -> frozenset[str]:
        return frozenset(name for file in self.tree.files.values() for name in file.scoped_reads)

    def is_open_ended(self, key: BodyKey) -> bool:
        """Whether calls may run a body that nobody can point at."""
        body = self.tree.body(key)
        roams = body.decorated or body.implicit or self._is_resumed(key, body)
        return roams or bool(self.unclear_callers(key)) or key in self.escaped

    def unclear_callers(self, key: BodyKey) -> list[Caller]:
        """The calls that may run a method, or what a module has, by its name alone: on what, nobody knows."""
        found = self.tree.namesakes.unclear(key) if self.tree.body(key).owner >= 0 else []
        return [*found, *self.tree.namesakes.unclear_of_modules(key)]

    def is_closed(self, key: BodyKey) -> bool:
        """Whether every call that runs a body is known."""
        return bool(self.callers(key)) and key not in self.recursive and not self.is_open_ended(key)

    def constructor(self, key: BodyKey) -> BodyKey | None:
        """The constructor that is sure to run a method, once for each object: a lazy property of a class by itself."""
        body, classes = self.tree.body(key), self.tree.classes
        if body.lazy is None:
            return None
        owner = key[0], body.owner
        foreign = (base for base in classes.facts(owner).bases if base.name != "builtins.object")
        derived = bool(classes.subclasses.get(owner)) or any(foreign)
        return None if derived else (key[0], body.lazy.constructor)

    def is_test(self, key: BodyKey) -> bool:
        """Whether a body is a test method that gets a graph of its own: from `tf.test.TestCase`, or from a `setUp`."""
        body = self.tree.body(key)
        if body.owner < 0 or not body.name.startswith("test") or self.callers(key):
            return False
        classes, owner = self.tree.classes, (key[0], body.owner)
        bases = [classes.facts(ancestor) for ancestor in classes.ancestors(owner)]
        begins = any(base.is_test for base in bases)  # TensorFlow's own `setUp` does, `unittest`'s does not
        return (begins or any(base.is_plain_test for base in bases)) and all(
            self._begins_graph(classes.method(one, "setUp"), begins)
            for one in (owner, *classes.subclasses.get(owner, ()))
        )

    def _begins_graph(self, methods: list[BodyKey], begins: bool) -> bool:
        """Whether a `setUp` comes to begin a graph; `begins`: that which the program does not have does."""
        if not methods:
            return begins
        return all(any(self._resets(event, key, begins) for event in self.tree.body(key).events) for key in methods)

    def _resets(self, event: Event, key: BodyKey, begins: bool) -> bool:
        """Whether an event of a `setUp` begins a graph, if by what it calls of the class that it derives from."""
        if any(frame.may_be_skipped or frame.kind == "loop" for frame in event.frames):
            return False
        if not isinstance(event, Call) or event.callee.kind is not CalleeKind.SUPER or event.callee.name != "setUp":
            return isinstance(event, Reset)
        return self._begins_graph(self.tree.classes.inherited((key[0], event.callee.index), "setUp"), begins)
