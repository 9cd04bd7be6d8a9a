"""Calls that make TensorFlow's own scopes: their names, and what they give to `get_variable` and not to `Variable`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow.facts import ScopeFacts, ScopeKind
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.text import PERHAPS_NONE, Hole, Text, literal
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.walk import BindingKind, Scope

__all__ = ["CREATOR", "HAZARDS", "SCOPES", "entered_scope"]

SCOPES = ("tensorflow.name_scope", "tensorflow.variable_scope", "tensorflow.variable_op_scope")
# Not `initializer`, which `get_variable` is always given. Without a name scope, only `get_variable` bears its name.
_HAZARDOUS = frozenset(
    {
        *("reuse", "regularizer", "partitioner", "custom_getter", "constraint", "caching_device", "dtype"),
        *("auxiliary_name_scope", "**"),
    }
)
CREATOR = "variable_creator_scope"  # what it hands to its function differs between the two calls
HAZARDS = _HAZARDOUS | {CREATOR}
_SET = frozenset({"**", "auxiliary_name_scope"})  # what None or False does not turn off
_POSITIONS = (
    *("name_or_scope", "default_name", "values", "initializer", "regularizer", "caching_device"),
    *("partitioner", "custom_getter", "reuse", "dtype", "use_resource", "constraint"),
    "auxiliary_name_scope",
)


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
        plain=_is_plain(node, first, kind) and not callees.is_of_graph(node.func, scope, "name_scope"),
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
        harmless = (True,) if keyword == "auxiliary_name_scope" else (None, False)
        if keyword in _HAZARDOUS and not (isinstance(value, ast.Constant) and value.value in harmless):
            yield keyword, value


def _parameter(value: ast.expr, scope: Scope, callees: Callees) -> str:
    """The parameter of its function that an argument is; "" for anything else."""
    match callees.text(value, scope).parts if isinstance(value, ast.Name) else ():
        case (Hole(parameter=name),):
            return name
    return ""
