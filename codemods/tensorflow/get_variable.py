"""`tf.Variable(init, name=...)` becomes `tf.get_variable(name, shape, initializer=...)`.

See https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/get_variable for what the new call promises.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import At
from codemods.tensorflow.glance import MENTION
from codemods.tensorflow.imports import tidy_imports
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.layer_scopes import scope_id, scope_id_elsewhere, wrap_id
from codemods.tensorflow.passing import evaluated, passed_on
from codemods.tensorflow.plan import FilePlan, LeavePlan, NamePlan
from codemods.tensorflow.rules import GET_VARIABLE_RULES, advice
from codemods.tensorflow.spelling import Speller, UnspellableError
from codemods.tensorflow.writing.call import CallEdit, Refusal, Refused, build
from codemods.tensorflow.writing.functions import function_for
from codemods.tensorflow.writing.reading import line_start
from codemods.tensorflow.writing.remarks import RemarkKind
from codemods.tensorflow.writing.requesting import request_for
from migrate.codemod import Options
from migrate.edits import indent_unit
from migrate.model import Change, Edit, Finding, Left, Notice, Rewrite, Shift, Span, Wrap
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.walk import CallSite

__all__ = ["rewrite"]

_REFUSED = {
    Refused.STAR_ARGUMENTS: "GV201",
    Refused.ARGUMENTS: "GV210",
    Refused.VARIABLE_DEF: "GV202",
    Refused.IMPORT_SCOPE: "GV202",
    Refused.SHAPE: "GV202",
    Refused.NO_VALUE: "GV206",
    Refused.MASKED: "GV208",
    Refused.CALLABLE: "GV209",
    Refused.UNSUPPORTED: "GV210",
}
_REMARKS = {
    RemarkKind.DTYPE_AS_TRAINABLE: "GV301",
    RemarkKind.EXPECTED_SHAPE: "GV302",
    RemarkKind.INNER_NAME: "GV303",
    RemarkKind.NAME_AS_TRAINABLE: "GV305",
}


def rewrite(module: Module, plan: FilePlan, options: Options) -> Iterator[Finding]:
    """One finding for each creation, and notices beside it."""
    yield from _all_left(module, plan) if plan.idle else _decided(module, plan, options)
    shifts = _shifts(plan, options)
    if plan.hands_on:
        walked = module.only(MENTION) if plan.idle else module
        walked.walk.assume(plan.synonyms)
        yield from passed_on(walked, shifts)
    yield from evaluated(module, plan.evaluated, shifts)


def _shifts(plan: FilePlan, options: Options) -> tuple[Shift, ...]:
    """What becomes of the variables that no call is seen to make, unnamed ones and those of names that are given up."""
    if options.get("names", "idiomatic") == "keep":
        return ()
    return tuple(Shift(plan.program, name) for name in ("*Variable", *plan.given_up))


def _all_left(module: Module, plan: FilePlan) -> Iterator[Finding]:
    """The findings of a file in which nothing changes: it does not have to be parsed again."""
    offset = module.source.offset
    for at, decision in sorted(plan.creations.items()):
        if isinstance(decision, LeavePlan):
            yield _left(module, Span(offset(*at), offset(*plan.ends[at])), decision)


@dataclass(frozen=True, slots=True)
class _Style:
    """How the calls of a file are written: their form, and where the scopes begin and end that are put around them."""

    form: Literal["shape", "value"]
    begins: list[At]
    ends: list[At]

    @staticmethod
    def of(plan: FilePlan, options: Options) -> _Style:
        form: Literal["shape", "value"] = "value" if options.get("form", "shape") == "value" else "shape"
        return _Style(form, sorted(one.first for one in plan.wraps), sorted(one.end for one in plan.wraps))

    def wraps(self, at: At) -> int:
        """How many scopes are put around what stands at a place."""
        return bisect_right(self.begins, at) - bisect_right(self.ends, at)


def _decided(module: Module, plan: FilePlan, options: Options) -> Iterator[Finding]:
    """The findings of each creation, and those of the imports that go with them."""
    rewritten: list[Finding] = []
    module.walk.assume(plan.synonyms)
    style = _Style.of(plan, options)
    for site in module.walk.calls:
        decision = plan.creations.get(position(site.node))
        if decision is None or knowledge.canonical(resolve(site.node.func, site.scope)) != knowledge.VARIABLE:
            continue
        for finding in _findings(module, site, plan, decision, style):
            if isinstance(finding.outcome, Rewrite):
                rewritten.append(finding)
            yield finding
    yield from tidy_imports(module, rewritten, dict(_scope_functions(module, plan)))


def _scope_functions(module: Module, plan: FilePlan) -> Iterator[tuple[str, Span]]:
    """What is called where a scope is converted, by the id of the finding that does so."""
    for site in module.walk.calls if plan.scopes else ():
        scope = plan.scopes.get(position(site.node))
        if scope is not None:
            yield scope_id(module, scope), module.span(site.node.func)


def _findings(
    module: Module, site: CallSite, plan: FilePlan, decision: NamePlan | LeavePlan, style: _Style
) -> Iterator[Finding]:
    node = site.node
    if isinstance(decision, LeavePlan):
        yield _left(module, node, decision)
        return
    speller = Speller(module, node.func, site.scope, plan.version_2_root)
    try:
        request = request_for(module, site, plan, decision, speller)
        deeper = _deeper(module, site, style.wraps(position(site.statement)) + decision.escapes)
        edit = build(module, node, replace(request, form=style.form, deeper=deeper), site)
    except UnspellableError:
        yield _left(module, node, LeavePlan("GV210", "the file has no name for TensorFlow itself", decision.shifts))
        return
    if isinstance(edit, Refusal):
        yield _left(module, node, LeavePlan(_REFUSED[edit.reason], edit.reason.value, decision.shifts))
        return
    made = _rooted(module, site, edit.changes, decision, speller, resource_scopes=plan.resource_scopes)
    if made is None:
        yield _left(module, node, LeavePlan("GV210", "its lambda holds what cannot be moved", decision.shifts))
        return
    changes = (*made, *dict.fromkeys(speller.imports))
    code = "GV101" if edit.why is None else "GV102"
    found = module.finding(
        code,
        node,
        _message(module, node, edit, decision.kept),
        Rewrite(decision.level, changes),
        renames=decision.renames,
        requires=_requires(module, plan, decision),
    )
    yield replace(found, shifts=decision.shifts)
    if decision.warning:
        text = f"{decision.warning} of the scope around it is given to get_variable, and was not given to tf.Variable"
        yield module.finding("GV304", node, text, Notice())
    for remark in edit.remarks:
        yield module.finding(_REMARKS[remark.kind], node, remark.text, Notice())


def _deeper(module: Module, site: CallSite, levels: int) -> int:
    """By how many columns so many scopes that are put around a call will indent it."""
    text, start = module.source.text, module.span(site.statement).start
    return levels * len(indent_unit(text, text[line_start(text, start) : start])) if levels else 0


def _rooted(
    module: Module,
    site: CallSite,
    changes: Sequence[Edit],
    decision: NamePlan,
    speller: Speller,
    *,
    resource_scopes: bool,
) -> Sequence[Change] | None:
    """The changes to a call, with a root scope around it where it needs one; None where that cannot be written.

    Such a scope is measured to leave every name as it is, whatever scopes are around; without a name it makes no name
    scope, in version 1.15 as in 2.21.
    """
    if not decision.escapes:
        return changes
    passed = f", use_resource={speller('get_variable_scope')}().use_resource" if resource_scopes else ""
    header = f"with {speller('variable_scope')}({speller('VariableScope')}(reuse=False{passed})):"
    if isinstance(site.scope.node, ast.Lambda):
        return function_for(module, site, site.scope.node, changes, header)
    return (*changes, Wrap(module.span(site.statement), header, joins=True))


def _requires(module: Module, plan: FilePlan, decision: NamePlan) -> tuple[str, ...]:
    """The findings that make the scopes under which the new name is right."""
    needed = [scope_id(module, plan.scopes[at]) for at in decision.scopes if at in plan.scopes]
    needed += [scope_id_elsewhere(*one) for one in decision.scopes_elsewhere]
    return (*needed, *(wrap_id(path, first) for path, first in decision.wraps))


def _left(module: Module, place: ast.AST | Span, plan: LeavePlan) -> Finding:
    summary = GET_VARIABLE_RULES[plan.code].summary
    message = f"{summary}: {plan.detail}" if plan.detail else summary
    return replace(module.finding(plan.code, place, message, Left(advice(plan.code))), shifts=plan.shifts)


def _message(module: Module, node: ast.Call, edit: CallEdit, kept: str) -> str:
    form = (
        "with a shape and an initializer" if edit.why is None else f"with its value as initializer ({edit.why.value})"
    )
    stays = f"; it keeps the name that TensorFlow gives, as {kept}" if kept else ""
    return f"{module.text(node.func)} becomes get_variable {form}{stays}"
