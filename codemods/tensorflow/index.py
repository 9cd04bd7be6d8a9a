"""Turns one module into its facts: bodies with their events, classes, imports, and what tells eager from graph code."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from codemods.tensorflow import evidence, knowledge
from codemods.tensorflow.bodies import position
from codemods.tensorflow.callees import Callees
from codemods.tensorflow.events import Events
from codemods.tensorflow.facts import (
    BodyFacts,
    Callee,
    CalleeKind,
    ClassFacts,
    Creation,
    Enter,
    Event,
    FileFacts,
    FrameFacts,
    NamedOp,
    Relayed,
)
from codemods.tensorflow.facts import ScopeKind as FactKind
from codemods.tensorflow.lazy import kept_methods
from codemods.tensorflow.leaving import leaves
from codemods.tensorflow.lookups import find_lookups
from codemods.tensorflow.modes import decorating, function_reason, shows_eager, shows_graph
from codemods.tensorflow.name_tests import name_tests
from codemods.tensorflow.patches import patches
from codemods.tensorflow.relays import aliases, assumed, relays
from codemods.tensorflow.restores import maps_scopes, restores
from codemods.tensorflow.signatures import defaults, unset_defaults
from codemods.tensorflow.swallowing import EXITS, is_manager, swallows
from codemods.tensorflow.text import Text
from codemods.tensorflow.triggers import lies_inside
from codemods.tensorflow.withs import decorator_scope, scope_of
from codemods.tensorflow.words import mixes_case, spare_words, words
from migrate.syntax.module import Module
from migrate.syntax.names import STAR, resolve, visible_imports
from migrate.syntax.walk import BindingKind, Scope, ScopeKind, is_main_guard

__all__ = ["creations", "index"]

_PLAIN = (BindingKind.ASSIGN, BindingKind.PARAMETER, BindingKind.OTHER)  # a set would hash an enum, which is slow
_HOLDING = (ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.IfExp, ast.BoolOp, ast.Lambda)
_ABOUT = frozenset({"__doc__", "__module__", "__name__", "__qualname__"})  # what is asked of a function, not to call it
_NOTHING: frozenset[str] = frozenset()  # one for all: Python makes a new one each time
_TRANSPARENT_DECORATORS = ("staticmethod", "classmethod", "abc.abstractmethod")


def index(module: Module) -> FileFacts:
    """The facts of a module."""
    plain = _Indexer(module).facts()
    sources = relays(module.walk)
    each = [{name: stands_for} for name, stands_for in sources.items()]
    groups = [sources, *each] if len(each) > 1 else each
    return replace(plain, relayed=tuple(_relayed(module, group) for group in groups)) if groups else plain


def creations(module: Module) -> FileFacts:
    """As much of the facts of a module as tells whether what it creates can be rewritten."""
    return _Indexer(module, creations=True).facts()


def _relayed(module: Module, sources: dict[str, tuple[str, ...]]) -> Relayed:
    with assumed(module.walk, sources):
        indexer = _Indexer(module)
        return Relayed(sources, indexer.facts(), indexer.version_1_root())


class _Indexer:
    """Collects one module's facts out of its walk."""

    def __init__(self, module: Module, *, creations: bool = False) -> None:
        self.module = module
        self.walk = module.walk
        self.callees = Callees(module.walk, module.path)
        self.events = Events(module, self.callees, creations=creations)
        self.kept, self.keepers = kept_methods(self.callees)
        self.hands_on = False
        self.lookups = find_lookups(module, self.callees)

    def facts(self) -> FileFacts:
        for scope in self.callees.class_scopes:
            self.events.asked.update(scope.node.bases)  # type: ignore[attr-defined]
        self.events.collect()
        names = self.events.names
        escaped, escaped_imports, attributes = self.escapes()
        found = words(self.module)
        read_within = [*self.scoped_reads()]
        makes_unseen = self.hands_on or self.events.makes_unseen
        top = self.walk.module.bindings
        imports = {
            name: tuple(dict.fromkeys(imported))
            for name, bindings in top.items()
            if (imported := [one.dotted for one in bindings if one.kind is BindingKind.IMPORT])
        }
        return FileFacts(
            path=self.module.path,
            creates=any(isinstance(event, Creation) for events in self.events.by_body for event in events),
            library=lies_inside(self.module.path)
            and any(name.startswith("tensorflow.python.") for names in imports.values() for name in names),
            bodies=tuple(self.body(number, scope) for number, scope in enumerate(self.callees.body_scopes)),
            classes=tuple(self.class_facts(number, scope) for number, scope in enumerate(self.callees.class_scopes)),
            functions={
                name: defined
                for name, bindings in top.items()
                if (defined := tuple(one for one in map(self.callees.definition, bindings) if one is not None))
            },
            imports=imports,
            held=frozenset(
                name for name, bindings in top.items() if any(isinstance(one.value, _HOLDING) for one in bindings)
            ),
            modules=self.modules(),
            alternatives=tuple(dict.fromkeys(self.alternatives())),
            aliases=aliases(self.walk.module),
            escaped=frozenset(callee.index for callee in escaped if callee.kind is CalleeKind.BODY),
            escaped_classes=frozenset(callee.index for callee in escaped if callee.kind is CalleeKind.CLASS),
            escaped_imports=frozenset(escaped_imports),
            escaped_attributes=frozenset(attributes),
            scoped_reads=frozenset(name for kind, name in read_within if kind is FactKind.VARIABLE),
            named_reads=frozenset(name for kind, name in read_within if kind is FactKind.NAME),
            reads=frozenset(self.reads()),
            asked_names=frozenset(self.events.asked_names),
            eager=bool(names & evidence.EAGER_CALLS),
            eager_evidence=self.events.modes.reads_values or shows_eager(names) or self.imports_keras_2(),
            graph_evidence=shows_graph(names),
            names_tensorflow="tensorflow" in map(knowledge.canonical, visible_imports(self.walk.module).values()),
            version_2_root=self.version_2_root(),
            reruns=getattr(self.module.source, "reruns", False),
            cells=self.cells(),
            seeded=bool(names & knowledge.SEEDS),
            resource_scopes=self.events.resource_scopes,
            hands_on=self.hands_on,
            evaluated=tuple(self.events.evaluated),
            blocks=self.events.blocks,
            lookups=self.lookups.names,
            lookup_patterns=self.lookups.patterns,
            name_tests=name_tests(self.module),
            by_hand=frozenset(self.events.by_hand),
            functions_used=frozenset(name.rpartition(".")[2] for name in names if name.startswith("tensorflow.")),
            restores=tuple(restores(self.module, self.callees)),
            maps_scopes=maps_scopes(self.module),
            reloads=self.events.reloads,
            guarded=tuple(
                (one.lineno, one.end_lineno or 0)
                for one in self.walk.module.node.body  # type: ignore[attr-defined]
                if isinstance(one, ast.If) and is_main_guard(one.test)
            ),
            patches=patches(self.module),
            threads=self.events.threads,
            makes_unseen=makes_unseen,
            unknown_words=frozenset(self.unknown_words(found, makes_unseen=makes_unseen)) or _NOTHING,
            words=spare_words(self.module, self.callees) or _NOTHING,
            mixes_case=mixes_case(self.module, found),
        )

    def unknown_words(self, found: frozenset[str], *, makes_unseen: bool) -> Iterator[str]:
        """What may name something that the file does not show: words of its strings, and of code in strings."""
        if makes_unseen or self.names_unknown():
            yield from map(str.lower, found)
        yield from (text.literal.lower() for text in self.events.asked_names if text.literal)

    def names_unknown(self) -> bool:
        """Whether it gives an op or a scope a name of which nothing is known."""
        events = (event for several in self.events.by_body for event in several)
        names = (
            event.scope.name if isinstance(event, Enter) else event.name
            for event in events
            if isinstance(event, Enter | NamedOp)
        )
        return any(name is not None and name.is_open and not name.ends_folder for name in names)

    # what the file holds beside its calls

    def body(self, number: int, scope: Scope) -> BodyFacts:
        node = scope.node
        if isinstance(node, ast.Module):
            asks, events = number in self.lookups.bodies, tuple(self.events.by_body[number])
            return BodyFacts(number, "", is_module=True, asks=asks, events=events)
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        assert scope.parent is not None
        decorators = [self.callees.canonical(item, scope.parent) or _bare(item) for item in _decorators(node)]
        called = (self.callees.canonical(part, scope.parent) for one in _decorators(node) for part in decorating(one))
        self.events.names.update(name for name in called if name and name.startswith("tensorflow."))
        in_class = scope.parent.kind is ScopeKind.CLASS
        own = getattr(node, "name", "<lambda>")
        return BodyFacts(
            number,
            own,
            tuple(argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)),
            self.defaults(node.args, scope.parent),
            frozenset(unset_defaults(node.args)) or _NOTHING,
            owner=self.callees.class_number(scope.parent) if in_class else -1,
            parent=self.callees.body(scope.parent),
            at=position(node),
            is_lambda=isinstance(node, ast.Lambda),
            decorated=any(name not in _TRANSPARENT_DECORATORS for name in decorators),
            implicit=_is_implicit(node, scope.parent),
            static="staticmethod" in decorators,
            eager=self.eager(node, number, scope.parent),
            in_control_flow=number in self.events.control_flow,
            swallows=(own in EXITS or any(map(is_manager, _decorators(node)))) and swallows(node),
            asks=number in self.lookups.bodies,
            events=self.in_scope(number),
            frames=self.events.frame_facts(scope.frames, scope.parent),
            kept=number in self.kept,
            lazy=self.kept[number].lazy if number in self.kept else None,
            leaves=None if isinstance(node, ast.Lambda) else leaves(node),
        )

    def parent(self, number: int) -> int:
        """The body that defines another one."""
        scope = self.callees.body_scopes[number]
        return -1 if scope.parent is None else self.callees.body(scope.parent)

    def in_scope(self, number: int) -> tuple[Event, ...]:
        """The events of a body, within the scope in which a decorator runs it."""
        events, scope = self.managed(number), self.kept[number].scope if number in self.kept else None
        if self.parent(number) in self.keepers:
            return tuple(
                replace(one, scope=replace(one.scope, told=True)) if isinstance(one, Enter) else one for one in events
            )
        if scope is None:
            return tuple(events)
        frame = FrameFacts("with", scope.at, scope=scope)
        return (
            Enter(scope.at, (), scope),
            *(replace(event, frames=(frame, *event.frames)) for event in events),
        )

    def managed(self, number: int) -> list[Event]:
        """The events of a body, within the context managers that decorate it."""
        events, own = self.events.by_body[number], self.callees.body_scopes[number]
        decorators = getattr(own.node, "decorator_list", ()) if events and own.parent is not None else ()
        scopes = [decorator_scope(one, own.parent, self.callees) for one in decorators if own.parent is not None]
        frames = tuple(FrameFacts("with", one.at, scope=one) for one in scopes if one is not None)
        return [replace(event, frames=(*frames, *event.frames)) for event in events] if frames else events

    def eager(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, number: int, around: Scope) -> str:
        """Why a function is eager: it is decorated so, or its class is, or it does what only eager code does."""
        decorators = list(_decorators(node))
        if around.kind is ScopeKind.CLASS:
            decorators += getattr(around.node, "decorator_list", [])
        return function_reason(decorators, around, self.callees) or self.events.modes.reason(number)

    def defaults(self, arguments: ast.arguments, scope: Scope) -> dict[str, Text]:
        return {
            name: self.callees.text(value, scope)
            for name, value in defaults(arguments)
            if isinstance(value, ast.Constant) and isinstance(value.value, str)
        }

    def class_facts(self, number: int, scope: Scope) -> ClassFacts:
        node = scope.node
        assert isinstance(node, ast.ClassDef)
        assert scope.parent is not None
        names = [self.callees.canonical(base, scope.parent) or "" for base in node.bases]
        return ClassFacts(
            number,
            node.name,
            tuple(self.callees.callee(base, scope.parent) for base in node.bases),
            {
                name: callee.index
                for name, bindings in scope.bindings.items()
                if len(bindings) == 1
                and (callee := self.callees.definition(bindings[0])) is not None
                and callee.kind is CalleeKind.BODY
            },
            eager=any(name.startswith(evidence.EAGER_BASES) for name in names),
            is_test="tensorflow.test.TestCase" in names,
        )

    def imports_keras_2(self) -> bool:
        """Whether the file imports `tf_keras`, which there is for TensorFlow 2 only."""
        bound = (one for scope in self.walk.scopes.values() for many in scope.bindings.values() for one in many)
        return any(one.dotted.partition(".")[0] == "tf_keras" for one in bound)

    def cells(self) -> tuple[int, ...]:
        """The lines at which cells that may run again begin."""
        source = self.module.source
        return tuple(bisect_right(source.line_starts, border) for border in source.cells)

    def modules(self) -> frozenset[str]:
        dotted: set[str] = set()
        for scope in self.walk.scopes.values():
            for bindings in scope.bindings.values():
                dotted.update(binding.dotted for binding in bindings if binding.kind is BindingKind.IMPORT)
        for node in self.walk.imports:
            dotted.update(alias.name for alias in node.names)
        dotted |= self.events.imported
        return frozenset(name for name in dotted if not name.startswith("tensorflow"))

    def alternatives(self) -> Iterator[tuple[str, ...]]:
        """The origins of each name that several imports bind, of which any may count."""
        for scope in self.walk.scopes.values():
            for bindings in scope.bindings.values():
                imported = [one.dotted.removesuffix(STAR) for one in bindings if one.kind is BindingKind.IMPORT]
                if len(imported) > 1 and len(origins := dict.fromkeys(imported)) > 1:
                    yield tuple(origins)

    def escapes(self) -> tuple[list[Callee], set[str], set[str]]:
        """Functions and classes that are referred to other than by calling them, here or from other files."""
        callees: list[Callee] = []
        imports: set[str] = set()
        attributes = set[str]()
        starred = STAR in self.walk.module.bindings
        for node, scope in self.walk.loads:
            if node in self.events.asked:
                continue
            if isinstance(node, ast.Attribute):
                if node.attr in _ABOUT:
                    self.events.asked.add(node.value)  # which comes behind it
                    continue
                self.note_attribute(node, scope, attributes, imports)
                continue
            found = scope.find(node.id) if isinstance(node, ast.Name) else None
            if starred and found is None and (dotted := resolve(node, scope)):
                imports.add(dotted)  # what a star import may bring
            for binding in found[1] if found else ():
                if binding.kind in _PLAIN:  # nearly every name
                    continue
                if binding.kind is BindingKind.IMPORT:
                    self.hands_on |= knowledge.canonical(binding.dotted) == knowledge.VARIABLE
                    imports.add(binding.dotted)
                elif (callee := self.callees.definition(binding)) is not None:
                    callees.append(callee)
        return callees, {name for name in imports if not name.startswith("tensorflow")}, attributes

    def reads(self) -> Iterator[tuple[str, int]]:
        """The names of decorated methods, as properties are, and the bodies that read an attribute of that name."""
        nodes = (scope.node for scope in self.callees.body_scopes if not isinstance(scope.node, ast.Lambda))
        decorated = {getattr(node, "name", "") for node in nodes if getattr(node, "decorator_list", ())}
        for node, scope in self.walk.loads if decorated else ():
            if isinstance(node, ast.Attribute) and node.attr in decorated:
                yield node.attr, self.callees.body(scope)

    def scoped_reads(self) -> Iterator[tuple[FactKind, str]]:
        """The attributes that are read within a variable scope or name scope, which may be properties."""
        within = defaultdict[int, set[FactKind]](set)
        for statement, kind in self.opened():
            for line in range(statement.lineno, (statement.end_lineno or 0) + 1):
                within[line].add(kind)
        for node, _ in self.walk.loads if within else ():
            if isinstance(node, ast.Attribute):
                yield from ((kind, node.attr) for kind in within.get(node.lineno, ()))

    def opened(self) -> Iterator[tuple[ast.With, FactKind]]:
        """The `with` statements that enter what a call makes, which may be such a scope."""
        for site in self.walk.calls:
            if isinstance(statement := site.statement, ast.With):
                for item in statement.items:
                    if item.context_expr is site.node:
                        kind = scope_of(item, statement, site.scope, self.callees).kind
                        yield from [(statement, kind)] if kind in (FactKind.NAME, FactKind.VARIABLE) else []

    def note_attribute(self, node: ast.Attribute, scope: Scope, attributes: set[str], imports: set[str]) -> None:
        """Notes an attribute that is read: `tf.Variable` itself, or perhaps a method that something else calls."""
        dotted = resolve(node, scope)
        if dotted is not None:
            self.hands_on |= knowledge.canonical(dotted) == knowledge.VARIABLE
            imports.add(dotted)  # `layers.dense`, passed to something
        else:
            attributes.add(node.attr)

    def version_2_root(self) -> bool:
        """Whether plain `tensorflow` is TensorFlow 2's interface here: the file reaches for version 1 through it."""
        through = any(name.startswith("tensorflow.compat.v1.") for name in self.events.raw)
        return through and not self.version_1_root()

    def version_1_root(self) -> bool:
        """Whether the file uses what plain `tensorflow` has in version 1 only."""
        plain = (name for name in self.events.raw if not name.startswith("tensorflow.compat."))
        return any(name.startswith(evidence.VERSION_1_ONLY) and name not in evidence.IN_BOTH for name in plain)


def _is_implicit(node: ast.AST, owner: Scope) -> bool:
    """Whether Python itself calls a function: a special method, or the `__init__` of a class that a metaclass calls."""
    name = getattr(node, "name", "")
    if name == "__init__":
        keywords = owner.node.keywords if isinstance(owner.node, ast.ClassDef) else []
        return any(item.arg == "metaclass" and "ABC" not in ast.unparse(item.value) for item in keywords)
    return bool(name.startswith("__") and name.endswith("__"))


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.expr]:
    return [] if isinstance(node, ast.Lambda) else node.decorator_list


def _bare(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
