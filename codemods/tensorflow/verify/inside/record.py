"""Watches a program build its graphs: every graph, variable, slot, op name and lookup, in the order of creation.

The watching is done by wrapping a few functions of TensorFlow; none of the wrappers adds an op to a graph.
"""
# ruff: noqa: UP006, UP035, UP045  (Python 3.6 knows no `list[str]` and no `str | None`)

import functools
import sys
from types import FrameType
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from .library import Library
from .spelled import Spelled

DEFAULT_SEED = 87654321  # what TensorFlow itself takes for the graph seed where only an op has one
_DEPTH = 6  # how many of TensorFlow's frames below the user's call may hold its `name` argument


class Made:
    """One variable: the object, the user's line that made it, and the variable that it is a slot of."""

    def __init__(self, variable: Any, place: Optional[Tuple[str, int]]) -> None:
        self.variable = variable
        self.place = place
        self.primary: Any = None


class Watched:
    """One graph, with what the program did to it."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.made: List[Made] = []
        self.named: List[str] = []
        self.lookups: List[Tuple[str, Any]] = []
        self.draws = 0


class Recorder:
    """Everything that was seen. `root` tells the user's own files from TensorFlow's."""

    def __init__(self, library: Library, root: str) -> None:
        self.library = library
        self.root = root
        self.graphs: List[Watched] = []
        self.eager: List[Made] = []
        self.lent_seeds: Set[int] = set()
        self._spelled = Spelled()
        self._by_graph: Dict[int, Watched] = {}

    def start(self) -> None:
        """Wraps TensorFlow's functions. To be called once in a process, before the program is."""
        ops, slots = self.library.ops, self.library.slot_creator
        _after(ops.Graph, "__init__", lambda graph, *_: self._watch(graph))
        for kind in (self.library.ref.RefVariable, self.library.resource.ResourceVariable):
            _after(kind, "_init_from_args", lambda variable, *_: self._variable(variable))
            _after(kind, "_init_from_proto", lambda variable, *_: self._variable(variable))
        _result(slots, "_create_slot_var", self._slot)
        _after(ops.Graph, "_create_op_helper", lambda graph, op, *_: self._op(graph, op))
        self._watch_lookups()
        self._lend_seeds()

    def of(self, graph: Any) -> Watched:
        """The record of a graph; of the outermost one where the graph is a function's body."""
        while getattr(graph, "outer_graph", None) is not None:
            graph = graph.outer_graph
        return self._by_graph.get(id(graph)) or self._watch(graph)

    def user_frame(self) -> Optional[FrameType]:
        """The innermost frame that runs the user's code."""
        frame: Optional[FrameType] = sys._getframe(1)
        while frame is not None and not frame.f_code.co_filename.startswith(self.root):
            frame = frame.f_back
        return frame

    def _watch(self, graph: Any) -> Watched:
        watched = Watched(graph)
        if type(graph) is self.library.ops.Graph:
            self._by_graph[id(graph)] = watched
            self.graphs.append(watched)
        return watched

    def _variable(self, variable: Any) -> None:
        frame = self.user_frame()
        made = Made(variable, (frame.f_code.co_filename, frame.f_lineno) if frame else None)
        if getattr(variable, "_in_graph_mode", True):
            self.of(variable.op.graph).made.append(made)
        else:
            self.eager.append(made)

    def _slot(self, slot: Any, primary: Any, *_: Any) -> None:
        for watched in self.graphs:
            for made in reversed(watched.made):
                if made.variable is slot:
                    made.primary = primary
                    return

    def _op(self, graph: Any, op: Any) -> None:
        name = self._given_name()
        if name is None:
            return
        parts = op.name.split("/")
        for end in range(len(parts), 0, -1):
            if _is_numbered(parts[end - 1], name):
                node = "/".join(parts[:end])
                named = self.of(graph).named
                if node not in named[-50:]:
                    named.append(node)
                return

    def _given_name(self) -> Optional[str]:
        """The last part of the `name` that the user's code passed to the function that is making an op."""
        trail: List[FrameType] = []
        frame: Optional[FrameType] = sys._getframe(3)
        while frame is not None and not frame.f_code.co_filename.startswith(self.root):
            trail.append(frame)
            frame = frame.f_back
        if frame is None:
            return None
        statement = self._spelled.at(frame.f_code.co_filename, frame.f_lineno)
        if not (statement.literals or statement.computed):
            return None
        below = trail[-_DEPTH:]
        given = _passed(below)
        if given in statement.literals or statement.computed.intersection(one.f_code.co_name for one in below):
            return given
        return None

    def _watch_lookups(self) -> None:
        inner = self.library.ops.Graph.as_graph_element

        @functools.wraps(inner)
        def as_graph_element(graph: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
            if not isinstance(obj, str):
                return inner(graph, obj, *args, **kwargs)
            asked = self.of(graph).lookups
            try:
                element = inner(graph, obj, *args, **kwargs)
            except (KeyError, ValueError):
                asked.append((obj, None))
                raise
            asked.append((obj, element))
            return element

        self.library.ops.Graph.as_graph_element = as_graph_element

    def _lend_seeds(self) -> None:
        """Gives random ops seeds of ours where the program gives none, numbered by graph in order of creation."""
        inner = self.library.random_seed.get_seed
        eager = self.library.v1.executing_eagerly

        @functools.wraps(inner)
        def get_seed(op_seed: Optional[int]) -> Any:
            if op_seed is not None or eager():
                return inner(op_seed)
            graph = self.library.ops.get_default_graph()
            if graph.seed is not None:
                return inner(op_seed)
            watched = self.of(graph)
            watched.draws += 1
            seed = 1_000_003 * watched.draws % (2**31 - 1)
            self.lent_seeds.add(seed)
            return DEFAULT_SEED, seed

        self.library.random_seed.get_seed = get_seed


def _passed(frames: List[FrameType]) -> Optional[str]:
    """The last part of the first `name` among the arguments of these frames, outermost first."""
    for frame in reversed(frames):
        local = frame.f_locals
        more = local.get("kwargs")
        given = local.get("name") or (more.get("name") if isinstance(more, dict) else None)
        if isinstance(given, str) and given.strip("/"):
            return given.rstrip("/").split("/")[-1]
    return None


def _is_numbered(part: str, name: str) -> bool:
    if part == name:
        return True
    head, _, tail = part.rpartition("_")
    return head == name and tail.isdigit()


def _after(owner: Any, name: str, seen: Callable[..., Any]) -> None:
    """Calls `seen(self, ...)` with the method's own arguments once the method has returned."""
    inner = getattr(owner, name, None)
    if inner is None:
        return

    @functools.wraps(inner)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = inner(self, *args, **kwargs)
        seen(self, *args)
        return result

    setattr(owner, name, wrapper)


def _result(owner: Any, name: str, seen: Callable[..., None]) -> None:
    """Calls `seen(result, first argument)` once a function has returned."""
    inner = getattr(owner, name)

    @functools.wraps(inner)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        result = inner(*args, **kwargs)
        seen(result, *args)
        return result

    setattr(owner, name, wrapper)
