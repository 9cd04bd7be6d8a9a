"""What a `with` item does to the names and the graph of the code inside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from codemods.tensorflow import knowledge
from codemods.tensorflow.aliases import Aliases
from codemods.tensorflow.callees import Callees, behind, position
from codemods.tensorflow.facts import Callee, CalleeKind, ScopeFacts, ScopeKind
from codemods.tensorflow.nones import iterated
from codemods.tensorflow.swallowing import may_swallow
from codemods.tensorflow.text import PERHAPS_NONE, Hole, Text, literal
from migrate.syntax.calls import called_name
from migrate.syntax.names import single_value
from migrate.syntax.nodes import nodes
from migrate.syntax.walk import BindingKind, Scope

__all__ = ["HAZARDS", "entered_by_hand", "entered_scope", "keyword_or_place", "scope_of"]

_VARIABLE_SCOPE_HAZARDS = {
    "reuse": "reuse",
    "regularizer": "regularizer",
    "partitioner": "partitioner",
    "custom_getter": "custom_getter",
    "constraint": "constraint",
    "caching_device": "caching_device",
    "dtype": "dtype",
    "auxiliary_name_scope": "auxiliary_name_scope",  # without a name scope, only `get_variable` bears its name
    "initializer": "",  # `get_variable` is always given one: no hazard
}
_CREATOR = "variable_creator_scope"  # what it hands to its function differs between the two calls
HAZARDS = frozenset({*filter(None, _VARIABLE_SCOPE_HAZARDS.values()), "**", _CREATOR})
_POSITIONS = (
    *("name_or_scope", "default_name", "values", "initializer", "regularizer", "caching_device"),
    *("partitioner", "custom_getter", "reuse", "dtype", "use_resource", "constraint"),
    "auxiliary_name_scope",
)
_SCOPES = ("tensorflow.name_scope", "tensorflow.variable_scope", "tensorflow.variable_op_scope")
_HARMLESS = (
    "tensorflow.device",
    "tensorflow.control_dependencies",
    "tensorflow.Session",
    "tensorflow.InteractiveSession",
)


def keyword_or_place(call: ast.Call, keyword: str, place: int) -> ast.expr | None:
    """The argument that a call passes by keyword or at a position; None where it passes none."""
    for item in call.keywords:
        if item.arg == keyword:
            return item.value
    return call.args[place] if len(call.args) > place else None


def scope_of(item: ast.withitem, statement: ast.With | ast.AsyncWith, scope: Scope, callees: Callees) -> ScopeFacts:
    """Classifies one item of `statement`."""
    node = item.context_expr
    at = position(node)
    name = callees.canonical(node.func, scope) if isinstance(node, ast.Call) else None
    facts = ScopeFacts(ScopeKind.OTHER, at, hazards=(_CREATOR,) if name == f"tensorflow.{_CREATOR}" else ())
    if name in _SCOPES and isinstance(node, ast.Call):
        facts = entered_scope(name, node, scope, callees)
    elif not (name or "").startswith("tensorflow.") and (kind := _opened(node, scope, callees)):
        opener = callees.callee(node.func, scope) if isinstance(node, ast.Call) else None
        facts = ScopeFacts(kind, at, plain=False, opener=opener)  # nothing else is known of it
    elif isinstance(node, ast.Call):
        opener = None if (name or "").startswith("tensorflow.") else _foreign(callees.callee(node.func, scope))
        named = isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Call)
        facts = replace(facts, kind=_graph_kind(node, scope, callees), plain=not named, opener=opener)
    if facts.kind not in (ScopeKind.NAME, ScopeKind.NEW_GRAPH) and name not in _SCOPES:
        facts = replace(facts, swallows=may_swallow(node, scope, callees))
    return _with_alias(facts, item, statement, callees.body_scopes[callees.body(scope)], callees.aliases)


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
    if name in _SCOPES or (not (name or "").startswith("tensorflow.") and _opened(entered, scope, callees)):
        return {ScopeKind.VARIABLE}
    return {ScopeKind.OTHER_GRAPH} if _may_switch_graphs(entered, scope, callees) else set()


def _may_switch_graphs(node: ast.expr, scope: Scope, callees: Callees) -> bool:
    """Whether entering something may put another graph in the place of the default one: a graph, a session of one."""
    made = (single_value(node.id, scope) if isinstance(node, ast.Name) else None) or node
    if not isinstance(made, ast.Call):
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        return "sess" in name.lower() or "graph" in name.lower()
    if (callees.canonical(made.func, scope) or "").startswith("tensorflow."):
        return keyword_or_place(made, "graph", 1) is not None
    return isinstance(made.func, ast.Attribute) and made.func.attr == "as_default" and _is_graph(made, scope, callees)


def _is_graph(call: ast.Call, scope: Scope, callees: Callees) -> bool:
    return _graph_kind(call, scope, callees) in (ScopeKind.NEW_GRAPH, ScopeKind.OTHER_GRAPH)


def _opened(node: ast.expr, scope: Scope, callees: Callees, seen: frozenset[str] = frozenset()) -> ScopeKind | None:
    """What a context manager that is not TensorFlow's own may open, by what it does, or else by its name.

    It is a variable scope where nothing is known of it but that it is a scope. `seen` are the names that led here.
    """
    if isinstance(node, ast.IfExp):
        may = any(_may_open(arm, scope, callees, seen) for arm in (node.body, node.orelse))
        return ScopeKind.VARIABLE if may else None
    if not isinstance(node, ast.Call):
        return ScopeKind.VARIABLE if _holds_scope(node, scope, callees, seen) else None
    callee = callees.callee(node.func, scope)
    made_by = {CalleeKind.BODY: callees.body_scopes, CalleeKind.CLASS: callees.class_scopes}.get(callee.kind)
    mentioned = _scopes_in(made_by[callee.index].node) if made_by else frozenset()
    if mentioned:
        return ScopeKind.NAME if mentioned <= _NAME_SCOPES else ScopeKind.VARIABLE
    called = called_name(node)
    named = ("scope" in called.lower() or called == "ExitStack") and "arg_scope" not in called
    opaque = callee.kind is CalleeKind.OPAQUE and isinstance(node.func, ast.Name | ast.Subscript)
    opaque = opaque or any(callees.canonical(one, scope) in _SCOPES for one in node.args)
    return ScopeKind.VARIABLE if named or opaque else None


def _holds_scope(node: ast.expr, scope: Scope, callees: Callees, seen: frozenset[str]) -> bool:
    """Whether a name or attribute may hold a scope: by what it is assigned, or else by what it is called."""
    own = node.id if isinstance(node, ast.Name) else ""
    found = scope.find(own) if own and own not in seen else None  # seen: `scope = scope if scope else made()`
    values = [one.value for one in found[1] if isinstance(one.value, ast.Call | ast.IfExp)] if found else []
    if values:
        return any(_may_open(value, scope, callees, seen | {own}) for value in values)
    if found and any(_scopes_in(behind(one, found[0])) for it in found[1] for one in iterated(it.node, found[0])):
        return True  # a loop over scopes
    given = any(one.kind is BindingKind.PARAMETER for one in found[1]) if found else isinstance(node, ast.Subscript)
    if isinstance(node, ast.Attribute):
        given = any(_is_given(value, owner, callees, seen) for value, owner in callees.assigned_to_attribute(node.attr))
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return "scope" in name.lower() or name in {"vs", "ns"} or (given and not _NO_SCOPES.search(name))


def _is_given(value: ast.expr, owner: Scope, callees: Callees, seen: frozenset[str]) -> bool:
    """Whether what an attribute is assigned is a parameter, or makes a scope."""
    found = owner.find(value.id) if isinstance(value, ast.Name) else None
    parameter = found is not None and any(one.kind is BindingKind.PARAMETER for one in found[1])
    return parameter or (isinstance(value, ast.Call | ast.IfExp) and _may_open(value, owner, callees, seen))


_NO_SCOPES = re.compile(r"sess|graph|lock|file|writer|tape|pool|strategy|device|executor|mutex|stream", re.IGNORECASE)


def _may_open(node: ast.expr, scope: Scope, callees: Callees, seen: frozenset[str]) -> bool:
    """Whether an expression makes a scope, TensorFlow's own or another."""
    made_by = (callees.canonical(node.func, scope) or "") if isinstance(node, ast.Call) else ""
    foreign = not made_by.startswith("tensorflow.")
    return made_by in _SCOPES or (foreign and _opened(node, scope, callees, seen) is not None)


_NAME_SCOPES = frozenset({"name_scope", "op_scope"})
_MENTIONS = _NAME_SCOPES | {"variable_scope", "variable_op_scope"}
_OPENERS = frozenset({"enter_context", "ExitStack", "__enter__"})


def _scopes_in(node: ast.AST) -> frozenset[str]:
    """What the code of a context manager mentions of scopes; all that may open one, if it opens any."""
    names = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in nodes(node)}
    if not names & _MENTIONS:
        return frozenset()
    return frozenset(name for name in names if name in _MENTIONS or name in _OPENERS or "make_template" in name)


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


def entered_scope(called: str, node: ast.Call, scope: Scope, callees: Callees) -> ScopeFacts:
    """A name scope or variable scope: the two take their name, default name and values in the same order."""
    kind = ScopeKind.NAME if called == "tensorflow.name_scope" else ScopeKind.VARIABLE
    first = keyword_or_place(node, "name" if kind is ScopeKind.NAME else "name_or_scope", 0)
    default = keyword_or_place(node, "default_name", 1)
    hazards = dict(_hazards(node)) if kind is ScopeKind.VARIABLE else {}
    parameters = ((hazard, _parameter(value, scope, callees)) for hazard, value in hazards.items())
    passed = {hazard: name for hazard, name in parameters if name and hazard not in _SET}
    return ScopeFacts(
        kind,
        position(node),
        _string(first, scope, callees) or _unclear_name(kind, first, scope, callees),
        _string(default, scope, callees),
        tuple(hazard for hazard in hazards if hazard not in passed),
        passed=tuple(passed.items()),
        body=callees.body(scope),
        plain=_is_plain(node, first, kind) and not callees.is_of_graph(node.func, scope),
    )


def _is_plain(node: ast.Call, first: ast.expr | None, kind: ScopeKind) -> bool:
    """Whether a scope is called with one string, or a name scope with a name, a default name and values, or some."""
    if len(node.args) + len(node.keywords) == 1:
        return first is not None
    known = all(word.arg in ("name", "default_name", "values") for word in node.keywords)
    starred = any(isinstance(one, ast.Starred) for one in node.args)
    default = keyword_or_place(node, "default_name", 1)
    return kind is ScopeKind.NAME and known and not starred and first is not None and default is not None


def _string(node: ast.expr | None, scope: Scope, callees: Callees) -> Text | None:
    """The string that a scope is named by; None where it is None, or a scope object, or the like."""
    if node is None or (isinstance(node, ast.Constant) and not isinstance(node.value, str)):
        return None
    if isinstance(node, ast.Constant) and node.value == "":
        return literal("")
    text = callees.given(node, scope)
    if isinstance(node, ast.Attribute | ast.Call) and not _formats(node):
        known = text.tells or any(isinstance(part, Hole) and part.parameter for part in text.parts)
        return text if known else None
    return text


def _unclear_name(kind: ScopeKind, node: ast.expr | None, scope: Scope, callees: Callees) -> Text | None:
    """What else may name a scope: an attribute, or for a name scope, which takes no object, any string or None."""
    if kind is ScopeKind.VARIABLE:
        return _kept_name(node, scope, callees)
    return None if node is None or isinstance(node, ast.Constant) else PERHAPS_NONE


def _kept_name(node: ast.expr | None, scope: Scope, callees: Callees) -> Text | None:
    """The name in an attribute that one method sets and another enters: `self.name = name`, then `self.name`.

    A parameter is taken for a name, and so is what is called one and only ever assigned a parameter or a string.
    """
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name) or "name" not in node.attr.lower():
        return None
    assigned = list(callees.assigned_to_attribute(node.attr))
    names = all(_is_name(value, owner) for value, owner in assigned)
    given = callees.given(node, scope)
    return given if assigned and names and not given.may_be_none else None


def _is_name(value: ast.expr | None, owner: Scope) -> bool:
    """Whether an attribute is assigned a string that is written out, or a parameter."""
    if isinstance(value, ast.Name):
        found = owner.find(value.id)
        return found is not None and [one.kind for one in found[1]] == [BindingKind.PARAMETER]
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))


def _formats(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and (
        (isinstance(node.func, ast.Attribute) and node.func.attr == "format")
        or (isinstance(node.func, ast.Name) and node.func.id == "str")
    )


def _hazards(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """What of this variable scope reaches `get_variable` and not `Variable`, and what it is given as that."""
    given = {item.arg or "**": item.value for item in node.keywords}
    given.update(zip(_POSITIONS, node.args, strict=False))
    for keyword, value in given.items():
        hazard = "**" if keyword == "**" else _VARIABLE_SCOPE_HAZARDS.get(keyword, "")
        harmless = (True,) if keyword == "auxiliary_name_scope" else (None, False)
        if hazard and not (isinstance(value, ast.Constant) and value.value in harmless):
            yield hazard, value


_SET = frozenset({"**", "auxiliary_name_scope"})  # what None or False does not turn off


def _parameter(value: ast.expr, scope: Scope, callees: Callees) -> str:
    """The parameter of its function that an argument is; "" for anything else."""
    match callees.text(value, scope).parts if isinstance(value, ast.Name) else ():
        case (Hole(parameter=name),):
            return name
    return ""


def _graph_kind(node: ast.Call, scope: Scope, callees: Callees) -> ScopeKind:
    """`tf.Graph().as_default()` is a new graph; `g.as_default()` is one where `g` is made in the same body, once."""
    given = keyword_or_place(node, "graph", 99)
    if given is not None:
        made_here = isinstance(given, ast.Call) and callees.canonical(given.func, scope) == "tensorflow.Graph"
        return ScopeKind.NEW_GRAPH if made_here else ScopeKind.OTHER_GRAPH
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "as_default":
        return ScopeKind.OTHER
    holder = node.func.value
    if isinstance(holder, ast.Name):
        found = scope.find(holder.id)
        value = single_value(holder.id, scope)
        if value is None or found is None or callees.body(found[0]) != callees.body(scope):
            return ScopeKind.OTHER_GRAPH
        if _used_again(holder.id, found[0]):
            return ScopeKind.OTHER_GRAPH
        holder = value
    if isinstance(holder, ast.Call) and callees.canonical(holder.func, scope) == "tensorflow.Graph":
        return ScopeKind.NEW_GRAPH
    made_by = callees.canonical(holder.func, scope) if isinstance(holder, ast.Call) else None
    return ScopeKind.OTHER if made_by in _HARMLESS else ScopeKind.OTHER_GRAPH


def _used_again(name: str, owner: Scope) -> bool:
    """Whether the graph is entered more than once: then its blocks can meet."""
    entered = 0
    for node in nodes(owner.node):
        if isinstance(node, ast.Attribute) and node.attr == "as_default":
            entered += isinstance(node.value, ast.Name) and node.value.id == name
    return entered > 1
