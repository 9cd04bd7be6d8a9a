"""Whether the shape of an initial value is known to Python, as `get_variable` needs it, or only to a run."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codemods.tensorflow.dtypes import is_none
from codemods.tensorflow.initializers import Op
from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.writing.statics import is_static
from migrate.syntax.bindings import assigned_values, attribute_values, stored_values
from migrate.syntax.module import Module
from migrate.syntax.nodes import statements

__all__ = ["Doubt", "Shape", "known_shape"]

_MAX_ALIASES = 6


class Doubt(enum.Enum):
    """Why a shape is not taken for a known one."""

    RUN_TIME = "it may be a tensor"
    UNPROVED = "it may hold something else than integers"


@dataclass(frozen=True, slots=True)
class Shape:
    """A known shape: None for a scalar's; `brackets` where a bare integer stands for a vector's length."""

    node: ast.expr | None
    brackets: bool = False
    same_ops: bool = True


def known_shape(module: Module, node: ast.expr, op: Op, request: CallRequest) -> Shape | Doubt:
    """The shape, or why it is in doubt. A bare integer makes a vector of zeros or ones, with two ops more."""
    if isinstance(node, ast.Constant) and not op.integers:
        return Doubt.UNPROVED
    doubt = _Reader(module, op, request).doubt(node, 0)
    if doubt is not None:
        return doubt
    brackets = op.integers and _is_integer(module, node, request)
    return Shape(node, brackets, same_ops=not op.integers or _is_sequence(module, node, request))


# Built-in functions whose result is made of integers as far as their arguments are.
_TRANSPARENT = frozenset({"list", "tuple", "max", "min", "sum", "abs", "sorted"})
_INTEGERS = frozenset(
    {
        *("int", "len"),
        *("numpy.shape", "numpy.int32", "numpy.int64", "numpy.size", "numpy.ndim", "numpy.argmax"),
    }
)
_SHAPE_METHODS = frozenset({"get_shape", "as_list", "num_elements", "with_rank", "merge_with"})
_INTEGER_ATTRIBUTES = frozenset({"shape", "value", "size", "ndim"})  # of arrays, of static shapes
_STATIC_OPS = frozenset({"tensorflow.TensorShape", "tensorflow.Dimension"})


class _Reader:
    """Reads one shape expression."""

    def __init__(self, module: Module, op: Op, request: CallRequest) -> None:
        self.module = module
        self.floats = op.floats
        self.request = request
        self.open: set[str] = set()  # the names and attributes whose values are being read

    def doubt(self, node: ast.expr, depth: int) -> Doubt | None:
        """The first doubt about an expression, None where it is made of integers."""
        if self.request.dynamic(node):
            return Doubt.RUN_TIME
        match node:
            case ast.Constant(value=value):
                return None if type(value) is int else Doubt.UNPROVED
            case ast.Name():
                return self.name(node, depth)
            case ast.Attribute():
                return self.attribute(node, depth)
            case ast.Call():
                return self.call(node, depth)
            case ast.Subscript(value=holder, slice=key) if not isinstance(key, ast.Slice | ast.Tuple):
                return self.element(holder, key, depth)
        return self.first(_parts(node, self.floats), depth)

    def first(self, parts: Iterable[ast.expr] | None, depth: int) -> Doubt | None:
        if parts is None:
            return Doubt.UNPROVED
        return next((doubt for part in parts if (doubt := self.doubt(part, depth)) is not None), None)

    def name(self, node: ast.Name, depth: int) -> Doubt | None:
        """A name is judged by every value that is assigned to it; one that nothing shows is taken for integers."""
        if depth >= _MAX_ALIASES:
            return Doubt.UNPROVED
        return self.around(node.id, assigned_values(self.module, node.id, self.request.scope), depth)

    def attribute(self, node: ast.Attribute, depth: int) -> Doubt | None:
        if depth >= _MAX_ALIASES:
            return Doubt.UNPROVED
        if is_static(self.module, node, self.request):
            return None
        doubt = self.around(f".{node.attr}", attribute_values(self.module, node.attr), depth)
        return None if doubt is Doubt.UNPROVED and node.attr in _INTEGER_ATTRIBUTES else doubt

    def around(self, name: str, values: Iterable[ast.expr], depth: int) -> Doubt | None:
        """What the values of a name tell; where they lead back to it, `self.size = config.size`, nothing more."""
        if name in self.open:
            return None
        self.open.add(name)
        doubt = self.worst(values, depth)
        self.open.remove(name)
        return doubt

    def element(self, holder: ast.expr, key: ast.expr, depth: int) -> Doubt | None:
        """One element is judged by what is written out under its key; of what nothing shows, as a name is."""
        if depth >= _MAX_ALIASES:
            return Doubt.UNPROVED
        values, shows = self.elements(holder, key, depth)
        if shows:
            return self.worst(values, depth)
        return self.doubt(holder, depth + 1)

    def elements(self, holder: ast.expr, key: ast.expr, depth: int) -> tuple[list[ast.expr], bool]:
        """What a program puts under a key, and whether all that the holder may be is a display."""
        match holder:
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return [value for own, value in pairs if _may_be(own, key)], None not in keys
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                index = key.value if isinstance(key, ast.Constant) else None
                known = type(index) is int and index < len(parts)
                return [parts[index]] if known and isinstance(index, int) else list(parts), True
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=words):
                return [word.value for word in words], True
            case ast.Name(id=name):
                found = list(assigned_values(self.module, name, self.request.scope))
            case ast.Attribute(attr=name) if not is_static(self.module, holder, self.request):
                found = list(attribute_values(self.module, name))
            case ast.Subscript(value=outer, slice=inner):
                found, shows = self.elements(outer, inner, depth + 1)
                several = [self.elements(one, key, depth + 1) for one in found]
                return [one for values, _ in several for one in values], shows and all(told for _, told in several)
            case _:
                return [], False
        if depth >= _MAX_ALIASES or not found:
            return [], False
        several = [self.elements(one, key, depth + 1) for one in found]
        stored = stored_values(self.module, name)
        return [*(one for values, _ in several for one in values), *stored], all(shows for _, shows in several)

    def worst(self, values: Iterable[ast.expr], depth: int) -> Doubt | None:
        """What the values of a name are tells only where it is bad: a helper's call may return anything."""
        for value in values:
            if isinstance(value, ast.Call) and not self.is_tensorflow(value):
                if self.returns_tensor(value):
                    return Doubt.RUN_TIME
                continue
            doubt = self.doubt(value, depth + 1)
            if doubt is not None and not is_none(value):
                return doubt
        return None

    def call(self, node: ast.Call, depth: int) -> Doubt | None:
        function = node.func
        builtin = isinstance(function, ast.Name) and self.request.scope.find(function.id) is None
        name = ast.unparse(function) if builtin else self.request.resolve(function) or ""
        if name in _TRANSPARENT or name in _STATIC_OPS:
            return self.first(node.args, depth)
        if name.startswith("tensorflow."):
            return Doubt.RUN_TIME
        method = function.attr if isinstance(function, ast.Attribute) else ""
        if method == "get" and isinstance(function, ast.Attribute) and node.args and not node.keywords:
            return self.element(function.value, node.args[0], depth) or self.first(node.args[1:], depth)
        integers = name in _INTEGERS or method in _SHAPE_METHODS or (name.startswith("numpy.") and not self.floats)
        return None if integers else Doubt.UNPROVED

    def is_tensorflow(self, node: ast.Call) -> bool:
        """Whether a call is of TensorFlow's, or may be: `from tensorflow import shape` and then `shape = shape(x)`."""
        found = self.request.scope.find(node.func.id) if isinstance(node.func, ast.Name) else None
        origins = [one.dotted for one in found[1]] if found else []
        return any(name.startswith("tensorflow.") for name in (self.request.resolve(node.func) or "", *origins))

    def returns_tensor(self, node: ast.Call) -> bool:
        """Whether a call is of a function of the module that returns nothing but what ops make."""
        found = self.request.scope.find(node.func.id) if isinstance(node.func, ast.Name) else None
        functions = [one.node for one in found[1]] if found else []
        if len(functions) != 1 or not isinstance(functions[0], ast.FunctionDef) or functions[0].decorator_list:
            return False
        returned = list(_returned(functions[0]))
        return bool(returned) and all(
            isinstance(one, ast.Call) and self.is_tensorflow(one) and self.call(one, _MAX_ALIASES) is Doubt.RUN_TIME
            for one in returned
        )


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr | None]:
    """What a function returns; what is assigned to a name in its place."""
    own = list(statements(function))
    for value in (one.value for one in own if isinstance(one, ast.Return)):
        name = value.id if isinstance(value, ast.Name) else ""
        assigned = [one for one in own if isinstance(one, ast.Assign)] if name else []
        found = [one.value for one in assigned if any(isinstance(to, ast.Name) and to.id == name for to in one.targets)]
        yield from found or (value,)


def _may_be(own: ast.expr | None, key: ast.expr) -> bool:
    """Whether a key of a display may be the one that is asked for."""
    known = isinstance(own, ast.Constant) and isinstance(key, ast.Constant)
    return not known or ast.dump(own) == ast.dump(key) if own is not None else True


def _parts(node: ast.expr, floats: bool) -> tuple[ast.expr, ...] | None:
    """The expressions on which it depends whether `node` is made of integers; None where it is not, or hard to tell.

    Division makes floats, which only some ops take: in a shape of the others it is certainly a whole number.
    """
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return tuple(parts)
        case (
            ast.Starred(value=inner) | ast.Subscript(value=inner) | ast.UnaryOp(operand=inner) | ast.ListComp(elt=inner)
        ):
            return (inner,)
        case ast.IfExp(body=one, orelse=other):
            return (one, other)
        case ast.BinOp(left=one, op=operator, right=other) if not (floats and isinstance(operator, ast.Div)):
            return (one, other)
    return None


def _is_sequence(module: Module, node: ast.expr, request: CallRequest) -> bool:
    """Whether the shape is certainly no bare integer, for which `zeros` adds two ops more."""
    match node:
        case ast.List() | ast.Tuple() | ast.ListComp() | ast.Attribute(attr="shape") | ast.Subscript(slice=ast.Slice()):
            return True
        case ast.Call(func=ast.Attribute(attr="get_shape" | "as_list") | ast.Name(id="list" | "tuple")):
            return True
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_sequence(module, left, request) or _is_sequence(module, right, request)
        case ast.Name(id=name):
            values = assigned_values(module, name, request.scope)
            return bool(values) and all(not _names(value) and _is_sequence(module, value, request) for value in values)
    return False


def _is_integer(module: Module, node: ast.expr, request: CallRequest) -> bool:
    """Whether the shape is certainly a bare integer, which reads better as a list of one."""
    match node:
        case ast.Constant(value=value):
            return type(value) is int
        case ast.Call(func=ast.Name(id="int" | "len" as name)):
            return request.scope.find(name) is None
        case ast.Name(id=name):
            values = assigned_values(module, name, request.scope)
            return len(values) == 1 and isinstance(values[0], ast.Constant) and type(values[0].value) is int
    return False


def _names(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) for part in ast.walk(node) if isinstance(node, ast.Name | ast.BinOp))
