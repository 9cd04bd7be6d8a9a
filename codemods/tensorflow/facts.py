"""What functions and classes say about variables, small enough to send between processes: events and their frames."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import field

from codemods.tensorflow.text import Text
from migrate.codemod import Fact
from migrate.syntax.records import record

__all__ = [
    "AT_ONCE",
    "ELEMENT",
    "SESSION",
    "At",
    "BodyFacts",
    "Call",
    "Callee",
    "CalleeKind",
    "ClassFacts",
    "Counted",
    "Creation",
    "Enter",
    "Event",
    "FrameFacts",
    "Grip",
    "Held",
    "Lazy",
    "Lent",
    "NamedOp",
    "Origins",
    "Reset",
    "ScopeFacts",
    "ScopeKind",
    "StatementFacts",
    "StoreUse",
]

ELEMENT = "[]"  # ends what an element of a list or a dictionary is called: `makers[]`
At = tuple[int, int]  # a node's 1-based line and 0-based UTF-8 column, which names it within its file
AT_ONCE: At = (0, 0)  # before all else in a body


class ScopeKind(enum.Enum):
    """What a `with` item does to names and graphs."""

    NAME = "name"
    VARIABLE = "variable"
    NEW_GRAPH = "new graph"  # `tf.Graph().as_default()`: whatever is inside meets nothing outside
    OTHER_GRAPH = "other graph"  # a graph or session from elsewhere
    OTHER = "other"


@record(frozen=True, slots=True)
class ScopeFacts(Fact):
    """A `with` item: its name (None where it is no string), its default name, and what else matters about it."""

    kind: ScopeKind
    at: At
    name: Text | None = None
    default: Text | None = None
    hazards: tuple[str, ...] = ()
    alias: str = ""  # the name behind `as`, where it may be read
    plain: bool = True  # called with one string and nothing else, or a name scope with its default name and values too
    statement: At = (0, 0)
    passed: tuple[tuple[str, str], ...] = ()  # hazards that are there unless a parameter of the body is None or False
    body: int = 0  # the body that the scope stands in
    told: bool = False  # the methods that a decorator runs in it have it as their own, those of this file
    opener: Callee | None = None  # what makes a context manager of whose kind only other files can tell
    swallows: bool = False  # what is raised within may go no further
    waits: bool = False  # ops that are made within wait for others


@record(frozen=True, slots=True)
class FrameFacts(Fact):
    """One enclosing construct within a body, outermost first in a tuple of them."""

    kind: str  # "loop", "branch", "try", "with"
    at: At
    arm: int = 0
    scope: ScopeFacts | None = None
    eager: bool | None = None  # how the code in it runs, where it says so

    @property
    def may_be_skipped(self) -> bool:
        """Whether code in it may not happen though the program goes on."""
        return self.kind in ("branch", "try") or (self.scope is not None and self.scope.swallows)


class CalleeKind(enum.Enum):
    """How a call names what it calls."""

    __hash__ = object.__hash__  # callees are keys: an enum's own way takes longer than the rest of them

    BODY = "body"  # a function of this file, by index
    CLASS = "class"  # a class of this file, by index
    IMPORTED = "imported"  # a dotted name from another file
    METHOD = "method"  # `self.name(...)`, by class index and name
    SUPER = "super"  # `super().name(...)`
    ATTRIBUTE = "attribute"  # `something.name(...)`: any method of that name
    OPAQUE = "opaque"  # a parameter, a subscript, the result of a call


@record(frozen=True, slots=True)
class Callee(Fact):
    """What is called: an index into the file's bodies or classes, a dotted name, a method's name."""

    kind: CalleeKind
    index: int = -1
    name: str = ""
    receiver: Callee | None = None  # the class that an `obj = Class()` receiver is of; who returns what is called

    @property
    def is_element(self) -> bool:
        """Whether it is an element of a list or a dictionary, of which `name` is the name."""
        return self.name.endswith(ELEMENT)


SESSION = Callee(CalleeKind.IMPORTED, name="tensorflow.Session")  # what makes an object that is called as sessions are


class Grip(enum.Enum):
    """How a creation stands in its statement, which decides what can be put around it."""

    STATEMENT = "statement"  # in a simple statement: a `with` can go around it
    HEADER = "header"  # in the head of a compound statement
    COMPREHENSION = "comprehension"  # the same, in a loop of its own within the statement
    LAMBDA = "lambda"  # all of a lambda in a simple statement: it can become a function above that
    EXPRESSION = "expression"  # in a lambda or a generator, which run who knows where: only the call itself can change


@record(frozen=True, slots=True)
class Counted(Fact):
    """A name that the program computes: what is known of it, and how it is written."""

    text: Text
    source: str


@record(frozen=True, slots=True)
class Held(Fact):
    """Where a name is kept: in words of `kept_names.py`, and the class of whose `self` it is read."""

    words: tuple[str, ...]
    owner: int = -1


@record(frozen=True, slots=True)
class Origins(Fact):
    """The calls that made what an expression reads, where the file mentions graphs."""

    calls: tuple[At, ...] = ()
    ops_before: tuple[At, ...] = ()  # those of them that make an op, in the same body
    ops_within: tuple[int, ...] = ()  # the other bodies in which such are made, in no `with`
    imported: tuple[str, ...] = ()  # what it reads of other files, by dotted names


@record(frozen=True, slots=True)
class Lent(Fact):
    """An argument that reads what calls have made: its position or keyword, and these."""

    argument: int | str
    origins: Origins


@record(frozen=True, slots=True)
class Creation(Fact):
    """A `tf.Variable(...)` call."""

    at: At
    frames: tuple[FrameFacts, ...]
    name: Text | None  # None where the call passes no name
    target: str  # a name taken from what it is assigned to, "" where nothing suggests one
    group: str  # the name of the dictionary that it is a value of
    grip: Grip
    statement: At
    block: At  # the first of the statement's siblings
    returned: bool = False
    end: At = (0, 0)
    computes: bool = False  # its initial value is made by calls
    beside_op: bool = False  # one of these may make an op that is called as its target
    origins: Origins = Origins()  # of its initial value
    made_of: tuple[str, ...] = ()  # the parameters that its initial value reads
    optional_name: str = ""  # the parameter that the name is, where it may be None
    counted: Counted | None = None  # its name by what counts the comprehensions around it, or by a computed key
    held: Held | None = None  # where its name is kept
    derived: bool = False  # its name is made of another's, `v.op.name`
    refusal: str = ""  # why this call cannot become `get_variable`, whatever its surroundings
    spells_scopes: bool = True  # a `with tf.variable_scope(...)` can be written there


@record(frozen=True, slots=True)
class Call(Fact):
    """A call that may lead to variables; `arguments` holds what is known of the strings that it passes."""

    at: At
    frames: tuple[FrameFacts, ...]
    callee: Callee
    positional: tuple[Text | None, ...] = ()
    keywords: tuple[tuple[str, Text | None], ...] = ()
    target: str = ""
    grip: Grip = Grip.HEADER
    statement: At = (0, 0)
    opaque_arguments: bool = False  # `*args` or `**kwargs`
    block: At = (0, 0)
    whole: bool = False  # it is all of its statement's value, or of one in its tuple
    unset: tuple[int | str, ...] = ()  # the positions and keywords of arguments that are None or False
    tensors: tuple[int | str, ...] = ()  # the positions and keywords of arguments that may hold a tensor
    lent: tuple[Lent, ...] = ()  # those that read what calls have made, where the file makes or enters graphs
    kept: tuple[tuple[int | str, tuple[str, ...]], ...] = ()  # the same of what other files keep, and the words for it
    gathered: bool = False  # all that it gives is taken there: where that is a generator, it runs there


@record(frozen=True, slots=True)
class StoreUse(Fact):
    """Something that makes variables through the variable store already, or may (`name` where it is known)."""

    at: At
    frames: tuple[FrameFacts, ...]
    name: Text | None = None
    scoped: bool = False  # its name is that of a scope, such as a layer's, which holds its variables
    asked: bool = False  # its name is asked of the graph with `unique_name`, so that it meets none before it
    target: str = ""  # what one of those is assigned to
    switches_reuse: bool = False
    looks_first: bool = False  # takes what the graph has under its name, if anything, or says that it is there


@record(frozen=True, slots=True)
class NamedOp(Fact):
    """An op that the code names itself."""

    at: At
    frames: tuple[FrameFacts, ...]
    name: Text


@record(frozen=True, slots=True)
class Enter(Fact):
    """A name scope or variable scope is made, usually to be entered at once."""

    at: At
    frames: tuple[FrameFacts, ...]
    scope: ScopeFacts


@record(frozen=True, slots=True)
class Reset(Fact):
    """`tf.reset_default_graph()`."""

    at: At
    frames: tuple[FrameFacts, ...]


Event = Creation | Call | StoreUse | NamedOp | Enter | Reset


@record(frozen=True, slots=True)
class StatementFacts(Fact):
    """A statement of a block in which variables are made: what it binds and reads, and if a scope can go around it."""

    at: At
    end: At
    binds: tuple[str, ...]
    reads: frozenset[str]
    plain: bool  # one simple statement on lines of its own
    cell: int = 0  # the cell of a notebook that it stands in
    arms: bool = False  # an `if` that makes variables in its arms, all of which are of simple statements
    computes: bool = True  # more than what passes on what is there: `return b`, `outputs.append(b)`


@record(frozen=True, slots=True)
class Lazy(Fact):
    """When a method runs of which each object keeps the result: the first time that its constructor reads it."""

    constructor: int  # a body
    at: At  # the statement of the constructor
    number: int  # among those that it reads


@record(frozen=True, slots=True)
class BodyFacts(Fact):
    """A module's, function's or lambda's code, and its events in the order of evaluation."""

    index: int
    name: str
    parameters: tuple[str, ...] = ()
    defaults: Mapping[str, Text] = field(default_factory=dict)
    unset: frozenset[str] = frozenset()  # parameters that are None or False by default
    owner: int = -1  # the class that it is a method of
    parent: int = -1  # the body that defines it
    at: At = (0, 0)  # its definition
    is_module: bool = False
    is_lambda: bool = False
    decorated: bool = False  # by something that may change how often it runs
    implicit: bool = False  # Python itself calls it: `__getitem__`, or the `__init__` of a class with a metaclass
    resumed: bool = False  # a generator, no context manager: it runs where somebody goes on with it
    static: bool = False  # takes no `self`
    of_class: str = ""  # the name of the class by which it may be called with an object, as plain methods may
    eager: str = ""  # why it is
    in_control_flow: bool = False  # runs as the body of a loop or branch of the graph
    swallows: bool = False  # as a context manager, or the end of one, it may keep what is raised within to itself
    asks: bool = False  # asks the graph for an op by a name of which nothing is known
    events: tuple[Event, ...] = ()
    frames: tuple[FrameFacts, ...] = ()  # around its definition, in the body that defines it
    kept: bool = False  # its decorator is one that keeps its result, whose scope is among the frames of its events
    lazy: Lazy | None = None
    leaves: At | None = None  # what stands behind may not happen: its first `return` ends there
    resets_until: At | None = None  # a reset of the graph that stands behind may not happen where it is called
    spelled_from: int | None = 0  # the line from which it has TensorFlow under a name; None where it never has


@record(frozen=True, slots=True)
class ClassFacts(Fact):
    """A class, the classes that it derives from, and its methods by name (indices of bodies)."""

    index: int
    name: str
    bases: tuple[Callee, ...]
    methods: Mapping[str, int]
    inner: Mapping[str, int] = field(default_factory=dict)  # the classes in it, and -1 for what may stand for another
    is_inner: bool = False  # it stands in another one
    eager: bool = False
    is_made: bool = False  # a metaclass makes it and those that derive from it, which may keep them
    is_test: bool = False  # derives from `tf.test.TestCase`, whose tests each get a graph of their own
    is_plain_test: bool = (
        False  # derives from `unittest.TestCase`, whose tests do if a `setUp` of the program sees to it
    )
