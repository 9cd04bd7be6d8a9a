"""What a `with` item does to the names and the graph of the code inside it."""

from __future__ import annotations

import ast
from dataclasses import replace

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import SESSION, Callee, CalleeKind, ScopeFacts, ScopeKind
from codemods.tensorflow.indexing.bodies import behind, position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.contexts.aliases import Aliases
from codemods.tensorflow.indexing.contexts.graph_blocks import graph_kind
from codemods.tensorflow.indexing.contexts.openings import arms_of, opened
from codemods.tensorflow.indexing.contexts.scope_calls import CREATOR, SCOPES, entered_scope
from codemods.tensorflow.indexing.contexts.sessions import is_called_session, may_be_called_session
from codemods.tensorflow.indexing.contexts.swallowing import is_manager, may_swallow
from codemods.tensorflow.indexing.strings.nones import iterated
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.names import last_name, single_value
from migrate.syntax.walk import BindingKind, Scope

__all__ = ["ENTERING", "decorator_scope", "entered_by_hand", "enters_graph", "scope_of", "template_of"]

ENTERING = frozenset({"enter_context", "__enter__"})  # by hand


def scope_of(item: ast.withitem, statement: ast.With | ast.AsyncWith, scope: Scope, callees: Callees) -> ScopeFacts:
    """Classifies one item of `statement`."""
    node = item.context_expr
    at = position(node.test if isinstance(node, ast.IfExp) else node)  # where the first arm begins its scope does
    name = callees.canonical(node.func, scope) if isinstance(node, ast.Call) else None
    facts = ScopeFacts(ScopeKind.OTHER, at, hazards=(CREATOR,) if name == f"tensorflow.{CREATOR}" else ())
    if name in SCOPES and isinstance(node, ast.Call):
        facts = entered_scope(name, node, scope, callees)
    elif not (name or "").startswith("tensorflow.") and (kind := opened(node, scope, callees)):
        opener = callees.callee(node.func, scope) if isinstance(node, ast.Call) else None
        facts = ScopeFacts(kind, at, plain=False, opener=opener)  # nothing else is known of it
    elif _enters_session(node, scope, callees):
        facts = ScopeFacts(ScopeKind.OTHER_GRAPH, at, plain=False)
    elif made := _made_elsewhere(node, scope, callees):
        facts = replace(facts, opener=made)
    elif isinstance(node, ast.Call):
        opener = None if (name or "").startswith("tensorflow.") else _foreign(callees.callee(node.func, scope))
        named = isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Call)
        waits = name == "tensorflow.control_dependencies" and _awaits(node)
        kind = graph_kind(node, scope, callees, statement)
        facts = ScopeFacts(kind, at, hazards=facts.hazards, plain=not named, opener=opener, waits=waits)
    swallows = facts.kind not in (ScopeKind.NAME, ScopeKind.NEW_GRAPH) and name not in SCOPES
    if swallows and may_swallow(node, scope, callees):
        facts = replace(facts, swallows=True)
    return _with_alias(facts, item, statement, callees.body_scopes[callees.body(scope)], callees.aliases)


def _enters_session(node: ast.expr, scope: Scope, callees: Callees) -> bool:
    """Whether a name or an attribute stands for what may be a session of a graph of its own: `with session:`."""
    match node:
        case ast.Name(id=name):
            bindings = (scope.find(name) or (scope, []))[1]
            values = [one.value for one in bindings if one.value is not None]
            unseen = any(one.kind is BindingKind.PARAMETER for one in bindings)
        case ast.Attribute(attr=name):
            values = [value for value, _ in callees.assigned_to_attribute(name)]
            unseen = not values or any(isinstance(one, ast.Name) for one in values)
        case _:
            return False
    made = (one for one in values if isinstance(one, ast.Call) and callees.canonical(one.func, scope) == SESSION.name)
    return (unseen and is_called_session(name)) or any(keyword_or_place(one, "graph", 1) is not None for one in made)


def _made_elsewhere(node: ast.expr, scope: Scope, callees: Callees) -> Callee | None:
    """What has made what a name stands for, or one of two, where only the whole tree tells what that opens."""
    owner, bindings = (scope.find(node.id) if isinstance(node, ast.Name) else None) or (scope, [])
    values = [one.value for one in bindings if one.value is not None] or [*arms_of(node)]
    values += [_item(one, owner) for it in bindings for one in iterated(it.node, owner)]
    calls = (one for value in values for one in arms_of(value) or [value] if isinstance(one, ast.Call))
    return next(filter(None, (_foreign(callees.callee(one.func, owner)) for one in calls)), None)


def _item(node: ast.expr, scope: Scope) -> ast.expr:
    """What makes the items that a loop goes through."""
    shown = behind(node, scope)
    return shown.elt if isinstance(shown, ast.ListComp | ast.GeneratorExp) else shown


def _awaits(node: ast.Call) -> bool:
    """Whether `control_dependencies` is given what to wait for."""
    awaited = keyword_or_place(node, "control_inputs", 0)
    nothing = isinstance(awaited, ast.List | ast.Tuple) and not awaited.elts
    return not (awaited is None or nothing or (isinstance(awaited, ast.Constant) and awaited.value is None))


def decorator_scope(node: ast.expr, scope: Scope, callees: Callees) -> ScopeFacts | None:
    """The scope in which a decorator runs what it decorates: a template's, or that of what may be a context manager."""
    if template := template_of(node, scope, callees):
        return ScopeFacts(ScopeKind.VARIABLE, position(template), hazards=("reuse",), plain=False)
    callee = callees.callee(node.func, scope) if isinstance(node, ast.Call) else None
    if callee is None or callee.kind not in (CalleeKind.BODY, CalleeKind.IMPORTED):
        return None
    if callee.kind is CalleeKind.IMPORTED:
        return ScopeFacts(ScopeKind.OTHER, position(node), plain=False, opener=_foreign(callee))
    managers = map(is_manager, getattr(callees.body_scopes[callee.index].node, "decorator_list", ()))
    kind = opened(node, scope, callees) if any(managers) else None
    return ScopeFacts(kind, position(node), plain=False, opener=callee) if kind else None


def template_of(node: ast.expr, scope: Scope, callees: Callees) -> ast.Call | None:
    """The `partial(tf.make_template, "net")` that an expression is, by whatever name."""
    made = single_value(node.id, scope) if isinstance(node, ast.Name) else node
    if not isinstance(made, ast.Call) or not made.args or not callees.callee(made.func, scope).name.endswith("partial"):
        return None
    return made if callees.canonical(made.args[0], scope) == knowledge.TEMPLATE else None


def _foreign(callee: Callee) -> Callee | None:
    """What makes a context manager in another file, or in a method: only the whole tree tells what it opens."""
    told = callee.kind is CalleeKind.IMPORTED and callee.name.split(".")[0] in (*knowledge.SAFE_MODULES, "builtins")
    elsewhere = (CalleeKind.IMPORTED, CalleeKind.METHOD, CalleeKind.SUPER, CalleeKind.ATTRIBUTE)
    return callee if callee.kind in elsewhere and not told else None


def entered_by_hand(call: ast.Call, scope: Scope, callees: Callees) -> set[ScopeKind]:
    """What `x.__enter__()` or `stack.enter_context(x)` enters, of scopes and graphs; nobody can say until when."""
    if not isinstance(call.func, ast.Attribute):
        return set()
    entered = call.func.value
    if call.func.attr == "enter_context" and call.args:
        entered = call.args[0]
    elif call.func.attr != "__enter__":
        return set()
    name = callees.canonical(entered.func, scope) if isinstance(entered, ast.Call) else None
    if name in SCOPES or (not (name or "").startswith("tensorflow.") and opened(entered, scope, callees)):
        return {ScopeKind.VARIABLE}
    return {ScopeKind.OTHER_GRAPH} if _may_switch_graphs(entered, scope, callees) else set()


def _may_switch_graphs(node: ast.expr, scope: Scope, callees: Callees) -> bool:
    """Whether entering something may put another graph in the place of the default one: a graph, a session of one."""
    made = (single_value(node.id, scope) if isinstance(node, ast.Name) else None) or node
    if not isinstance(made, ast.Call):
        name = last_name(node)
        return may_be_called_session(name) or "graph" in name.lower()
    if (callees.canonical(made.func, scope) or "").startswith("tensorflow."):
        return keyword_or_place(made, "graph", 1) is not None
    return (
        isinstance(made.func, ast.Attribute) and made.func.attr == "as_default" and enters_graph(made, scope, callees)
    )


def enters_graph(call: ast.Call, scope: Scope, callees: Callees) -> bool:
    """Whether a call makes what enters a graph: `graph.as_default()`."""
    return graph_kind(call, scope, callees) in (ScopeKind.NEW_GRAPH, ScopeKind.OTHER_GRAPH)


def _with_alias(
    facts: ScopeFacts, item: ast.withitem, statement: ast.With | ast.AsyncWith, owner: Scope, aliases: Aliases
) -> ScopeFacts:
    alias = ""
    if item.optional_vars is not None:
        alias = item.optional_vars.id if isinstance(item.optional_vars, ast.Name) else "?"
    own = facts.kind is ScopeKind.NAME and alias not in {"", "?"} and alias not in owner.outer_names
    if own and not aliases.is_read(alias, statement, owner.node):
        alias = ""
    return replace(facts, alias=alias, statement=position(statement))
