"""Makes the request for one call of what was decided for its variable, and of what is known of its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow import evidence, knowledge
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.plan import FilePlan, NameForm, NamePlan, Strip
from codemods.tensorflow.request import CallRequest
from codemods.tensorflow.spelling import Speller
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.walk import CallSite, Scope, ScopeKind

__all__ = ["request_for"]


def request_for(module: Module, site: CallSite, plan: FilePlan, decision: NamePlan, speller: Speller) -> CallRequest:
    """The request for a call."""
    version_2 = _is_version_2(site, plan)
    return CallRequest(
        name=_name_text(module, site.node, decision, speller),
        spell=speller,
        resolve=lambda node: knowledge.canonical(resolve(node, site.scope)),
        scope=site.scope,
        seeded=plan.seeded,
        in_control_flow=decision.in_control_flow,
        default_names=decision.default_names,
        held=decision.held,
        dynamic=lambda node: _is_dynamic(node, site.scope, plan),
        version_2=version_2,
        on_resources=version_2 and (plan.decides_resources or _is_private(site)),
    )


def _is_version_2(site: CallSite, plan: FilePlan) -> bool:
    """Whether a call is of version 2's `tf.Variable`: of the root of TensorFlow 2, or of the module that makes it."""
    raw = resolve(site.node.func, site.scope)
    if evidence.VERSION_1_KEYWORDS.intersection(item.arg or "" for item in site.node.keywords):
        return False
    return _is_private(site) or (plan.version_2_root and raw == knowledge.VARIABLE)


def _is_private(site: CallSite) -> bool:
    """Whether a call is of the module that makes version 2's `tf.Variable`, in version 1 as well."""
    return resolve(site.node.func, site.scope) == knowledge.PRIVATE


def _is_dynamic(node: ast.expr, scope: Scope, plan: FilePlan) -> bool:
    """Whether an expression names a parameter that some call passes a tensor."""
    if not plan.dynamic:
        return False
    for inner in _values(node):
        found = scope.find(inner.id) if isinstance(inner, ast.Name) else None
        if found is None or found[0].kind is not ScopeKind.FUNCTION:
            continue
        if isinstance(inner, ast.Name) and inner.id in plan.dynamic.get(position(found[0].node), ()):
            return True
    return False


def _values(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of an expression whose own value counts: not what `int(...)` or a static shape is taken of."""
    yield node
    static = isinstance(node, ast.Attribute) and node.attr in {"shape", "get_shape"}
    converted = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"int", "len"}
    if not static and not converted:
        for child in ast.iter_child_nodes(node):
            yield from _values(child)


def _name_text(module: Module, node: ast.Call, decision: NamePlan, speller: Speller) -> str:
    """The source text of the new call's name."""
    given = keyword_or_place(node, "name", 5)
    written = None if given is None or (isinstance(given, ast.Constant) and given.value is None) else module.text(given)
    if written is not None and decision.fallback:
        written = f"({written})" if isinstance(given, ast.IfExp) else written
        written = f'{written} or "{decision.fallback}"'
    literal = f'"{decision.literal}"'
    match decision.form:
        case NameForm.SAME:
            return written or literal
        case NameForm.LITERAL:
            return literal
        case NameForm.COUNTED:
            return decision.literal
        case NameForm.UNIQUE:
            unique = f"{speller('get_default_graph')}().unique_name({written or literal}, mark_as_used=False)"
            return unique if decision.strip is Strip.NOTHING else f'{unique}.split("/")[-1]'
