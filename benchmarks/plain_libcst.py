"""The same rewrite, as one would first write it with LibCST: no scopes, no proof, no second look.

    python -m libcst.tool codemod -x plain_libcst.PlainVariable TREE

Written so that it loses no time of its own: files without the word are skipped before anything is resolved, and
names are resolved only for calls of something called `Variable`.
"""

from __future__ import annotations

from pathlib import Path

import libcst as cst
from libcst import matchers as m
from libcst.codemod import SkipFile, VisitorBasedCodemodCommand
from libcst.metadata import QualifiedNameProvider

INITIALIZERS = {
    "tensorflow.random_normal": "random_normal_initializer",
    "tensorflow.truncated_normal": "truncated_normal_initializer",
    "tensorflow.random_uniform": "random_uniform_initializer",
    "tensorflow.zeros": "zeros_initializer",
    "tensorflow.ones": "ones_initializer",
}
CALL = m.Call(func=m.Attribute(attr=m.Name("Variable")) | m.Name("Variable"))


class PlainVariable(VisitorBasedCodemodCommand):
    DESCRIPTION = "tf.Variable to tf.get_variable"
    METADATA_DEPENDENCIES = (QualifiedNameProvider,)

    def __init__(self, context) -> None:
        super().__init__(context)
        self.targets: list[str] = []

    def transform_module(self, tree: cst.Module) -> cst.Module:
        data = Path(self.context.filename).read_bytes()  # `tree.bytes` would write the whole module out again
        if b"Variable(" not in data or b"tensorflow" not in data:
            raise SkipFile
        return super().transform_module(tree)

    def visit_Assign(self, node: cst.Assign) -> None:  # noqa: N802
        target = node.targets[0].target
        name = target.attr.value if isinstance(target, cst.Attribute) else getattr(target, "value", "variable")
        self.targets.append(name if isinstance(name, str) else "variable")

    def leave_Assign(self, _: cst.Assign, updated_node: cst.Assign) -> cst.Assign:  # noqa: N802
        self.targets.pop()
        return updated_node

    def _named(self, node: cst.CSTNode) -> set[str]:
        return {one.name for one in self.get_metadata(QualifiedNameProvider, node, set())}

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802
        if not m.matches(original_node, CALL) or "tensorflow.Variable" not in self._named(original_node.func):
            return updated_node
        arguments = {one.keyword.value if one.keyword else place: one for place, one in enumerate(updated_node.args)}
        value = arguments.get("initial_value", arguments.get(0))
        if value is None or any(one.star for one in updated_node.args):
            return updated_node
        root = original_node.func.value if isinstance(original_node.func, cst.Attribute) else cst.Name("tf")
        name = arguments["name"].value if "name" in arguments else cst.SimpleString(repr(self._target()))
        kept = [one for key, one in arguments.items() if key in {"trainable", "dtype", "collections"}]
        new = [cst.Arg(name), *self._initial(original_node, value.value, root), *kept]
        return updated_node.with_changes(func=cst.Attribute(root, cst.Name("get_variable")), args=new)

    def _target(self) -> str:
        return self.targets[-1] if self.targets else "variable"

    def _initial(self, call: cst.Call, value: cst.BaseExpression, root: cst.BaseExpression) -> list[cst.Arg]:
        original = call.args[0].value if call.args else None
        if isinstance(value, cst.Call) and isinstance(original, cst.Call) and value.args:
            for name in self._named(original.func):
                if name in INITIALIZERS:
                    made = cst.Call(cst.Attribute(root, cst.Name(INITIALIZERS[name])), value.args[1:])
                    return [cst.Arg(value.args[0].value), cst.Arg(made, cst.Name("initializer"))]
        return [cst.Arg(value, cst.Name("initializer"))]
