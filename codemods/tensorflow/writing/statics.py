"""Which attributes are read off static shapes, tensors and arrays: no object of the file's own has them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from codemods.tensorflow.request import CallRequest
from migrate.syntax.bindings import attribute_values
from migrate.syntax.module import Module

__all__ = ["is_static"]

_MAKERS = {"shape": ("numpy.", "tensorflow."), "size": ("numpy.",), "ndim": ("numpy.",)}
_MAX_NAMES = 20  # that stand for one another
_SHAPES = frozenset({"get_shape", "with_rank", "merge_with"})
_CALLED = ("shape", "dims")  # how what nothing shows is called where it is a static shape


def is_static(module: Module, node: ast.Attribute, request: CallRequest) -> bool:
    """Whether an attribute is the `value` of a dimension, the `shape` of a tensor or array, an array's `size`.

    None of these has a setter that takes a tensor; a tensor's `size` would.
    """
    reader = _Reader(module, request, _MAKERS.get(node.attr, ()))
    return reader.is_dimension(node.value) if node.attr == "value" else reader.is_made(node.value)


class _Reader:
    """Reads what an attribute is taken of."""

    def __init__(self, module: Module, request: CallRequest, makers: tuple[str, ...]) -> None:
        self.module = module
        self.request = request
        self.makers = makers
        self.names: dict[str, bool] = {}  # what is known of the names that were met, False while they are read

    def is_dimension(self, node: ast.expr) -> bool:
        match node:
            case ast.Subscript(value=holder, slice=key):
                return not isinstance(key, ast.Slice) and self.is_shape(holder)
            case ast.Name(id=name):
                gone_through = self.gone_through(node)
                if gone_through is not None:
                    return self.is_shape(gone_through)
                return self.each(name, self.values(name), self.is_dimension)
        return False

    def is_shape(self, node: ast.expr) -> bool:
        match node:
            case ast.Call(func=ast.Attribute(attr=method)) if method in _SHAPES:
                return True
            case ast.Call(func=function):
                return self.request.resolve(function) == "tensorflow.TensorShape"
            case ast.Attribute(attr=name):
                return name.endswith(_CALLED)
            case ast.Subscript(value=holder, slice=ast.Slice()):
                return self.is_shape(holder)
            case ast.Name(id=name):
                called = name.endswith(_CALLED)
                shown = [value for value in self.values(name) if value is not None or not called]
                return self.each(name, shown, self.is_shape) or (called and not shown)
        return False

    def is_made(self, node: ast.expr) -> bool:
        match node:
            case ast.Call(func=function):
                dotted = self.request.resolve(function) or ""
                name = dotted.rpartition(".")[2]
                return dotted.startswith(self.makers) and (name[:1].islower() or name == "Variable")
            case ast.Name(id=name):
                return self.each(name, self.values(name), self.is_made)
            case ast.Attribute(attr=name):
                return self.each(f".{name}", attribute_values(self.module, name), self.is_made)
        return False

    def values(self, name: str) -> list[ast.expr | None]:
        """What a name is bound to, None where the source does not show it."""
        found = self.request.scope.find(name)
        return [binding.value or self.element(binding.node) for binding in found[1]] if found else []

    def element(self, target: ast.AST) -> ast.expr | None:
        """What a name gets that a loop, or an assignment to several, takes from something: one element of that."""
        parent = self.module.parents.get(target)
        match self.module.parents.get(parent) if isinstance(parent, ast.Tuple | ast.List) else parent:
            case ast.For(iter=source) | ast.Assign(value=source):
                return ast.Subscript(source, ast.Constant(0), ast.Load())
        return None

    def each(self, name: str, values: Sequence[ast.expr | None], told: Callable[[ast.expr], bool]) -> bool:
        """Whether something is told of every value of a name, and there are any."""
        key = f"{told.__name__} {name}"
        if key not in self.names and len(self.names) < _MAX_NAMES:
            self.names[key] = False
            self.names[key] = bool(values) and all(value is not None and told(value) for value in values)
        return self.names.get(key, False)

    def gone_through(self, node: ast.Name) -> ast.expr | None:
        """What a comprehension takes a name from: `shape` in `[one.value for one in shape]`."""
        parent = self.module.parents.get(node)
        while parent is not None and not isinstance(parent, ast.stmt):
            for part in getattr(parent, "generators", ()):
                if isinstance(part.target, ast.Name) and part.target.id == node.id:
                    return part.iter  # type: ignore[no-any-return]
            parent = self.module.parents.get(parent)
        return None
