"""Turns what was recorded into plain data: every variable of every graph, its initial value, losses and names."""
# ruff: noqa: UP006, UP035, UP045  (Python 3.6 knows no `list[str]` and no `str | None`)

import hashlib
from typing import Any, Dict, List, Optional

from .library import Library
from .recipe import Recipes
from .record import Made, Recorder, Watched

_LOSSES = ("losses", "regularization_losses")


def describe(recorder: Recorder, run: Any, draws: int) -> List[Dict[str, Any]]:
    """The graphs that hold ops, in order of creation. `run` is TensorFlow's own `Session.run`.

    With `draws` above 0, random initial values come with a sample of at least that many numbers where they can.
    """
    graphs = [watched for watched in recorder.graphs if watched.graph.get_operations()]
    found = [_graph(recorder, watched, run, draws) for watched in graphs]
    if recorder.eager:
        found.append(_eager(recorder))
    return found


def _graph(recorder: Recorder, watched: Watched, run: Any, draws: int) -> Dict[str, Any]:
    made = watched.made
    order = {one.variable.op.name: index for index, one in enumerate(made)}
    recipes = Recipes(order, recorder.lent_seeds)
    values = _Values(recorder.library, watched, run)
    membership = _membership(watched)
    variables = []
    for index, one in enumerate(made):
        entry = _variable(one, membership.get(id(one.variable), []))
        entry["slot_of"] = order.get(one.primary.op.name) if _in_graph(one.primary) else None
        entry["initial"] = _initial(one.variable, index, recipes, values, draws)
        variables.append(entry)
    return {
        "eager": False,
        "seeded": watched.graph.seed is not None,
        "ops": len(watched.graph.get_operations()),
        "variables": variables,
        "named": [name for name in watched.named if not _within(name, order)],
        "lookups": [{"name": name, "found": found} for name, found in watched.lookups],
        "losses": _losses(watched, values),
    }


def _variable(one: Made, collections: List[str]) -> Dict[str, Any]:
    variable = one.variable
    shape = variable.shape
    return {
        "name": variable.op.name if _in_graph(variable) else variable.name.split(":")[0],
        "shape": None if shape.rank is None else [None if n is None else int(n) for n in shape.as_list()],
        "dtype": variable.dtype.base_dtype.name,
        "trainable": bool(getattr(variable, "trainable", False)),
        "kind": type(variable).__name__,
        "collections": collections,
        "traits": _traits(variable),
        "file": one.place[0] if one.place else None,
        "line": one.place[1] if one.place else None,
    }


def _traits(variable: Any) -> List[str]:
    """What else a variable is told: a constraint, where it lives, how replicas treat it; defaults are left out."""
    found = []
    if getattr(variable, "constraint", None) is not None:
        found.append("constraint")
    caching = getattr(variable, "_caching_device", None)
    if caching:
        found.append(f"caching device {caching}")
    if getattr(variable, "device", ""):
        found.append(f"device {variable.device}")
    for key in ("synchronization", "aggregation"):
        value = getattr(getattr(variable, key, None), "name", "AUTO")
        if value not in ("AUTO", "NONE"):
            found.append(f"{key} {value}")
    return found


def _initial(variable: Any, index: int, recipes: Recipes, values: "_Values", draws: int) -> Dict[str, Any]:
    tensor = getattr(variable, "initial_value", None)
    if tensor is None or not hasattr(tensor, "op"):
        return {"recipe": None, "random": False, "lent": False, "value": values.of(index), "sample": []}
    recipe, random, lent = recipes.of(tensor)
    sample = values.sample(tensor, draws) if random and draws else []
    return {"recipe": recipe, "random": random, "lent": lent, "value": values.of(index), "sample": sample}


def _membership(watched: Watched) -> Dict[int, List[str]]:
    """Which collections hold a variable, by its identity; the variable store is no collection of the user's."""
    held: Dict[int, List[str]] = {}
    for key in sorted(map(str, watched.graph.get_all_collection_keys())):
        if key == "('__variable_store',)":
            continue
        for item in watched.graph.get_collection_ref(key) if isinstance(key, str) else ():
            held.setdefault(id(item), []).append(key)
    return held


def _losses(watched: Watched, values: "_Values") -> List[Dict[str, Any]]:
    return [
        {"collection": key, "name": item.op.name, "value": values.evaluate(item)}
        for key in _LOSSES
        for item in watched.graph.get_collection(key)
        if hasattr(item, "op")
    ]


def _eager(recorder: Recorder) -> Dict[str, Any]:
    variables = []
    for one in recorder.eager:
        entry = _variable(one, [])
        entry["slot_of"] = None
        value = summary(one.variable.numpy())
        entry["initial"] = {"recipe": None, "random": False, "lent": False, "value": value, "sample": []}
        variables.append(entry)
    return {
        "eager": True, "seeded": False, "ops": 0, "variables": variables, "named": [], "lookups": [], "losses": []
    }  # fmt: skip


class _Values:
    """The values of one graph's variables after they are initialised, in a session of our own."""

    def __init__(self, library: Library, watched: Watched, run: Any) -> None:
        self._library = library
        self._watched = watched
        self._run = run
        self._failures = (library.v1.errors.OpError, ValueError, TypeError, RuntimeError, AttributeError)
        self._errors: Dict[int, str] = {}
        self._session = self._open()
        self._fill()

    def _open(self) -> Any:
        v1 = self._library.v1
        config = v1.ConfigProto(
            intra_op_parallelism_threads=1, inter_op_parallelism_threads=1, allow_soft_placement=True
        )
        return v1.Session(graph=self._watched.graph, config=config)

    def _fill(self) -> None:
        """Initialises all variables at once, or one by one in a fresh session where that fails."""
        made = self._watched.made
        try:
            self._run(self._session, [one.variable.initializer for one in made])
        except self._failures as error:
            self._errors = dict.fromkeys(range(len(made)), _short(error))
        else:
            return
        self._session = self._open()
        for _ in range(2):  # a value may need a variable that is made later
            for index in sorted(self._errors):
                self._initialize(index)

    def _initialize(self, index: int) -> None:
        try:
            self._run(self._session, self._watched.made[index].variable.initializer)
        except self._failures as error:
            self._errors[index] = _short(error)
        else:
            del self._errors[index]

    def of(self, index: int) -> Dict[str, Any]:
        """The summary of a variable's value, or why there is none."""
        if index in self._errors:
            return {"error": self._errors[index]}
        return self.evaluate(self._watched.made[index].variable._as_graph_element())

    def evaluate(self, tensor: Any) -> Dict[str, Any]:
        """The summary of any tensor's value, or why there is none."""
        try:
            return summary(self._run(self._session, tensor))
        except self._failures as error:
            return {"error": _short(error)}

    def sample(self, tensor: Any, draws: int) -> List[float]:
        """At least `draws` numbers drawn from a tensor that is random, by evaluating it again and again."""
        found: List[float] = []
        for _ in range(draws):
            try:
                array = self._run(self._session, tensor)
            except self._failures:
                return found
            if not _is_number(array) or not array.size:
                return found
            found.extend(float(x) for x in array.reshape(-1)[:draws])
            if len(found) >= draws:
                break
        return found[:draws]


def summary(array: Any) -> Dict[str, Any]:
    """A digest of all bytes of a value and, for numbers, what they look like."""
    data = array.tobytes() if _is_number(array) or array.dtype == bool else repr(array.tolist()).encode("utf-8")
    head = f"{array.dtype} {array.shape} ".encode("ascii")
    found: Dict[str, Any] = {"digest": hashlib.sha256(head + data).hexdigest()[:32], "count": int(array.size)}
    if _is_number(array) and array.size:
        wide = array.astype("float64") if array.dtype.kind != "c" else abs(array)
        found.update(mean=_number(wide.mean()), std=_number(wide.std()))
        found.update(low=_number(wide.min()), high=_number(wide.max()))
    return found


def _number(value: Any) -> Optional[float]:
    """A float that JSON can hold."""
    number = float(value)
    return number if number - number == 0 else None


def _is_number(array: Any) -> bool:
    return getattr(array, "dtype", None) is not None and (array.dtype.kind in "iufc" or array.dtype.kind == "V")


def _in_graph(variable: Any) -> bool:
    return variable is not None and hasattr(variable, "op") and getattr(variable, "_in_graph_mode", True)


def _within(name: str, variables: Dict[str, int]) -> bool:
    """Whether an op is a variable or belongs to one."""
    parts = name.split("/")
    return any("/".join(parts[:end]) in variables for end in range(1, len(parts) + 1))


def _short(error: BaseException) -> str:
    """An exception's type; its message holds names, which a migration may change."""
    return type(error).__name__
