"""Which expressions are NumPy arrays for sure: they can be given an element type without an op."""

from __future__ import annotations

import ast

from codemods.tensorflow.request import CallRequest
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.names import single_value
from migrate.syntax.nodes import nodes

__all__ = ["array_module", "is_array"]

_MAKERS = frozenset(
    f"numpy.{name}" for name in "array asarray zeros ones full empty eye identity arange linspace diag".split()
)
_DRAWN_BY_DIMENSIONS = frozenset({"numpy.random.rand", "numpy.random.randn"})  # without any these make a float
_SIZE_PLACES = {  # where `size` stands in what makes a single number without one
    **dict.fromkeys(("random", "random_sample", "ranf", "sample", "standard_normal"), 0),
    **dict.fromkeys(("normal", "uniform", "randint"), 2),
}
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_MAX_DEPTH = 50  # of names and operators: nobody writes more


def is_array(node: ast.expr, request: CallRequest) -> bool:
    """Whether an expression is an array, or a number of NumPy's, which has the methods of one."""
    return _Reader(request).is_array(node, 0)


class _Reader:
    """Reads one value: what leads back to itself, or too far, is no array for sure."""

    def __init__(self, request: CallRequest) -> None:
        self.request = request
        self.names: dict[str, bool] = {}  # what is known of the names that were met, False while they are read

    def is_array(self, node: ast.expr, depth: int) -> bool:
        if depth > _MAX_DEPTH:
            return False
        match node:
            case ast.Call():
                return _makes_array(node, self.request)
            case ast.Name(id=name):
                return self.names[name] if name in self.names else self.name(name, depth)
            case ast.BinOp(left=left, op=operator, right=right) if isinstance(operator, _ARITHMETIC):
                one, other = self.is_array(left, depth + 1), self.is_array(right, depth + 1)
                return (one or other) and (one or self.is_number(left)) and (other or self.is_number(right))
        return False

    def name(self, name: str, depth: int) -> bool:
        self.names[name] = False
        value = single_value(name, self.request.scope)
        if value is not None and not isinstance(value, ast.Name) and self.means_the_same(name, value):
            self.names[name] = self.is_array(value, depth + 1)
        return self.names[name]

    def means_the_same(self, name: str, value: ast.expr) -> bool:
        """Whether no name in the value of an outer name is another one where it is read."""
        here = self.request.scope
        found = here.find(name)
        return found is not None and all(
            (here.find(one.id) or (None,))[0] is (found[0].find(one.id) or (None,))[0]
            for one in nodes(value)
            if isinstance(one, ast.Name)
        )

    def is_number(self, node: ast.expr) -> bool:
        """Whether what an array is multiplied with, say, makes no tensor of it: a literal, or what NumPy computes."""
        if isinstance(node, ast.Call):
            return (self.request.resolve(node.func) or "").startswith("numpy.")
        operand = node.operand if isinstance(node, ast.UnaryOp) else node
        return isinstance(operand, ast.Constant) and type(operand.value) in (int, float)


def array_module(node: ast.expr, request: CallRequest) -> str:
    """How an array is written in terms of NumPy, such as `np`; "" where that is used by single names alone."""
    value = single_value(node.id, request.scope) if isinstance(node, ast.Name) else node
    names = (one for one in nodes(value or node) if isinstance(one, ast.Name))
    return next((one.id for one in names if request.resolve(one) == "numpy"), "")


def _makes_array(call: ast.Call, request: CallRequest) -> bool:
    dotted = request.resolve(call.func) or ""
    if dotted in _DRAWN_BY_DIMENSIONS:
        return bool(call.args) and not any(isinstance(one, ast.Starred) for one in call.args)
    place = _SIZE_PLACES.get(dotted.removeprefix("numpy.random.")) if dotted.startswith("numpy.random.") else None
    if place is None:
        return dotted in _MAKERS
    size = keyword_or_place(call, "size", place)
    return isinstance(size, ast.Tuple | ast.List) or (isinstance(size, ast.Constant) and type(size.value) is int)
