"""How a tensor is computed, as a digest that does not depend on names: two equal recipes give equal distributions."""
# ruff: noqa: UP006, UP035  (Python 3.6 knows no `list[str]` and no `str | None`)

import hashlib
import re
from typing import Any, Container, Dict, List, Tuple

_IGNORED = frozenset(["_class", "_output_shapes", "container", "shared_name", "_xla_compile_id"])
_COUNTED = re.compile(r"_\d+")


class Recipes:
    """Recipes of one graph's tensors; `variables` maps the name of a variable's op to its place in the order."""

    def __init__(self, variables: Dict[str, int], lent: Container[int]) -> None:
        self._variables = variables
        self._lent = lent
        self._digests: Dict[str, str] = {}
        self._kinds: Dict[str, Tuple[bool, bool]] = {}

    def of(self, tensor: Any) -> Tuple[str, bool, bool]:
        """A tensor's digest, whether it draws random numbers, and whether it does so from a seed of ours."""
        self._visit(tensor.op)
        random, lent = self._kinds[tensor.op.name]
        return _hash([self._digests[tensor.op.name], str(tensor.value_index)]), random, lent

    def _visit(self, last: Any) -> None:
        """Digests an op after its inputs, without recursion: graphs are deeper than Python's stack."""
        stack, open_ops = [last], set()
        while stack:
            op = stack[-1]
            if op.name in self._digests:
                stack.pop()
            elif op.name in self._variables:
                self._settle(op, ["variable", str(self._variables[op.name])], False, False)
            else:
                needed = [t.op for t in op.inputs if t.op.name not in self._digests and t.op.name not in open_ops]
                if needed and op.name not in open_ops:
                    open_ops.add(op.name)
                    stack.extend(needed)
                else:
                    self._digest(op)

    def _digest(self, op: Any) -> None:
        parts: List[str] = [op.type]
        random = lent = False
        attributes = op.node_def.attr
        for key in sorted(attributes):
            if key in _IGNORED:
                continue
            if key in ("seed", "seed2"):
                random = True
                if key == "seed2" and attributes[key].i in self._lent:
                    lent = True
                continue
            parts.append(key + "=" + _attribute(attributes[key]))
        if random and not lent:
            parts.append(f"seeds={attributes['seed'].i},{attributes['seed2'].i}")
        for tensor in op.inputs:
            parts.append(f"{self._digests.get(tensor.op.name, 'loop')}:{tensor.value_index}")
            below = self._kinds.get(tensor.op.name, (False, False))
            random, lent = random or below[0], lent or below[1]
        self._settle(op, parts, random, lent)

    def _settle(self, op: Any, parts: List[str], random: bool, lent: bool) -> None:
        self._digests[op.name] = _hash(parts)
        self._kinds[op.name] = (random, lent)


def _attribute(value: Any) -> str:
    """An attribute as text; the names of functions lose the number that makes them unique in a process."""
    if value.HasField("func"):
        return _COUNTED.sub("", str(value.func.name))
    return str(value.SerializeToString(deterministic=True).hex())


def _hash(parts: List[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:16]
