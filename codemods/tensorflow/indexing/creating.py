"""What one `tf.Variable(...)` call says of the variable that it makes: its name, its target, what speaks against it."""

from __future__ import annotations

import ast

from codemods.tensorflow import knowledge
from codemods.tensorflow.dtypes import is_none
from codemods.tensorflow.facts import At, Counted, Creation, FrameFacts, Grip, Held
from codemods.tensorflow.indexing.bodies import behind, method_class, position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.lookups.variable_names import is_name
from codemods.tensorflow.indexing.origins import Tracing, parameters
from codemods.tensorflow.indexing.signatures import none_defaults
from codemods.tensorflow.indexing.strings.counted import counted_name, keyed_name
from codemods.tensorflow.indexing.strings.kept_names import kept_words, own_attribute
from codemods.tensorflow.indexing.targets import target_of
from codemods.tensorflow.spelling import spells_scopes
from codemods.tensorflow.text import is_no_folder, literal
from migrate.syntax.calls import called_name, keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import CallSite, Scope, ScopeKind

__all__ = ["Creating"]

_NAME = ("name", 5)


class Creating:
    """Reads the creations of one module."""

    def __init__(self, module: Module, callees: Callees) -> None:
        self.module = module
        self.callees = callees
        self.tracing = Tracing(callees, module.walk)
        self.names_graphs = "raph" in module.source.code
        self.aliases = {item.optional_vars for statement, _ in module.walk.withs for item in statement.items}

    def creation(self, site: CallSite, at: At, frames: tuple[FrameFacts, ...], raw: str) -> Creation:
        """The facts of a call; `raw` is what it calls."""
        target = target_of(site.statement, site.node, self.callees.function_name(site.scope))
        values = _values(site.node)
        of_graphs = values if self.names_graphs else []  # what they are made of may be of another one
        computes = any(_may_make_ops(one, site.scope) for value in values for one in nodes(value))
        return Creation(
            at,
            frames,
            self.callees.named(site.node, *_NAME, site.scope),
            target.name,
            target.group,
            Grip.EXPRESSION if target.grip is Grip.LAMBDA and self._stays_lambda(site.scope) else target.grip,
            position(site.statement),
            position(site.block[0]),
            target.returned,
            (site.node.end_lineno or 0, site.node.end_col_offset or 0),
            computes=computes,
            beside_op=computes and _may_be_called(target.name.lower(), values),
            origins=self.tracing.origins(of_graphs, site.scope),
            made_of=tuple(name for value in values for name in parameters(value, site.scope)),
            optional_name=self._optional_name(site),
            held=self._held(site),
            derived=_is_derived(site),
            counted=self._counted(site, target.name),
            refusal=_refusal(site.node, raw) or self._scope_as_name(site),
            spells_scopes=spells_scopes(site),
        )

    def _stays_lambda(self, scope: Scope) -> bool:
        """Whether a lambda is asked for by its name, or in a class, where what is defined beside it would be a part."""
        in_class = scope.parent is not None and scope.parent.kind is ScopeKind.CLASS
        return in_class or "<lambda>" in self.module.walk.strings

    def _counted(self, site: CallSite, target: str) -> Counted | None:
        keyed = keyed_name(self.module, site, target, self.callees)
        return keyed or counted_name(target, site.scope, self.callees)

    def _scope_as_name(self, site: CallSite) -> str:
        """A name that ends in `/`, as the one behind `with tf.name_scope(...) as scope` does, is the whole name.

        An empty one leaves it to TensorFlow to find one.
        """
        node = keyword_or_place(site.node, *_NAME)
        found = site.scope.find(node.id) if isinstance(node, ast.Name) else None
        aliased = found is not None and any(binding.node in self.aliases for binding in found[1])
        ends = isinstance(node, ast.Constant) and isinstance(node.value, str) and is_no_folder(literal(node.value))
        return "scope-as-name" if aliased or ends else ""

    def _held(self, site: CallSite) -> Held | None:
        """Where the call takes its name from, as it is."""
        given = keyword_or_place(site.node, *_NAME)
        if given is None or isinstance(given, ast.Constant):
            return None
        own, owner = own_attribute(behind(given, site.scope), site.scope), method_class(site.scope)
        if own and owner:
            return Held((own,), self.callees.class_number(owner))
        words = kept_words(given, site.scope)
        return Held(words) if words else None

    def _optional_name(self, site: CallSite) -> str:
        """The parameter with default None that the call passes on as its name."""
        node = keyword_or_place(site.node, *_NAME)
        body = self.callees.body_scopes[self.callees.body(site.scope)].node
        if isinstance(node, ast.Name) and isinstance(body, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return node.id if node.id in none_defaults(body.args) else ""
        return ""


def _may_make_ops(node: ast.AST, scope: Scope) -> bool:
    """Whether evaluating a node may put ops into the graph: a call does, but for one that makes an array."""
    if not isinstance(node, ast.Call):
        return False
    dotted = resolve(node.func, scope)
    if dotted is None and isinstance(node.func, ast.Name) and scope.find(node.func.id) is None:
        dotted = node.func.id
    return dotted not in knowledge.ARRAY_MAKERS


def _is_derived(site: CallSite) -> bool:
    """Whether a name is made of another's, and changes with it."""
    given = keyword_or_place(site.node, *_NAME)
    return given is not None and any(is_name(part, site.scope) for part in ast.walk(given))


def _values(node: ast.Call) -> list[ast.expr]:
    """The initial value that a call passes, if any."""
    value = keyword_or_place(node, "initial_value", 0)
    return [] if value is None else [value]


# What the op is called that alone makes an initial value, by the function.
_SINGLE_OPS = {
    **{name: name for name in ("zeros", "ones", "random_normal", "random_uniform", "truncated_normal", "fill")},
    "constant": "const",
}


def _may_be_called(name: str, values: list[ast.expr]) -> bool:
    """Whether what makes an initial value may make an op of a name; a call of one op makes that, of others any."""
    if name not in knowledge.DEFAULT_OP_NAMES:
        return False
    calls = [one for value in values for one in nodes(value) if isinstance(one, ast.Call | ast.BinOp)]
    alone = called_name(calls[0]) if len(calls) == 1 and isinstance(calls[0], ast.Call) else ""
    return alone not in _SINGLE_OPS or name == _SINGLE_OPS[alone]


_NO_COUNTERPART = {"variable_def": 6, "import_scope": 9}
_AGREED = 2  # the arguments that both versions' `tf.Variable` take at the same place


def _refusal(node: ast.Call, raw: str | None) -> str:
    """Why this call has no counterpart, whatever stands around it; `raw` is what it calls."""
    keywords = {item.arg for item in node.keywords}
    if None in keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        return "star-arguments"
    given = [keyword_or_place(node, name, place) for name, place in _NO_COUNTERPART.items()]
    if any(value is not None and not is_none(value) for value in given):
        return "no-counterpart"
    if raw == knowledge.PRIVATE and len(node.args) > _AGREED:
        return "order-by-version"
    if not node.args and not keywords & {"initial_value"}:
        return "no-initial-value"
    return ""
