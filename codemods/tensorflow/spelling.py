"""How a file writes TensorFlow's names: through the module that it calls `Variable` on, or by names that it imports.

A file that has TensorFlow by the modules within it goes on with those.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from codemods.tensorflow import knowledge
from codemods.tensorflow.imports import import_edit, is_root, module_import
from codemods.tensorflow.internals import home, is_inside
from migrate.model import Edit
from migrate.syntax.module import Module
from migrate.syntax.names import STAR, resolve, visible_imports
from migrate.syntax.walk import Binding, BindingKind, CallSite, Scope

__all__ = ["Speller", "UnspellableError", "spelled_from", "spells_scopes"]


class UnspellableError(LookupError):
    """The file has no name for TensorFlow, and none can be imported beside what it has."""


@dataclass(slots=True)
class Speller:
    """Spells canonical names for one call; `imports` collects the edits that make them visible."""

    module: Module
    function: ast.expr
    scope: Scope
    version_2_root: bool
    imports: list[Edit] = field(default_factory=list)

    def __call__(self, name: str) -> str:
        """The text for `tensorflow.<name>`, such as `tf.get_variable` for `get_variable`. Raises `UnspellableError`."""
        base = self._module(name) or self._base()
        return f"{base}.{name}" if base else self._imported(name)

    def _module(self, name: str) -> str:
        """The module within TensorFlow that has the name, where the file imports it beside the one that it calls."""
        if not is_inside(resolve(self.function, self.scope)):
            return ""
        return next((own for own, dotted in visible_imports(self.scope).items() if dotted == home(name)), "")

    def _base(self) -> str:
        """The text that stands for `tensorflow` (version 1) here, "" where only single names are imported."""
        if isinstance(self.function, ast.Attribute):
            raw = resolve(self.function.value, self.scope)
            if knowledge.canonical(raw) == "tensorflow":
                return self._version_1(self.module.text(self.function.value), raw)
        for name, dotted in self._bound():
            if knowledge.canonical(dotted) == "tensorflow":
                return self._version_1(name, dotted)
        return ""

    def _bound(self) -> Iterator[tuple[str, str]]:
        """The names that imports have bound where the call stands, with their origins."""
        for name, dotted in visible_imports(self.scope).items():
            found = self.scope.find(name) if name != STAR else None
            later = found is not None and found[0] is self.scope and all(map(self._is_behind, found[1]))
            if name != STAR and not later:
                yield name, dotted

    def _is_behind(self, binding: Binding) -> bool:
        return getattr(binding.node, "lineno", 0) > self.function.lineno

    def _version_1(self, text: str, raw: str | None) -> str:
        return f"{text}.compat.v1" if self.version_2_root and raw == "tensorflow" else text

    def _imported(self, name: str) -> str:
        """A name of its own, imported beside `Variable` where the file does not have it yet."""
        head, _, rest = name.partition(".")
        add = self._add_module if is_inside(resolve(self.function, self.scope)) else self._add_import
        spelled = self._visible(head) or add(head)
        return f"{spelled}.{rest}" if rest else spelled

    def _elsewhere(self, nodes: Sequence[ast.ImportFrom]) -> str:
        """The module from which a name has to be imported that is not of the imports' own; "" where it is."""
        relayed = _relayed(self.function, self.scope)
        root = relayed == "tensorflow" or (not relayed and all(node.module == "tensorflow" for node in nodes))
        return "tensorflow.compat.v1" if self.version_2_root and root else relayed

    def _visible(self, name: str) -> str:
        for own, dotted in self._bound():
            if knowledge.canonical(dotted) == f"tensorflow.{name}":
                return own
        node = ast.Name(name, ast.Load())
        return name if knowledge.canonical(resolve(node, self.scope)) == f"tensorflow.{name}" else ""

    def _add_module(self, name: str) -> str:
        """A name of a module within TensorFlow, which is imported beside the one that the file calls."""
        package, _, module = home(name).rpartition(".")
        spelled = f"tf_{module}" if self.scope.find(module) is not None else module
        nodes = [*(_beside(package, module, self.scope) or _imports_of(self.function, self.scope))]
        edits = [module_import(self.module, node, package, module, spelled) for node in nodes]
        if not module or not edits or None in edits:
            raise UnspellableError(name)
        self.imports += [edit for edit in edits if edit is not None]
        return f"{spelled}.{name}"

    def _add_import(self, name: str) -> str:
        taken = self.scope.find(name) is not None
        spelled = f"tf_{name}" if taken else name
        added = f"{name} as {spelled}" if taken else name
        nodes = list(dict.fromkeys(_root_imports(self.function, self.scope)))
        edits = [import_edit(self.module, node, added, self._elsewhere(nodes)) for node in nodes]
        if not edits or None in edits:
            raise UnspellableError(name)
        self.imports += [edit for edit in edits if edit is not None]
        return spelled


def _relayed(function: ast.expr, scope: Scope) -> str:
    """Where the tree shows that a name of TensorFlow's comes from which another module passes on; "" for no such."""
    dotted = resolve(function, scope) or ""
    found = scope.find(function.id) if isinstance(function, ast.Name) else None
    bound = [one.dotted for one in found[1]] if found else []
    passed_on = bound and not any(one.startswith("tensorflow.") for one in bound)
    return dotted.rpartition(".")[0] if passed_on and dotted.startswith("tensorflow.") else ""


def _root_imports(function: ast.expr, scope: Scope) -> Iterator[ast.ImportFrom]:
    """The imports to which a name can be added: of what is called, or else of the first thing of TensorFlow's.

    There are several where one stands for the other: `try: from tensorflow import ...` and `except ImportError:`.
    Where another module passes on what is called, that import is the one beside which TensorFlow's can stand.
    """
    name = function.id if isinstance(function, ast.Name) else ""
    if _relayed(function, scope):
        found = scope.find(name)
        yield from (one.node for one in found[1] if isinstance(one.node, ast.ImportFrom)) if found else ()
        return
    for visible in (name, *visible_imports(scope)):
        found = scope.find(visible)
        nodes = [one.node for one in found[1] if one.kind is BindingKind.IMPORT] if found else []
        roots = [node for node in nodes if isinstance(node, ast.ImportFrom) and is_root(node)]
        if roots and len(roots) == len(nodes):
            yield from roots
            return


def _beside(package: str, module: str, scope: Scope) -> list[ast.Import | ast.ImportFrom]:
    """The import of the package that comes behind `module` in the alphabet, or its last one; none where it has none."""
    nodes: list[ast.ImportFrom] = []
    current: Scope | None = scope
    while current is not None and not nodes:
        found = (one.node for bindings in current.bindings.values() for one in bindings)
        nodes = [node for node in found if isinstance(node, ast.ImportFrom) and node.module == package]
        current = current.parent
    return [next((node for node in nodes if node.names[0].name > module), nodes[-1])] if nodes else []


def _imports_of(function: ast.expr, scope: Scope) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that bind what `function` begins with."""
    while isinstance(function, ast.Attribute):
        function = function.value
    found = scope.find(function.id) if isinstance(function, ast.Name) else None
    return (one.node for one in found[1] if isinstance(one.node, ast.Import | ast.ImportFrom)) if found else iter(())


def spelled_from(scope: Scope) -> int | None:
    """The line of a scope from which it has TensorFlow under a name, 0 for all; None where it has none, or hides it."""
    lines: list[int] = []
    for name, dotted in visible_imports(scope).items():
        if knowledge.canonical(dotted) == "tensorflow":
            found = scope.find(name)
            own = found is not None and found[0] is scope
            lines.append(min(getattr(one.node, "lineno", 0) for one in found[1]) if found and own else 0)
    return min(lines, default=None)


def spells_scopes(site: CallSite) -> bool:
    """Whether the names of TensorFlow's scopes can be written where a variable is made."""
    function = site.node.func
    if isinstance(function, ast.Attribute) and knowledge.canonical(resolve(function.value, site.scope)) == "tensorflow":
        return True
    if "tensorflow" in map(knowledge.canonical, visible_imports(site.scope).values()):
        return True
    if is_inside(resolve(function, site.scope)):
        nodes = [*_imports_of(function, site.scope)]
        return bool(nodes) and all(node.col_offset == 0 for node in nodes)  # a line has room above each
    return any(_root_imports(function, site.scope))
