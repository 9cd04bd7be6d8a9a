"""How a tensor is computed, as a digest that does not depend on names: two equal recipes give equal distributions."""
# ruff: noqa: UP006, UP035  (Python 3.6 knows no `list[str]` and no `str | None`)

import hashlib
import re
from typing import Any, Container, Dict, Iterable, List, NamedTuple, Set, Tuple

# Attributes that hold names, or what is true of a graph and not of a value.
_IGNORED = frozenset("_class _output_shapes container shared_name _xla_compile_id frame_name tensor_array_name".split())
_COUNTED = re.compile(r"_\d+")
# What writes and reads checkpoints has its tensors in the order of their names, which a rename may change.
_BY_NAME = frozenset("Save SaveSlices SaveV2 Restore RestoreSlice RestoreV2 MergeV2Checkpoints".split())
_STRING = 7  # `DataType.DT_STRING`
_FED = frozenset(["Placeholder", "PlaceholderV2", "PlaceholderWithDefault"])


class _Kind(NamedTuple):
    """What is true of an op or of what it is computed from: random, from a seed of ours, from variables or feeds."""

    random: bool = False
    lent: bool = False
    live: bool = False

    def joined(self, other: "_Kind") -> "_Kind":
        return _Kind(self.random or other.random, self.lent or other.lent, self.live or other.live)


class Recipes:
    """Recipes of one graph's tensors; `variables` maps the name of a variable's op to its place in the order."""

    def __init__(self, variables: Dict[str, int], lent: Container[int]) -> None:
        self._variables = variables
        self._lent = lent
        self._digests: Dict[str, str] = {}
        self._kinds: Dict[str, _Kind] = {}

    def of(self, tensor: Any) -> Tuple[str, bool, bool]:
        """A tensor's digest, whether it draws random numbers, and whether it does so from a seed of ours."""
        recipe = self.of_op(tensor.op)
        kind = self._kinds[tensor.op.name]
        return _hash([recipe, str(tensor.value_index)]), kind.random, kind.lent

    def of_op(self, op: Any) -> str:
        """An op's digest."""
        self._visit(op)
        return self._digests[op.name]

    def computed(self, ops: Iterable[Any], apart: Container[str]) -> Dict[str, List[str]]:
        """By digest, the names of the ops that compute of variables or of what is fed, but for those apart."""
        found: Dict[str, List[str]] = {}
        for op in ops:
            if op.name not in apart and op.name not in self._variables and op.type not in _BY_NAME:
                recipe = self.of_op(op)
                if self._kinds[op.name].live:
                    found.setdefault(recipe, []).append(op.name)
        return found

    def _visit(self, last: Any) -> None:
        """Digests an op after its inputs, without recursion: graphs are deeper than Python's stack."""
        stack, open_ops = [last], set()
        while stack:
            op = stack[-1]
            if op.name in self._digests:
                stack.pop()
            elif op.name in self._variables:
                self._settle(op, ["variable", str(self._variables[op.name])], _Kind(live=True))
            elif op.type in _BY_NAME:
                self._settle(op, [op.type], _Kind())
            else:
                needed = [t.op for t in inputs_of(op) if t.op.name not in self._digests and t.op.name not in open_ops]
                if needed and op.name not in open_ops:
                    open_ops.add(op.name)
                    stack.extend(needed)
                else:
                    self._digest(op)

    def _digest(self, op: Any) -> None:
        attributes = op.node_def.attr
        told = (key for key in sorted(attributes) if key not in _IGNORED and key not in ("seed", "seed2"))
        parts = [op.type, *(key + "=" + _attribute(attributes[key]) for key in told)]
        kind = _Kind(live=op.type in _FED)
        if "seed" in attributes or "seed2" in attributes:
            lent = attributes["seed2"].i in self._lent
            kind = kind._replace(random=True, lent=lent)
            if not lent:
                parts.append(f"seeds={attributes['seed'].i},{attributes['seed2'].i}")
        for tensor in inputs_of(op):
            place = 0 if tensor.op.type in _BY_NAME else tensor.value_index
            parts.append(f"{self._digests.get(tensor.op.name, 'loop')}:{place}")
            kind = kind.joined(self._kinds.get(tensor.op.name, _Kind()))
        self._settle(op, parts, kind)

    def _settle(self, op: Any, parts: List[str], kind: _Kind) -> None:
        self._digests[op.name] = _hash(parts)
        self._kinds[op.name] = kind


def inputs_of(op: Any) -> List[Any]:
    """What an op takes; nothing where it is of another graph (`graph.create_op`), which TensorFlow cannot find."""
    try:
        return list(op.inputs)
    except KeyError:
        return []


def above(ops: Iterable[Any], variables: Container[str]) -> Set[str]:
    """The names of ops and of all that they are computed from, up to variables and what is fed."""
    found: Set[str] = set()
    stack = list(ops)
    while stack:
        op = stack.pop()
        if op.name not in found and op.name not in variables and op.type not in _FED:
            found.add(op.name)
            stack.extend(tensor.op for tensor in inputs_of(op))
    return found


def _attribute(value: Any) -> str:
    """An attribute as text; the names of functions lose the number that makes them unique in a process.

    Of a constant of strings only the shape counts: they hold names, of variables in a Saver and of scopes in summaries.
    """
    if value.HasField("func"):
        return _COUNTED.sub("", str(value.func.name))
    if value.HasField("tensor") and value.tensor.dtype == _STRING:
        return str(value.tensor.tensor_shape.SerializeToString(deterministic=True).hex())
    return str(value.SerializeToString(deterministic=True).hex())


def _hash(parts: List[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:16]
