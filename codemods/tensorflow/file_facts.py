"""What one file says about variables, small enough to send between processes: its bodies, and what holds for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from codemods.tensorflow.facts import At, BodyFacts, Callee, ClassFacts, ScopeKind, StatementFacts
from codemods.tensorflow.text import Text
from migrate.codemod import Fact
from migrate.syntax.records import record

__all__ = [
    "Absences",
    "Escapes",
    "Evidence",
    "FileFacts",
    "LateImport",
    "Lookups",
    "NameTest",
    "Relayed",
    "Restore",
    "Told",
    "TopLevel",
    "Words",
]


@record(frozen=True, slots=True)
class TopLevel(Fact):
    """What the names at the top level of a module may stand for."""

    functions: Mapping[str, tuple[Callee, ...]]  # its own functions and classes
    imports: Mapping[str, tuple[str, ...]]  # what it binds by import: re-exports
    held: frozenset[str]  # what it assigns that may be a function: `make = partial(...)`
    tensors: frozenset[str]  # what it assigns that is an op of the graph: `ONE = tf.constant(1.)`
    alternatives: tuple[tuple[str, ...], ...]  # what one name, or the stars, may bring: calls have the first of them
    aliases: Mapping[str, tuple[str, ...]]  # what else it may pass on, by each name's origins; `*` too


@record(frozen=True, slots=True)
class Escapes(Fact):
    """What a file reads other than to call it: its own bodies and classes, imported names, attributes of anything."""

    bodies: frozenset[int] = frozenset()
    classes: frozenset[int] = frozenset()
    imports: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    variable: bool = False  # `tf.Variable` itself is passed to something


@record(frozen=True, slots=True)
class Lookups(Fact):
    """What a file asks the graph for by name."""

    names: frozenset[str] = frozenset()  # strings such as `w:0`, without the number, and what the graph is asked for
    patterns: frozenset[Text] = frozenset()  # the last part of computed names where a part of it is known: `w_*`
    orders: bool = False  # it puts the variables of the graph into the order of their names
    orders_passed: frozenset[str] = frozenset()  # the functions that do so with what they are passed
    hands_graph: frozenset[str] = frozenset()  # what it calls with variables that it asks the graph for


@record(frozen=True, slots=True)
class Absences(Fact):
    """Where None may come from that other files read."""

    cleared: frozenset[str] = frozenset()  # attributes of other objects that it sets to None
    left_out: frozenset[str] = frozenset()  # fields, keys and options that may be None for all it says
    kept: Mapping[str, frozenset[tuple[int, str]]] = field(default_factory=dict)  # by attribute, parameters of bodies
    records: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)  # fields of named tuples
    handed: frozenset[tuple[Callee, tuple[int, ...]]] = frozenset()  # what `partial` calls with None, and where


@record(frozen=True, slots=True)
class Evidence(Fact):
    """What tells graph code from eager code."""

    starts_eager: bool = False  # it makes the program that it starts eager
    eager: bool = False
    graph: bool = False


@record(frozen=True, slots=True)
class Words(Fact):
    """The strings of a file of which names can be made, in lower case."""

    spare: frozenset[str] = frozenset()  # of which it may make names somewhere else
    unknown: frozenset[str] = frozenset()  # what it may name by its strings, where nothing else tells
    mixes_case: bool = False  # two of them differ in case alone


@record(frozen=True, slots=True)
class Told(Fact):
    """What the calls of a file tell besides what they lead to."""

    reloads: bool = False  # runs a module again
    threads: bool = False  # starts threads, each of which counts its own variable scopes
    makes_unseen: bool = False  # it may make variables that are not among its creations: `tf.Variable` by another way
    evaluated: tuple[tuple[At, At], ...] = ()  # where the calls begin and end that run code in which it is called
    by_hand: frozenset[ScopeKind] = frozenset()  # what is entered other than by a `with`: nobody knows when it is left
    scope_takers: frozenset[Callee] = frozenset()  # functions of other files that are handed scopes, to enter them
    asked_names: frozenset[Text] = frozenset()  # what is reached by a name in a string: `globals()["make_" + kind]`
    picked_from: frozenset[str] = frozenset()  # modules of which anything may be reached: `getattr(nets, name)`
    loaded: frozenset[str] = frozenset()  # modules that a string names to be run, as in `FileFacts.modules`
    classes_picked_from: frozenset[int] = frozenset()  # of which any method may be called: `getattr(self, name)()`


@record(frozen=True, slots=True)
class LateImport(Fact):
    """An import in a body other than the module's, or `scoped` in any: within a scope that a `with` enters."""

    dotted: str
    body: int
    scoped: bool


@record(frozen=True, slots=True)
class Relayed(Fact):
    """What a file says if names that it has from other modules, such as `common.tf`, are TensorFlow.

    `sources` has for each of these names what it may stand for: itself, or for what star imports bring in each of them.
    """

    sources: Mapping[str, tuple[str, ...]]
    facts: FileFacts
    version_1_root: bool  # it uses what only version 1's root has


@record(frozen=True, slots=True)
class Restore(Fact):
    """A call that restores whatever the variable store holds in a scope, or may: `told` says that it does.

    So does one whose map may be made of `folders`, where the program has such a scope.
    """

    line: int
    told: bool
    folders: frozenset[str] = frozenset()  # strings of its file that end in a `/`, without it, in lower case


@record(frozen=True, slots=True)
class NameTest(Fact):
    """A string that a program compares the names of variables with; `begins`: only with what they begin with.

    One that is `plain` asks no more than whether a whole name begins so, or else whether it holds the string. What is
    `passed` stands for all strings that it can be by the calls of the body that compares them, what is `listed` for all
    that stand in lists of the program: an element of what a function is passed. The rest is of no account without them.
    """

    text: str  # "" where it may hold for whatever name, or for what begins in some way that is not known
    begins: bool = False
    line: int = 0
    plain: bool = False
    passed: Text | None = None
    body: int = 0
    pattern: bool = False  # what is passed, or listed, is a regular expression
    listed: bool = False

    @property
    def is_computed(self) -> bool:
        """Whether nothing is known of what names have to begin with: `scope=self.scope`."""
        return self.begins and not self.text


@record(frozen=True, slots=True)
class FileFacts(Fact):
    """Everything that the link phase knows of one file."""

    path: str
    bodies: tuple[BodyFacts, ...]
    classes: tuple[ClassFacts, ...]
    top: TopLevel
    modules: frozenset[str]  # every module that the file imports, dotted; `nets.?` for any in a package
    late_imports: tuple[LateImport, ...] = ()
    searched: frozenset[str] = frozenset()  # folders where its imports may lie as well, `nets.models`
    escapes: Escapes = Escapes()
    lookups: Lookups = Lookups()
    evidence: Evidence = Evidence()
    words: Words = Words()
    absences: Absences = field(default_factory=Absences)
    told: Told = Told()
    gives_unknown: bool = False  # it makes a variable or enters a scope under a name of which nothing is known
    passes_unknown: bool = False  # it passes another file's function what may be such a name, or hold one
    registrars: frozenset[str] = frozenset()  # modules, without their packages, whose decorators get its functions
    passed_on: frozenset[str] = frozenset()  # the imported names by which it leads on to other files
    creates: bool = False  # some body of it has a creation
    library: bool = False  # a file of TensorFlow's own
    scoped_reads: frozenset[str] = frozenset()  # attributes that are read within a variable scope: perhaps properties
    named_reads: frozenset[tuple[str, At]] = frozenset()  # the same within a name scope, with its place
    reads: frozenset[tuple[str, int]] = frozenset()  # names of decorated methods of this file, and bodies reading them
    version_2_root: bool = False  # plain `tensorflow` is version 2's interface
    reruns: bool = False  # a notebook: any cell may run again
    cells: tuple[int, ...] = ()  # the lines at which its cells begin
    seeded: bool = False
    resource_scopes: bool = False  # some variable scope decides whether the variables in it are resources
    blocks: Mapping[At, tuple[StatementFacts, ...]] = field(default_factory=dict)  # by their first statement's place
    name_tests: frozenset[NameTest] = frozenset()  # what names of variables are compared with
    listed: frozenset[str] = frozenset()  # the strings in the lists that it passes, keeps or has as defaults
    functions_used: frozenset[str] = frozenset()  # the last parts of the names of TensorFlow that it calls
    restores: tuple[Restore, ...] = ()
    maps_scopes: bool = False  # it holds a map of scopes to scopes
    guarded: tuple[tuple[int, int], ...] = ()  # the lines of `if __name__ == "__main__":`
    patches: bool = False  # puts something else in the place of `tf.Variable` or `tf.get_variable`
    replaced: frozenset[str] = frozenset()  # what may be classes within classes and is assigned from outside
    relayed: tuple[Relayed, ...] = ()  # with all such names as TensorFlow, then with each alone; the first that holds
    synonyms: Mapping[str, str] = field(default_factory=dict)  # names that are TensorFlow by way of another module
