"""Name scopes that hold variables become variable scopes, and what runs again gets a variable scope for each run.

See https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/variable_scope for how the two kinds of scope differ.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator

from codemods.tensorflow import knowledge
from codemods.tensorflow.dtypes import is_none
from codemods.tensorflow.facts import At
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.plan import FilePlan, ScopeForm, ScopePlan, WrapPlan
from codemods.tensorflow.spelling import Speller
from migrate.codemod import Options
from migrate.model import Edit, Finding, Level, Rewrite, Span, Wrap
from migrate.syntax.calls import keyword_or_place
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.nodes import statements
from migrate.syntax.walk import CallSite

__all__ = ["rewrite", "scope_id", "scope_id_elsewhere", "wrap_id"]

_CODES = {ScopeForm.PLAIN: "LS101", ScopeForm.UNIQUE: "LS102", ScopeForm.WHOLE: "LS102"}
_WRAP = "LS103"


def rewrite(module: Module, plan: FilePlan, options: Options) -> Iterator[Finding]:
    """One finding for each scope that is converted and one for each that is added."""
    del options  # they have shaped the plan
    if not plan.scopes and not plan.wraps:
        return
    module.walk.assume(plan.synonyms)
    for site in module.walk.calls:
        chosen = plan.scopes.get(position(site.node))
        if chosen is not None and knowledge.canonical(resolve(site.node.func, site.scope)) in knowledge.SCOPE_CALLS:
            yield _converted(module, site, chosen, plan)
    if plan.wraps:
        layers = _Layers(module)
        yield from (_wrapped(module, wrap, layers, plan) for wrap in plan.wraps)


def _converted(module: Module, site: CallSite, plan: ScopePlan, file: FilePlan) -> Finding:
    """`tf.name_scope("s")` as a variable scope; its arguments stay as they are written."""
    node = site.node
    speller = Speller(module, node.func, site.scope, file.version_2_root)
    argument = keyword_or_place(node, "name", 0) or keyword_or_place(node, "name_or_scope", 0)
    assert argument is not None
    default = keyword_or_place(node, "default_name", 1)
    edits = [Edit(module.span(node.func), speller("variable_scope"))]
    edits += _renamed(module, node, argument, plan) if default is None else _both(module, node, argument, default, plan)
    text = module.text(argument if default is None or not is_none(argument) else default)
    message = f"the name scope {text} becomes a variable scope of the same name"
    if plan.form is ScopeForm.WHOLE:
        message = f"the name scope {text} becomes a variable scope with the same arguments"
    elif plan.form is ScopeForm.UNIQUE:
        message = f"the scope {text}, which is entered again, becomes a variable scope of its own each time"
    outcome = Rewrite(Level.EXACT, (*edits, *speller.imports), supports=True)
    needed = tuple(_rival_id(module, path, rival) for path, rival in plan.after)
    return module.finding(_CODES[plan.form], node, message, outcome, requires=needed)


def _rival_id(module: Module, path: str, plan: ScopePlan) -> str:
    return scope_id(module, plan) if path == module.path else scope_id_elsewhere(path, plan)


def _renamed(module: Module, node: ast.Call, argument: ast.expr, plan: ScopePlan) -> Iterator[Edit]:
    """The only argument, its keyword included: a name, or the default one of a scope that is made anew each time."""
    start = module.span(node.keywords[0] if node.keywords else argument).start
    if plan.form is ScopeForm.UNIQUE:
        yield Edit(Span(start, module.span(argument).start), "None, default_name=")
    elif node.keywords:
        yield Edit(Span(start, module.span(argument).start), "")


def _both(module: Module, node: ast.Call, argument: ast.expr, default: ast.expr, plan: ScopePlan) -> Iterator[Edit]:
    """A name beside a default name: both stay where names do not come again, else one is the default of the other."""
    keyword = next((word for word in node.keywords if word.arg == "name"), None)
    if keyword is not None:
        start = module.span(keyword).start
        yield Edit(Span(start, start + len("name")), "name_or_scope")
    if plan.form is ScopeForm.UNIQUE:
        name = module.text(argument)
        name = f"({name})" if isinstance(argument, ast.IfExp | ast.Lambda) else name
        known = isinstance(argument, ast.Constant)  # `name_scope("s", "default")`
        yield Edit(module.span(argument), "None")
        yield Edit(module.span(default), name if known else f"{name} or {module.text(default)}")


class _Layers:
    """The statements of a file by their places, and its calls in the order of their statements."""

    def __init__(self, module: Module) -> None:
        self.standing = {position(one): one for one in statements(module.tree)}
        self._sites = module.walk.calls
        ordered = sorted((position(site.statement), number) for number, site in enumerate(self._sites))
        self._places = [place for place, _ in ordered]
        self._numbers = [number for _, number in ordered]

    def inside(self, first: At, end: At) -> list[CallSite]:
        """The calls of the statements that begin in a part of the text, in the order in which they run."""
        begin, behind = bisect_left(self._places, first), bisect_left(self._places, end)
        return [self._sites[number] for number in sorted(self._numbers[begin:behind])]


def _wrapped(module: Module, wrap: WrapPlan, layers: _Layers, plan: FilePlan) -> Finding:
    """The statements of a layer under a new scope."""
    first, last = layers.standing[wrap.first], layers.standing[wrap.last]
    site = _speaking(layers.inside(wrap.first, wrap.end), first)
    speller = Speller(module, site.node.func, site.scope, plan.version_2_root)
    name = f'None, default_name="{wrap.name}"' if wrap.unique else f'"{wrap.name}"'
    ops = ", auxiliary_name_scope=False" if wrap.keeps_ops else ""
    header = f"with {speller('variable_scope')}({name}{ops}):"
    span = Span(module.span(first).start, module.span(last).end)
    message = f"a variable scope {wrap.name} around the variables of a layer"
    if wrap.unique:
        message = f"a variable scope {wrap.name} around what runs again, a new one each time"
    return module.finding(
        _WRAP, first, message, Rewrite(Level.RENAMES, (Wrap(span, header), *speller.imports), supports=True)
    )


def _speaking(inside: list[CallSite], first: ast.stmt) -> CallSite:
    """A call by which the statements of a layer reach TensorFlow, if only the one that is made for the layer."""
    makes = (site for site in inside if knowledge.canonical(resolve(site.node.func, site.scope)) == knowledge.VARIABLE)
    return next(makes, None) or next(site for site in inside if site.statement is first)


def scope_id(module: Module, plan: ScopePlan) -> str:
    """The id of the finding that converts a scope."""
    return _id(module, _CODES[plan.form], plan.at)


def scope_id_elsewhere(path: str, plan: ScopePlan) -> str:
    """The same in another file, of which only this is at hand: behind an `é` in its line it is no finding's."""
    line, column = plan.at
    return f"{_CODES[plan.form]}@{path}:{line}:{column + 1}"


def wrap_id(path: str, first: At) -> str:
    """The id of the finding that adds a scope in file `path`; only indentation stands before a wrapped statement."""
    line, column = first
    return f"{_WRAP}@{path}:{line}:{column + 1}"


def _id(module: Module, code: str, at: At) -> str:
    line, column = module.source.position(module.source.offset(*at))
    return f"{code}@{module.path}:{line}:{column}"
