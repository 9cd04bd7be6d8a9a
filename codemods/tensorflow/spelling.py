"""How a file writes TensorFlow's names: through the module that it calls `Variable` on, or by names that it imports."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from codemods.tensorflow import knowledge
from migrate.model import Edit, Span
from migrate.syntax.module import Module
from migrate.syntax.names import STAR, resolve, visible_imports
from migrate.syntax.walk import Binding, BindingKind, CallSite, Scope

__all__ = ["Speller", "UnspellableError", "import_binding", "spells_scopes"]


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
        base = self._base()
        return f"{base}.{name}" if base else self._imported(name)

    def _base(self) -> str:
        """The text that stands for `tensorflow` (version 1) here, "" where only single names are imported."""
        if isinstance(self.function, ast.Attribute):
            raw = resolve(self.function.value, self.scope)
            if knowledge.canonical(raw) == "tensorflow":
                return self._version_1(self.module.text(self.function.value), raw)
        for name, dotted in visible_imports(self.scope).items():
            if name != STAR and knowledge.canonical(dotted) == "tensorflow":
                return self._version_1(name, dotted)
        return ""

    def _version_1(self, text: str, raw: str | None) -> str:
        return f"{text}.compat.v1" if self.version_2_root and raw == "tensorflow" else text

    def _imported(self, name: str) -> str:
        """A name of its own, imported beside `Variable` where the file does not have it yet."""
        head, _, rest = name.partition(".")
        spelled = self._visible(head) or self._add_import(head)
        return f"{spelled}.{rest}" if rest else spelled

    def _visible(self, name: str) -> str:
        for own, dotted in visible_imports(self.scope).items():
            if own != STAR and knowledge.canonical(dotted) == f"tensorflow.{name}":
                return own
        node = ast.Name(name, ast.Load())
        return name if knowledge.canonical(resolve(node, self.scope)) == f"tensorflow.{name}" else ""

    def _add_import(self, name: str) -> str:
        binding = import_binding(self.function, self.scope)
        if binding is None or not isinstance(binding.node, ast.ImportFrom) or not _is_root(binding.node):
            raise UnspellableError(name)
        taken = self.scope.find(name) is not None
        spelled = f"tf_{name}" if taken else name
        end = self.module.span(binding.node.names[-1]).end
        self.imports.append(Edit(Span(end, end), f", {name} as {spelled}" if taken else f", {name}"))
        return spelled


def spells_scopes(site: CallSite) -> bool:
    """Whether the names of TensorFlow's scopes can be written where a variable is made."""
    function = site.node.func
    if isinstance(function, ast.Attribute) and knowledge.canonical(resolve(function.value, site.scope)) == "tensorflow":
        return True
    binding = import_binding(function, site.scope)
    if binding is not None and isinstance(binding.node, ast.ImportFrom) and _is_root(binding.node):
        return True
    return "tensorflow" in map(knowledge.canonical, visible_imports(site.scope).values())


def _is_root(node: ast.ImportFrom) -> bool:
    """Whether an import takes names from TensorFlow itself, which has them all, and not from a module within it."""
    return not node.level and knowledge.canonical(node.module) == "tensorflow"


def import_binding(function: ast.expr, scope: Scope) -> Binding | None:
    """The import that binds what is called, where it is called by a name of its own."""
    if not isinstance(function, ast.Name):
        return None
    found = scope.find(function.id)
    imports = [one for one in found[1] if one.kind is BindingKind.IMPORT] if found else []
    return imports[0] if imports else None
