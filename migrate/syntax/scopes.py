"""What a walk over a module's tree finds: its scopes with their bindings, and its calls with the context of each."""

from __future__ import annotations

import ast
import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from migrate.syntax.records import record

__all__ = ["Binding", "BindingKind", "CallSite", "Frame", "FrameKind", "Scope", "ScopeKind", "Walk"]

_OF_CLASSES = ("staticmethod", "classmethod")  # what a class makes of a function to keep it


class ScopeKind(enum.Enum):
    """What opens a scope of names."""

    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"
    LAMBDA = "lambda"
    COMPREHENSION = "comprehension"


class BindingKind(enum.Enum):
    """How a name is bound."""

    IMPORT = "import"
    DEF = "def"
    CLASS = "class"
    PARAMETER = "parameter"
    ASSIGN = "assign"  # one name, one value
    OTHER = "other"  # unpacking, augmented, loop target, `with ... as`, `except ... as`, `del`


@dataclass(slots=True)
class Binding:
    """One place that binds a name: `value` for an assignment, `dotted` for an import, `context` for `with ... as`."""

    kind: BindingKind
    node: ast.AST
    value: ast.expr | None = None
    dotted: str = ""
    context: ast.expr | None = None


@dataclass(slots=True, eq=False)
class Scope:
    """A scope of names. `frames` are the ones around its definition, within the scope that encloses it.

    `synonyms`, which all scopes of a module share, has the true names of what the module imports from elsewhere, where
    other files tell: `common.tf` is `tensorflow`.
    """

    kind: ScopeKind
    node: ast.AST
    parent: Scope | None
    frames: tuple[Frame, ...]
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    outer_names: dict[str, bool] = field(default_factory=dict)  # declared global (True) or nonlocal
    loops: list[ast.For | ast.AsyncFor] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)
    resolved: dict[str, str | None] = field(default_factory=dict)  # what `names.resolve` has found before
    visible: Mapping[str, str] | None = None  # the same for `names.visible_imports`

    def bind(self, name: str, binding: Binding) -> None:
        """Adds a binding; a walrus in a comprehension binds in the scope around it, as what is declared global does."""
        scope = self
        while scope.kind is ScopeKind.COMPREHENSION and binding.kind is BindingKind.ASSIGN and scope.parent:
            scope = scope.parent
        scope.bindings.setdefault(name, []).append(binding)
        if name in scope.outer_names:  # a value is of this scope, and may be something else out there
            outside = binding if binding.kind is BindingKind.IMPORT else Binding(BindingKind.OTHER, binding.node)
            scope._holder(name).bindings.setdefault(name, []).append(outside)

    def _holder(self, name: str) -> Scope:
        """The scope to which a name belongs that is declared global or nonlocal here."""
        around = [self]
        while around[-1].parent is not None:
            around.append(around[-1].parent)
        if self.outer_names[name]:
            return around[-1]
        functions = [one for one in around[1:] if one.kind is ScopeKind.FUNCTION and name not in one.outer_names]
        return next((one for one in functions if name in one.bindings), (*functions, around[-1])[0])

    def find(self, name: str) -> tuple[Scope, list[Binding]] | None:
        """The scope that `name` refers to from here and its bindings there, by Python's rules."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            visible = first or scope.kind is not ScopeKind.CLASS
            if visible and name in scope.bindings and name not in scope.outer_names and not scope._repeats(name):
                return scope, scope.bindings[name]
            if scope.kind is not ScopeKind.COMPREHENSION:
                first = False
            scope = scope.parent
        return None

    def _repeats(self, name: str) -> bool:
        """Whether a class takes what is called so around it as its own: `make = make`, `make = staticmethod(make)`."""
        if self.kind is not ScopeKind.CLASS or len(self.bindings[name]) > 1:
            return False
        value = self.bindings[name][0].value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _OF_CLASSES:
            value = value.args[0] if value.args else None
        return isinstance(value, ast.Name) and value.id == name


class FrameKind(enum.Enum):
    """What can make code run more than once, not at all, or under a context."""

    LOOP = "loop"
    BRANCH = "branch"
    TRY = "try"
    WITH = "with"


@record(frozen=True, slots=True, eq=False)
class Frame:
    """One enclosing construct within a scope; `arm` tells exclusive branches apart, `item` is a `with`'s context."""

    kind: FrameKind
    node: ast.AST
    arm: int = 0
    item: ast.withitem | None = None


@dataclass(slots=True)
class CallSite:
    """A call, the scope and frames that it runs in (outermost first), the statement that holds it, and its block."""

    node: ast.Call
    called: str  # the last name by which it is written, whatever it stands for: `c` for `a.b.c()`; "" for `a[0]()`
    scope: Scope
    frames: tuple[Frame, ...]
    statement: ast.stmt
    block: Sequence[ast.stmt]  # the statement and its siblings


@dataclass(slots=True)
class Walk:
    """What one walk finds, in lists that are in the order of evaluation.

    What is looked for by name is kept by name, so that nobody has to go through all of it: `called` are the calls,
    `names` and `attributes` those that are read other than as the function of a call, each with its scope.
    `imported` are the bindings of imports, each with the name that it binds and its scope, `imports` the statements
    that have a module without an alias, `strings` all string constants outside of annotations, `stored` the attributes
    that are assigned, of whatever object.
    """

    module: Scope
    scopes: dict[ast.AST, Scope]
    calls: list[CallSite] = field(default_factory=list)
    called: defaultdict[str, list[CallSite]] = field(default_factory=lambda: defaultdict(list))
    names: defaultdict[str, list[tuple[ast.Name, Scope]]] = field(default_factory=lambda: defaultdict(list))
    attributes: defaultdict[str, list[tuple[ast.Attribute, Scope]]] = field(default_factory=lambda: defaultdict(list))
    withs: list[tuple[ast.With | ast.AsyncWith, Scope]] = field(default_factory=list)
    imported: list[tuple[str, Binding, Scope]] = field(default_factory=list)
    imports: list[ast.Import] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    stored: set[str] = field(default_factory=set)

    def assume(self, synonyms: Mapping[str, str]) -> None:
        """Has names resolve by these synonyms from now on, and by no others."""
        self.module.synonyms.clear()
        self.module.synonyms.update(synonyms)
        for scope in self.scopes.values():
            scope.resolved.clear()
            scope.visible = None

    def calls_of(self, names: Iterable[str]) -> Iterator[CallSite]:
        """The calls whose last names are among some, by name."""
        return chain.from_iterable(self.called[name] for name in names if name in self.called)

    def reads_of(self, names: Iterable[str]) -> Iterator[tuple[ast.Name, Scope]]:
        """Where some names are read, by name."""
        return chain.from_iterable(self.names[name] for name in names if name in self.names)

    def attributes_of(self, names: Iterable[str]) -> Iterator[tuple[ast.Attribute, Scope]]:
        """Where attributes of some names are read, by name."""
        return chain.from_iterable(self.attributes[name] for name in names if name in self.attributes)
