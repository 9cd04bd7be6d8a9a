"""Turns what was recorded into plain data: every variable of every graph, its initial value, losses and names."""
# ruff: noqa: B905, UP006, UP035  (Python 3.6 knows no `list[str]` and no `zip(strict=)`)

from typing import Any, Dict, Iterator, List, Set, Tuple

from .recipe import Recipes, above
from .record import Made, Recorder, Watched
from .values import Values, summary

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
    made, asked = watched.made, list(watched.lookups)  # what a session raises for, it looks up as well
    order = {one.variable.op.name: index for index, one in enumerate(made)}
    recipes = Recipes(order, recorder.lent_seeds)
    values = Values(recorder.library, watched, run)
    membership = _membership(watched)
    variables = []
    for one, value in zip(made, values.variables()):
        entry = _variable(one, membership.get(id(one.variable), []))
        entry["slot_of"] = order.get(one.primary.op.name) if _in_graph(one.primary) else None
        entry["initial"] = _initial(one.variable, value, recipes, values, draws)
        variables.append(entry)
    initial = above(_initializers(made), order)
    return {
        "eager": False,
        "seeded": watched.graph.seed is not None,
        "ops": len(watched.graph.get_operations()),
        "variables": variables,
        "named": [name for name in watched.named if not _within(name, order)],
        "lookups": list(_lookups(asked, recipes, initial)),
        "losses": _losses(watched, recipes, values),
        "collections": _orders(watched),
        "computed": recipes.computed(watched.graph.get_operations(), initial),
    }


def _initializers(made: List[Made]) -> Iterator[Any]:
    """The ops that give variables their initial values."""
    for one in made:
        for op in (getattr(one.variable, "initializer", None), getattr(one.variable, "initial_value", None)):
            if op is not None:
                yield getattr(op, "op", op)


def _lookups(asked: List[Tuple[str, Any]], recipes: Recipes, initial: Set[str]) -> Iterator[Dict[str, Any]]:
    """What was asked for by name, and how what was found is computed, unless that is for an initial value only."""
    for name, element in asked:
        op = getattr(element, "op", element)
        recipe = "" if op is None or op.name in initial else recipes.of_op(op)
        yield {"name": name, "found": element is not None, "recipe": recipe}


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
        name = getattr(caching, "__name__", caching)  # a function's text has its address
        found.append(f"caching device {name}")
    if getattr(variable, "device", ""):
        found.append(f"device {variable.device}")
    for key in ("synchronization", "aggregation"):
        value = getattr(getattr(variable, key, None), "name", "AUTO")
        if value not in ("AUTO", "NONE"):
            found.append(f"{key} {value}")
    return found


def _initial(variable: Any, value: Dict[str, Any], recipes: Recipes, values: Values, draws: int) -> Dict[str, Any]:
    tensor = getattr(variable, "initial_value", None)
    if tensor is None or not hasattr(tensor, "op"):
        return {"recipe": None, "random": False, "lent": False, "value": value, "sample": []}
    recipe, random, lent = recipes.of(tensor)
    sample = values.sample(tensor, draws) if random and draws else []
    return {"recipe": recipe, "random": random, "lent": lent, "value": value, "sample": sample}


def _collections(watched: Watched) -> Iterator[Tuple[str, List[Any]]]:
    """The collections with a name, and what they hold; the variable store is no collection of the user's."""
    for key in sorted(key for key in watched.graph.get_all_collection_keys() if isinstance(key, str)):
        if key != "('__variable_store',)":
            yield key, watched.graph.get_collection_ref(key)


def _membership(watched: Watched) -> Dict[int, List[str]]:
    """Which collections hold a variable, by its identity."""
    held: Dict[int, List[str]] = {}
    for key, items in _collections(watched):
        for item in items:
            held.setdefault(id(item), []).append(key)
    return held


def _orders(watched: Watched) -> Dict[str, List[int]]:
    """The variables in each collection, by their place in the order of creation."""
    places = {id(one.variable): place for place, one in enumerate(watched.made)}
    return {key: [places[id(item)] for item in items if id(item) in places] for key, items in _collections(watched)}


def _losses(watched: Watched, recipes: Recipes, values: Values) -> List[Dict[str, Any]]:
    found = [(key, item) for key in _LOSSES for item in watched.graph.get_collection(key) if hasattr(item, "op")]
    summaries = values.of([item for _, item in found])
    return [
        {"collection": key, "name": item.op.name, "recipe": recipes.of(item)[0], "value": value}
        for (key, item), value in zip(found, summaries)
    ]


def _eager(recorder: Recorder) -> Dict[str, Any]:
    variables = []
    for one in recorder.eager:
        entry = _variable(one, [])
        entry["slot_of"] = None
        value = summary(one.variable.numpy())
        entry["initial"] = {"recipe": None, "random": False, "lent": False, "value": value, "sample": []}
        variables.append(entry)
    empty: Dict[str, Any] = {"named": [], "lookups": [], "losses": [], "collections": {}, "computed": {}}
    return {"eager": True, "seeded": False, "ops": 0, "variables": variables, **empty}


def _in_graph(variable: Any) -> bool:
    return variable is not None and hasattr(variable, "op") and getattr(variable, "_in_graph_mode", True)


def _within(name: str, variables: Dict[str, int]) -> bool:
    """Whether an op is a variable or belongs to one."""
    parts = name.split("/")
    return any("/".join(parts[:end]) in variables for end in range(1, len(parts) + 1))
