"""Turns one module into its facts: bodies with their events, classes, imports, and what tells eager from graph code."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import replace

from codemods.tensorflow import evidence, knowledge
from codemods.tensorflow.absent import cleared, kept_parameters, left_out
from codemods.tensorflow.bodies import position
from codemods.tensorflow.callees import Callees
from codemods.tensorflow.escapes import find_escapes
from codemods.tensorflow.events import Events
from codemods.tensorflow.facts import (
    BodyFacts,
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
from codemods.tensorflow.onward import gives_unknown, passed_on, passes_unknown
from codemods.tensorflow.patches import patches
from codemods.tensorflow.properties import reads, scoped_reads
from codemods.tensorflow.relays import aliases, assumed, relays
from codemods.tensorflow.restores import maps_scopes, restores
from codemods.tensorflow.signatures import defaults, unset_defaults
from codemods.tensorflow.swallowing import EXITS, is_manager, swallows
from codemods.tensorflow.text import Text
from codemods.tensorflow.triggers import lies_inside
from codemods.tensorflow.withs import decorator_scope
from codemods.tensorflow.words import mixes_case, spare_words, words
from migrate.syntax.module import Module
from migrate.syntax.names import STAR, resolve, visible_imports
from migrate.syntax.walk import BindingKind, Scope, ScopeKind, is_main_guard

__all__ = ["creations", "index"]

_HOLDING = (ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.IfExp, ast.BoolOp, ast.Lambda)
_NOTHING: frozenset[str] = frozenset()  # one for all: Python makes a new one each time
_TRANSPARENT_DECORATORS = ("staticmethod", "classmethod", "abc.abstractmethod")
# What these give back is the function itself, which runs no more often for it; those with `(...)` behind them do, too.
_MARKS = re.compile(
    r"pytest\.mark\.(?!(?:parametrize|flaky|repeat)$)\w+|unittest\.(?:skip|skipIf|skipUnless|expectedFailure)|"
    r"nose\.tools\.(?:nottest|istest)"
)


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
        self.lookups = find_lookups(module, self.callees)

    def facts(self) -> FileFacts:
        for scope in self.callees.class_scopes:
            self.events.told.asked.update(scope.node.bases)  # type: ignore[attr-defined]
        self.events.collect()
        names = self.events.names
        escapes = find_escapes(self.walk, self.callees, self.events.told.asked)
        found = words(self.module)
        read_within = [*scoped_reads(self.walk, self.callees)]
        makes_unseen = escapes.hands_on or self.events.told.makes_unseen
        top = self.walk.module.bindings
        imports = {
            name: tuple(dict.fromkeys(imported))
            for name, bindings in top.items()
            if (imported := [one.dotted for one in bindings if one.kind is BindingKind.IMPORT])
        }
        names.update(self.decorators())
        bodies = tuple(self.bodies())
        return FileFacts(
            path=self.module.path,
            creates=any(isinstance(event, Creation) for events in self.events.by_body for event in events),
            library=lies_inside(self.module.path)
            and any(name.startswith("tensorflow.python.") for names in imports.values() for name in names),
            cleared=frozenset(cleared(self.module)) or _NOTHING,
            left_out=frozenset(left_out(self.module, self.callees)) or _NOTHING,
            kept=kept_parameters(self.callees) if self.holds_names() else {},
            bodies=bodies,
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
            escaped=escapes.of(CalleeKind.BODY),
            escaped_classes=escapes.of(CalleeKind.CLASS),
            escaped_imports=frozenset(escapes.imports),
            escaped_attributes=frozenset(escapes.attributes),
            gives_unknown=any(map(gives_unknown, bodies)),
            passes_unknown=any(map(passes_unknown, bodies)),
            registrars=frozenset(self.registrars()) or _NOTHING,
            passed_on=passed_on(self.module.path, bodies, imports, escapes.imports),
            scoped_reads=frozenset(name for kind, name in read_within if kind is FactKind.VARIABLE),
            named_reads=frozenset(name for kind, name in read_within if kind is FactKind.NAME),
            reads=frozenset(reads(self.walk, self.callees)),
            asked_names=frozenset(self.events.told.asked_names),
            eager=bool(names & evidence.EAGER_CALLS),
            eager_evidence=self.events.modes.reads_values or shows_eager(names) or self.imports_keras_2(),
            graph_evidence=shows_graph(names),
            names_tensorflow="tensorflow" in map(knowledge.canonical, visible_imports(self.walk.module).values()),
            version_2_root=self.version_2_root(),
            reruns=getattr(self.module.source, "reruns", False),
            cells=self.cells(),
            seeded=bool(names & knowledge.SEEDS),
            resource_scopes=self.events.resource_scopes,
            hands_on=escapes.hands_on,
            evaluated=tuple(self.events.told.evaluated),
            blocks=self.events.blocks,
            lookups=self.lookups.names,
            lookup_patterns=self.lookups.patterns,
            orders=self.lookups.orders,
            orders_passed=self.lookups.orders_passed,
            hands_graph=self.lookups.hands_graph,
            name_tests=name_tests(self.module),
            by_hand=frozenset(self.events.told.by_hand),
            lent=frozenset(self.events.told.lent),
            functions_used=frozenset(name.rpartition(".")[2] for name in names if name.startswith("tensorflow.")),
            restores=tuple(restores(self.module, self.callees)),
            maps_scopes=maps_scopes(self.module),
            reloads=self.events.told.reloads,
            guarded=tuple(
                (one.lineno, one.end_lineno or 0)
                for one in self.walk.module.node.body  # type: ignore[attr-defined]
                if isinstance(one, ast.If) and is_main_guard(one.test)
            ),
            patches=patches(self.module),
            threads=self.events.told.threads,
            makes_unseen=makes_unseen,
            unknown_words=frozenset(self.unknown_words(found, makes_unseen=makes_unseen)) or _NOTHING,
            words=spare_words(self.module, self.callees) or _NOTHING,
            mixes_case=mixes_case(self.module, found),
        )

    def holds_names(self) -> bool:
        """Whether it takes names of variables from attributes of its own objects."""
        events = (event for several in self.events.by_body for event in several)
        return any(isinstance(one, Creation) and one.held is not None and one.held.owner >= 0 for one in events)

    def unknown_words(self, found: frozenset[str], *, makes_unseen: bool) -> Iterator[str]:
        """What may name something that the file does not show: words of its strings, and of code in strings."""
        if makes_unseen or self.names_unknown():
            yield from map(str.lower, found)
        yield from (text.literal.lower() for text in self.events.told.asked_names if text.literal)

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

    def decorators(self) -> Iterator[str]:
        """What of TensorFlow decorators are, or call."""
        for scope in self.callees.body_scopes:
            for one in getattr(scope.node, "decorator_list", ()):
                assert scope.parent is not None
                names = (self.callees.canonical(part, scope.parent) for part in decorating(one))
                yield from (name for name in names if name and name.startswith("tensorflow."))

    def registrars(self) -> Iterator[str]:
        """The modules, without their packages, whose decorators get functions of the file, to call at any time."""
        for scope in self.callees.body_scopes:
            for one in _decorators(scope.node) if scope.parent is not None else ():
                assert scope.parent is not None
                name = resolve(one.func if isinstance(one, ast.Call) else one, scope.parent) or ""
                if "." in name and name.partition(".")[0] not in (*knowledge.SAFE_MODULES, "tensorflow"):
                    yield name.split(".")[-2]

    def bodies(self) -> Iterator[BodyFacts]:
        """All bodies; where only creations count, those without any, which hold no body with one, are left blank."""
        told = self.creating() if self.events.creations else range(len(self.callees.body_scopes))
        for number, scope in enumerate(self.callees.body_scopes):
            yield self.body(number, scope) if number in told else BodyFacts(number, "")

    def creating(self) -> Set[int]:
        """The bodies with events, those around them, and the module's."""
        found = {0}
        for number, events in enumerate(self.events.by_body):
            while events and number not in found:
                found.add(number)
                number = self.parent(number)  # noqa: PLW2901
        return found

    def body(self, number: int, scope: Scope) -> BodyFacts:
        node = scope.node
        if isinstance(node, ast.Module):
            asks, events = number in self.lookups.bodies, tuple(self.events.by_body[number])
            return BodyFacts(number, "", is_module=True, asks=asks, events=events)
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        assert scope.parent is not None
        decorators = [self.callees.canonical(item, scope.parent) or _bare(item) for item in _decorators(node)]
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
            decorated=any(not self.is_transparent(item, scope.parent) for item in _decorators(node)),
            implicit=_is_implicit(node, scope.parent),
            static="staticmethod" in decorators,
            eager=self.eager(node, number, scope.parent),
            in_control_flow=number in self.events.control_flow,
            swallows=(own in EXITS or any(map(is_manager, _decorators(node)))) and swallows(node),
            asks=number in self.lookups.bodies,
            events=self.in_scope(number),
            frames=self.events.frames.facts(scope.frames, scope.parent),
            kept=number in self.kept,
            lazy=self.kept[number].lazy if number in self.kept else None,
            leaves=None if isinstance(node, ast.Lambda) else leaves(node),
        )

    def is_transparent(self, decorator: ast.expr, scope: Scope) -> bool:
        """Whether a decorator leaves open neither what a function's name stands for nor how often it runs."""
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = self.callees.canonical(function, scope) or _bare(function)
        return (function is decorator and name in _TRANSPARENT_DECORATORS) or _MARKS.fullmatch(name) is not None

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
                name: self.callees.body(self.walk.scopes[bindings[0].node])
                for name, bindings in scope.bindings.items()
                if len(bindings) == 1 and bindings[0].kind is BindingKind.DEF
            },
            eager=any(name.startswith(evidence.EAGER_BASES) for name in names),
            is_test="tensorflow.test.TestCase" in names,
            is_plain_test="unittest.TestCase" in names,
        )

    def imports_keras_2(self) -> bool:
        """Whether the file imports `tf_keras`, which there is for TensorFlow 2 only."""
        return any(binding.dotted.partition(".")[0] == "tf_keras" for _, binding, _ in self.walk.imported)

    def cells(self) -> tuple[int, ...]:
        """The lines at which cells that may run again begin."""
        source = self.module.source
        return tuple(bisect_right(source.line_starts, border) for border in source.cells)

    def modules(self) -> frozenset[str]:
        dotted = {binding.dotted for _, binding, _ in self.walk.imported}
        for node in self.walk.imports:
            dotted.update(alias.name for alias in node.names)
        dotted |= self.events.told.imported
        return frozenset(name for name in dotted if not name.startswith("tensorflow"))

    def alternatives(self) -> Iterator[tuple[str, ...]]:
        """The origins of each name that several imports bind, of which any may count."""
        origins = defaultdict[tuple[Scope, str], dict[str, None]](dict)
        for name, binding, scope in self.walk.imported:
            origins[scope, name][binding.dotted.removesuffix(STAR)] = None
        return (tuple(several) for several in origins.values() if len(several) > 1)

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


def _decorators(node: ast.AST) -> list[ast.expr]:
    return getattr(node, "decorator_list", [])


def _bare(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
