"""What one run of a program built, as data: graphs, their variables, initial values, losses and names."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Dump", "End", "Frame", "Graph", "Initial", "Lookup", "Loss", "Raised", "Variable"]


class End(enum.Enum):
    """Why a run ended."""

    SESSION = "session"  # the first Session.run
    FUNCTION = "function"  # the function that was asked for was about to run
    EXIT = "exit"  # the program's own end
    STATUS = "status"  # the program's own end, with a status that is not 0
    RAISED = "raised"  # an exception
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"  # it printed more than allowed
    PROCESSES = "processes"  # it started more of them than allowed
    DIED = "died"  # a signal, or the end of the process behind Python's back
    BROKEN = "broken"  # the probe itself failed
    SKIPPED = "skipped"  # it was not run, because the program fails as it is

    @property
    def complete(self) -> bool:
        """Whether the graphs are those that the program builds."""
        return self in (End.SESSION, End.FUNCTION, End.EXIT)


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback; `file` is relative to the tree that ran where it lies below it."""

    file: str
    line: int
    function: str
    text: str


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception that ended a run, with the frames of the user's own code, outermost first."""

    type: str
    message: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Initial:
    """A variable's initial value: `value` holds a digest and statistics, or `error`.

    `recipe` digests how the value is computed, whatever its ops are called; `random` says that it draws numbers, and
    `lent` that it does so from seeds of the probe's, because the program sets none; `sample` holds such numbers.
    """

    recipe: str | None
    random: bool
    lent: bool
    value: Mapping[str, Any]
    sample: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `slot_of` is the place, in the graph's order, of the variable that it is an optimizer's slot of."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str
    trainable: bool
    kind: str
    collections: tuple[str, ...]
    traits: tuple[str, ...]  # a constraint, devices, what replicas do; nothing where all is the default
    slot_of: int | None
    initial: Initial
    file: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Loss:
    """A tensor in a collection of losses, and a digest of how it is computed."""

    collection: str
    name: str
    recipe: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lookup:
    """An op or tensor that the code asked for by name; `recipe` digests how what was found is computed."""

    name: str
    found: bool
    recipe: str


@dataclass(frozen=True, slots=True)
class Graph:
    """One graph.

    `variables` stand in order of creation, `named` are the ops that the code named itself, `lookups` what it asked for
    by name. `collections` are the places of the variables in each, and `computed` the names of the ops that compute
    something of variables or of what is fed, by a digest of what they compute. `eager` marks the variables that are in
    no graph at all.
    """

    variables: tuple[Variable, ...]
    named: tuple[str, ...]
    lookups: tuple[Lookup, ...]
    losses: tuple[Loss, ...]
    collections: Mapping[str, Sequence[int]]
    computed: Mapping[str, Sequence[str]]
    seeded: bool
    ops: int
    eager: bool


@dataclass(frozen=True, slots=True)
class Dump:
    """One run.

    `output` is the tail of what the program printed, `stand_ins` the modules that were stood in for, and `guard` what
    kept it from writing elsewhere: `kernel`, or `python`, which sees no more than what Python itself is asked to write.
    `missed` is the function that it should have run to, but never called.
    """

    end: End
    graphs: tuple[Graph, ...]
    error: Raised | None
    output: str
    seconds: float
    python: str
    tensorflow: str
    stand_ins: tuple[str, ...] = ()
    guard: str = ""
    missed: str = ""

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables of all graphs."""
        return tuple(variable for graph in self.graphs for variable in graph.variables)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the variables of all graphs, in order of creation."""
        return tuple(variable.name for variable in self.variables)

    def skipped(self) -> Dump:
        """In the place of a second run, which nothing could come of."""
        return Dump(End.SKIPPED, (), None, "", 0.0, self.python, self.tensorflow)

    @classmethod
    def from_json(cls, data: Mapping[str, Any], root: str, output: str, seconds: float) -> Dump:
        """Reads what the probe wrote about a program that ran below `root`."""
        error = data["error"]
        return cls(
            End(data["end"]),
            tuple(_graph(graph, root) for graph in data["graphs"]),
            None if error is None else _raised(error, root),
            output,
            seconds,
            data["python"],
            data["tensorflow"],
            tuple(data["stand_ins"]),
            data["guard"],
            data["missed"],
        )


def _graph(data: Mapping[str, Any], root: str) -> Graph:
    return Graph(
        tuple(_variable(variable, root) for variable in data["variables"]),
        tuple(data["named"]),
        tuple(Lookup(**lookup) for lookup in data["lookups"]),
        tuple(Loss(**loss) for loss in data["losses"]),
        data["collections"],
        data["computed"],
        data["seeded"],
        data["ops"],
        data["eager"],
    )


def _variable(data: Mapping[str, Any], root: str) -> Variable:
    initial = data["initial"]
    value = Initial(
        initial["recipe"], initial["random"], initial["lent"], initial["value"], tuple(initial["sample"])
    )  # fmt: skip
    return Variable(
        data["name"],
        None if data["shape"] is None else tuple(data["shape"]),
        data["dtype"],
        data["trainable"],
        data["kind"],
        tuple(data["collections"]),
        tuple(data["traits"]),
        data["slot_of"],
        value,
        None if data["file"] is None else _below(data["file"], root),
        data["line"] or 0,
    )


def _raised(data: Mapping[str, Any], root: str) -> Raised:
    return Raised(data["type"], data["message"], frames(data["frames"], root))


def frames(data: Sequence[Mapping[str, Any]], root: str) -> tuple[Frame, ...]:
    """The frames of a traceback, their files relative to `root`."""
    return tuple(Frame(_below(one["file"], root), one["line"], one["function"], one["text"]) for one in data)


def _below(path: str, root: str) -> str:
    return path[len(root) + 1 :] if path.startswith(root + "/") else path
