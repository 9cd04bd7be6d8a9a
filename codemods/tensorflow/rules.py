"""The closed list of what the TensorFlow codemods say of a place; each code's page stands in `pages/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrate.model import Rule, RuleKind

__all__ = ["GET_VARIABLE_RULES", "LAYER_RULES", "advice"]

_PAGES = Path(__file__).with_name("pages")
_REWRITE, _LEFT, _NOTICE = RuleKind.REWRITE, RuleKind.LEFT, RuleKind.NOTICE

_CALLS: tuple[tuple[str, str, RuleKind, str], ...] = (
    ("GV101", "shape-form", _REWRITE, "The variable is made from a name, a shape and an initializer"),
    ("GV102", "value-form", _REWRITE, "The variable is made from a name and its initial value"),
    ("GV103", "unused-import", _REWRITE, "An import that nothing uses any more is removed"),
    ("GV201", "star-arguments", _LEFT, "The call passes *args or **kwargs"),
    ("GV202", "no-counterpart", _LEFT, "An argument of the call has no counterpart in get_variable"),
    ("GV203", "scope-reaches-get-variable", _LEFT, "A scope around the call would change what get_variable makes"),
    ("GV204", "scope-out-of-step", _LEFT, "The scopes around the call name variables and ops differently"),
    ("GV205", "name-taken", _LEFT, "The program makes a variable of the same name with get_variable"),
    ("GV206", "no-initial-value", _LEFT, "The call passes no initial value"),
    ("GV207", "eager-code", _LEFT, "The call is eager or TensorFlow 2 code"),
    ("GV208", "masked-syntax", _LEFT, "The call holds Python 2 syntax or notebook magic"),
    ("GV209", "maybe-callable", _LEFT, "The initial value may be a function"),
    ("GV210", "not-understood", _LEFT, "The call is written in a way that is not understood"),
    ("GV211", "nested-creation", _LEFT, "The initial value makes variables itself, and both ask the graph for a name"),
    ("GV212", "passed-as-value", _LEFT, "The class tf.Variable is passed on, so that something else calls it"),
    ("GV213", "restored-by-scope", _LEFT, "The program restores all that get_variable makes in a scope"),
    ("GV214", "other-graph", _LEFT, "The initial value is made in another graph, and the variable with it"),
    ("GV301", "dtype-as-trainable", _NOTICE, "A dtype stands where trainable belongs"),
    ("GV302", "expected-shape", _NOTICE, "The argument expected_shape has no effect and is dropped"),
    ("GV303", "inner-name", _NOTICE, "The op of the initial value is named, the variable is not"),
    ("GV304", "scope-now-reaches", _NOTICE, "A scope around the call now changes the variable that it makes"),
    ("GV305", "name-as-trainable", _NOTICE, "A name stands where trainable belongs"),
)
_LAYERS: tuple[tuple[str, str, RuleKind, str], ...] = (
    ("LS101", "variable-scope", _REWRITE, "A name scope that holds variables becomes a variable scope"),
    (
        "LS102",
        "scope-for-each-run",
        _REWRITE,
        "A scope that is entered again becomes a variable scope of its own each time",
    ),
    ("LS103", "layer-scope", _REWRITE, "A variable scope is put around the variables of a layer"),
)
_ADVICE: Mapping[str, str] = {
    "GV201": "Write the arguments out, or rewrite the wrapper that passes them on.",
    "GV202": "Remove the argument if the program does not need it, then run again.",
    "GV203": "Decide whether the variable is to be shared or changed by that scope, and write get_variable by hand.",
    "GV204": "Make the variable in a statement of its own, or enter its variable scope once, then run again.",
    "GV205": "Give one of the two variables another name, or share the variable on purpose.",
    "GV206": "Pass an initial value.",
    "GV207": "Keep tf.Variable: in eager code it is the right way to make a variable.",
    "GV208": "Write the call in Python 3, then run again.",
    "GV209": "Pass the value, or convert it with tf.convert_to_tensor, then run again.",
    "GV210": "Write the call as tf.Variable(value, name=...), then run again.",
    "GV211": "Make the inner variable in a statement of its own, then run again.",
    "GV212": "Pass a function that calls tf.get_variable, or rewrite what calls it.",
    "GV213": "Give init_from_checkpoint a map from each name to its variable, then run again.",
    "GV214": "Make what the initial value reads in the graph of the variable, then run again.",
}


def advice(code: str) -> str:
    """What a person can do about a call that is left."""
    return _ADVICE[code]


def _rules(table: tuple[tuple[str, str, RuleKind, str], ...]) -> dict[str, Rule]:
    return {
        code: Rule(code, name, kind, summary, (_PAGES / f"{code}.md").read_text(encoding="utf-8"))
        for code, name, kind, summary in table
    }


GET_VARIABLE_RULES: Mapping[str, Rule] = _rules(_CALLS)
LAYER_RULES: Mapping[str, Rule] = _rules(_LAYERS)
