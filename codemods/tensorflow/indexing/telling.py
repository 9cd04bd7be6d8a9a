"""What calls tell of a program besides what they lead to: it starts threads, runs files, asks for functions by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.tensorflow import knowledge
from codemods.tensorflow.facts import At, Callee, CalleeKind, ScopeKind
from codemods.tensorflow.file_facts import LateImport, Told
from codemods.tensorflow.indexing.bodies import position
from codemods.tensorflow.indexing.by_name import (
    ASKED,
    asked_names,
    asks_for_template,
    asks_for_variable,
    class_picked_from,
    evaluates_variable,
    picked_from,
)
from codemods.tensorflow.indexing.callees import Callees
from codemods.tensorflow.indexing.contexts.scope_calls import SCOPES
from codemods.tensorflow.indexing.contexts.withs import ENTERING, entered_by_hand, enters_graph, template_of
from codemods.tensorflow.indexing.giving_back import is_given_back
from codemods.tensorflow.indexing.late_imports import late_by_string
from codemods.tensorflow.indexing.run_by_name import run_modules
from codemods.tensorflow.text import Text
from migrate.syntax.calls import called_name
from migrate.syntax.module import Module
from migrate.syntax.names import resolve
from migrate.syntax.run_names import LOADERS, RUNNERS, Takes
from migrate.syntax.walk import CallSite, Scope

__all__ = ["Telling"]

_HOLDING = (ast.keyword, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.IfExp, ast.Starred, ast.Lambda)
_ASKING = frozenset({"isinstance", "issubclass", "super", "type"})
_TABLES = (knowledge.RELOADERS, knowledge.THREADS, RUNNERS, LOADERS, ASKED)
_MAKERS = [name.rpartition(".")[2] for name in (*SCOPES, knowledge.TEMPLATE, "tensorflow.reset_default_graph")]
# The last names of all that tells something: nineteen calls of twenty have another.
_LASTS = frozenset(
    name.rpartition(".")[2] for table in (*_TABLES, _ASKING, ENTERING, ("partial", "as_default")) for name in table
)


class Telling:
    """What the calls of one module tell, those that TensorFlow has no part in; `note` each of them."""

    def __init__(self, module: Module, callees: Callees) -> None:
        self.module = module
        self.callees = callees
        self.reloads = False
        self.threads = False
        self.makes_unseen = False  # by `tf.Variable` under a name in a string, or by arguments that nobody knows
        self.evaluated: list[tuple[At, At]] = []  # calls that run such code, which is known
        self.imported: set[str] = set()  # modules that are imported by a string
        self.late: dict[LateImport, None] = {}  # the same in a function, or in a scope
        self.by_hand: set[ScopeKind] = set()  # what is entered without a `with`
        self.scope_takers: set[Callee] = set()  # functions of other files that are handed scopes, to enter them
        self.asked_names: set[Text] = set()  # what is reached by a name in a string that is not all known
        self.picked_from: set[str] = set()  # modules of which anything may be reached so
        self.classes_picked_from: set[int] = set()  # and classes, by their methods
        self.asked: set[ast.AST] = set()  # classes that `isinstance` and the like name: not created, not escaped

    def note(self, site: CallSite, callee: Callee) -> None:
        """Takes a call into account."""
        last = callee.name.rpartition(".")[2]
        if last in _LASTS or site.called in _LASTS or isinstance(site.node.func, ast.Subscript | ast.Call):
            self._note_runs(site.node, _picked(site) or callee.name, site)
            self._note_names(site, callee.name)
            self.by_hand |= entered_by_hand(site.node, site.scope, self.callees)
            self._note_templates(site)
            if site.called == "as_default" and enters_graph(site.node, site.scope, self.callees):
                self.note_session(site, entered=False)

    def note_session(self, site: CallSite, *, entered: bool) -> None:
        """Takes into account a graph, or a session of one, that is entered or that who gets it enters, perhaps."""
        if entered or is_given_back(site, self.module):
            self.by_hand.add(ScopeKind.OTHER_GRAPH)

    def _note_templates(self, site: CallSite) -> None:
        """What other files may run functions in a scope by: `template = partial(tf.make_template, "net")`."""
        if not isinstance(site.statement, ast.Assign) or isinstance(site.scope.node, ast.FunctionDef | ast.Lambda):
            return
        if template_of(site.node, site.scope, self.callees) is site.node:
            self.by_hand.add(ScopeKind.VARIABLE)

    def note_takers(self, site: CallSite) -> None:
        """Takes into account who is handed what a call makes, a scope that no `with` enters there."""
        items = getattr(site.statement, "items", ())
        if any(item.context_expr is site.node for item in items):
            return
        self._note_takers_of(site.node, site.scope)

    def note_makers(self) -> None:
        """The same of who is handed TensorFlow's makers of scopes, to make some, and of what resets the graph.

        `run(tf.variable_scope)`, `clear = tf.reset_default_graph`
        """
        for read in (self.module.walk.attributes_of(_MAKERS), self.module.walk.reads_of(_MAKERS)):
            for node, scope in read:
                name = self.callees.canonical(node, scope)
                if name in knowledge.RESETS:
                    self.by_hand |= set() if self._is_called(node) else {ScopeKind.OTHER_GRAPH}
                elif name in SCOPES:
                    self._note_takers_of(node, scope)
                elif name == knowledge.TEMPLATE and not self._is_made_ready(node):
                    self.by_hand.add(ScopeKind.VARIABLE)

    def _is_called(self, function: ast.expr) -> bool:
        above = self.module.parents[function]
        return isinstance(above, ast.Call) and above.func is function

    def _is_made_ready(self, maker: ast.expr) -> bool:
        """Whether a maker of templates is given to `partial`, whose calls are known."""
        above = self.module.parents[maker]
        return isinstance(above, ast.Call) and called_name(above) == "partial"

    def _note_takers_of(self, node: ast.expr, scope: Scope) -> None:
        for taker, where in self._takers(node, scope):
            callee = self.callees.callee(taker.func, where)
            foreign = callee if callee.kind is CalleeKind.IMPORTED else callee.receiver
            self.scope_takers |= {callee} if foreign is not None and foreign.kind is CalleeKind.IMPORTED else set()
        above = self._holder(node)
        for target in above.targets if isinstance(above, ast.Assign) else ():
            owner = self.callees.callee(target, scope).receiver if isinstance(target, ast.Attribute) else None
            self.scope_takers |= {owner} if owner is not None and owner.kind is CalleeKind.IMPORTED else set()

    def _takers(self, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.Call, Scope]]:
        """The calls that are given what an expression makes: where it stands, or by the name that it is assigned to."""
        above = self._holder(node)
        if isinstance(above, ast.Call):
            yield above, scope
        for name in above.targets if isinstance(above, ast.Assign) else ():
            reads = self.module.walk.reads_of([name.id]) if isinstance(name, ast.Name) else ()
            takers = (
                (self._holder(read), where) for read, where in reads if where.find(read.id) == scope.find(read.id)
            )
            yield from ((taker, where) for taker, where in takers if isinstance(taker, ast.Call))

    def _holder(self, node: ast.expr) -> ast.AST:
        """What an expression stands in, but for what only holds it or picks it."""
        above: ast.AST = self.module.parents[node]
        while isinstance(above, _HOLDING):
            above = self.module.parents[above]
        return above

    def facts(self) -> Told:
        """What all of them told."""
        return Told(
            self.reloads,
            self.threads,
            self.makes_unseen,
            tuple(self.evaluated),
            frozenset(self.by_hand),
            frozenset(self.scope_takers),
            frozenset(self.asked_names),
            frozenset(self.picked_from),
            frozenset(self.imported),
            frozenset(self.classes_picked_from),
        )

    def _note_runs(self, node: ast.Call, called: str, site: CallSite) -> None:
        """What runs files, modules or threads."""
        self.reloads |= called in knowledge.RELOADERS or site.called in LOADERS
        self.threads |= called in knowledge.THREADS
        runner = RUNNERS.get(called)
        if runner is None:
            return
        if runner.takes in (Takes.FILE, Takes.CODE) or called == "runpy.run_module":  # as often as they are called
            told = node.args and self.callees.text(node.args[0], site.scope).literal is not None
            self.reloads |= runner.takes is not Takes.CODE or not told
        names = [*run_modules(self.module, site, called, self.callees)]
        self.imported.update(names)
        self.late.update(dict.fromkeys(late_by_string(site, names, self.callees)))

    def _note_names(self, site: CallSite, called: str) -> None:
        """What asks for functions and classes, by their names or otherwise."""
        node = site.node
        if isinstance(node.func, ast.Name) and node.func.id in _ASKING:
            self.asked.update(node.args)
        self.asked_names.update(asked_names(self.module, site, called, self.callees))
        if module := picked_from(self.module, site, called, self.callees):
            self.picked_from.add(module)
        if owner := class_picked_from(self.module, site, self.callees):
            self.classes_picked_from.add(self.callees.class_numbers[owner])
        self.by_hand |= {ScopeKind.VARIABLE} if asks_for_template(site, self.callees) else set()
        self.makes_unseen |= asks_for_variable(self.module, site, called, self.callees)
        if evaluates_variable(site, called, self.callees):
            self.evaluated.append((position(node), (node.end_lineno or 0, node.end_col_offset or 0)))


def _picked(site: CallSite) -> str:
    """What a call picks by its name, to call it: `getattr(importlib, "import_module")("nets.a")`; "" for any other."""
    match site.node.func:
        case ast.Call(func=ast.Name(id="getattr"), args=[holder, ast.Constant(value=str() as name), *_]):
            return f"{resolve(holder, site.scope)}.{name}"
    return ""
