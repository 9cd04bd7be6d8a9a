"""The bodies and classes of a module, numbered, and what expressions in them refer to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import At
from migrate.syntax.names import resolve, single_value
from migrate.syntax.nodes import statements
from migrate.syntax.walk import Scope, ScopeKind, Walk

__all__ = [
    "BODY_SCOPES",
    "Bodies",
    "attribute_values",
    "behind",
    "first_parameter",
    "is_of_class",
    "method_class",
    "position",
]

BODY_SCOPES = (ScopeKind.MODULE, ScopeKind.FUNCTION, ScopeKind.LAMBDA)


def position(node: ast.AST) -> At:
    """What names a node within its file."""
    return _place(node.lineno, node.col_offset)  # type: ignore[attr-defined]


@lru_cache(maxsize=1 << 14)
def _place(line: int, column: int) -> At:
    """A pair that facts of all files share: they hold more places than anything else."""
    return line, column


class Bodies:
    """Numbers a module's bodies and classes, and resolves names in them."""

    def __init__(self, walk: Walk) -> None:
        self.scopes = walk.scopes
        self.body_scopes = [scope for scope in walk.scopes.values() if scope.kind in BODY_SCOPES]
        self.class_scopes = [scope for scope in walk.scopes.values() if scope.kind is ScopeKind.CLASS]
        self.numbers = {scope: number for number, scope in enumerate(self.body_scopes)}
        self.class_numbers = {scope: number for number, scope in enumerate(self.class_scopes)}
        self._attributes: dict[ast.AST, dict[str, list[ast.expr]]] = {}
        self._assigned: dict[str, list[tuple[ast.expr, Scope]]] = {}

    def body(self, scope: Scope) -> int:
        """The number of the body whose code `scope` belongs to: classes and comprehensions run within one."""
        while scope.kind not in BODY_SCOPES:
            assert scope.parent is not None
            scope = scope.parent
        return self.numbers[scope]

    def function_name(self, scope: Scope) -> str:
        """The name of the function whose code `scope` belongs to."""
        return getattr(self.body_scopes[self.body(scope)].node, "name", "")

    def class_number(self, scope: Scope) -> int:
        """The number of a class scope."""
        return self.class_numbers[scope]

    def canonical(self, node: ast.expr, scope: Scope) -> str | None:
        """The canonical TensorFlow (or other imported) name of an expression."""
        if self.is_of_graph(node, scope, "name_scope"):
            return "tensorflow.name_scope"
        return knowledge.canonical(resolve(node, scope))

    def is_of_graph(self, node: ast.expr, scope: Scope, method: str) -> bool:
        """Whether an expression is `tf.get_default_graph().method`, or that of a name for this graph."""
        if not isinstance(node, ast.Attribute) or node.attr != method:
            return False
        graph = behind(node.value, scope)
        return isinstance(graph, ast.Call) and self.canonical(graph.func, scope) == "tensorflow.get_default_graph"

    def assigned(self, method: ast.FunctionDef, attribute: str) -> list[ast.expr]:
        """What a function assigns to an attribute, of whatever object."""
        return self.assignments(method).get(attribute, [])

    def assignments(self, function: ast.FunctionDef) -> Mapping[str, list[ast.expr]]:
        """The values that a function assigns to each attribute, of whatever object."""
        if function not in self._attributes:
            found = self._attributes[function] = {}
            for attribute, value in attribute_values(function):
                found.setdefault(attribute, []).append(value)
        return self._attributes[function]

    def assigned_to_attribute(self, attribute: str) -> Sequence[tuple[ast.expr, Scope]]:
        """What the functions of the file assign to an attribute, of whatever object, each with its function's scope."""
        if attribute not in self._assigned:
            functions = ((one.node, one) for one in self.body_scopes if isinstance(one.node, ast.FunctionDef))
            found = ((value, scope) for node, scope in functions for value in self.assigned(node, attribute))
            self._assigned[attribute] = [*found]
        return self._assigned[attribute]


def behind(node: ast.expr, scope: Scope) -> ast.expr:
    """What a name is assigned, where that is once; any other expression itself."""
    return (single_value(node.id, scope) if isinstance(node, ast.Name) else None) or node


def method_class(scope: Scope) -> Scope | None:
    """The class whose method `scope` stands in, also from a lambda or a comprehension within the method."""
    current: Scope | None = scope
    while current is not None and current.kind is not ScopeKind.MODULE:
        if current.kind is ScopeKind.FUNCTION and current.parent and current.parent.kind is ScopeKind.CLASS:
            return current.parent
        current = current.parent
    return None


def first_parameter(scope: Scope) -> str:
    """The first parameter, as `self` is, of the method that `scope` stands in; "" where it stands in none."""
    method = _method(scope)
    arguments = [*method.args.posonlyargs, *method.args.args] if method is not None else []
    return arguments[0].arg if arguments else ""


def is_of_class(scope: Scope) -> bool:
    """Whether the method that `scope` stands in is given its class rather than an object."""
    method = _method(scope)
    marks = method.decorator_list if method is not None else []
    return any(isinstance(one, ast.Name) and one.id == "classmethod" for one in marks)


def _method(scope: Scope) -> ast.FunctionDef | None:
    current: Scope | None = scope
    while current is not None:
        if isinstance(current.node, ast.FunctionDef) and current.parent and current.parent.kind is ScopeKind.CLASS:
            return current.node
        current = current.parent
    return None


def attribute_values(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Each attribute that a function assigns, of whatever object, with its value; the attribute where that is unknown.

    A loop, a `with`, an augmented assignment and a result that is unpacked do not show what they assign.
    """
    for statement in statements(function):
        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _paired(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _paired(target, value)
            case ast.AugAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
                yield from _paired(target, target)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    yield from _paired(item.optional_vars, item.optional_vars)


def _paired(target: ast.expr | None, value: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Attribute(attr=attribute), ast.expr():
            yield attribute, value
        case ast.Starred(value=inner), _:
            yield from _paired(inner, inner)
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), _):
            shown = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            starred = any(isinstance(one, ast.Starred) for one in (*targets, *shown))
            pairs = zip(targets, targets if starred or len(shown) != len(targets) else shown, strict=True)
            for one, other in pairs:
                yield from _paired(one, other)
