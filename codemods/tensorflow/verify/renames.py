"""The rename map: which variable is called what now, slots included, as a file that `migrate checkpoint` reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from codemods.tensorflow.verify.comparison import Comparison, GraphPair

__all__ = ["MapError", "as_json", "read", "reverse", "write"]

_VERSION = 1


class MapError(Exception):
    """A map that cannot be read, written or reversed; the message is one line."""


def as_json(comparison: Comparison) -> dict[str, object]:
    """The map of a comparison: of each graph, and of all where they agree on every name."""
    graphs = [_renames(graph) for graph in comparison.graphs]
    disputed = _disputed(comparison)
    merged = {old: new for graph in graphs for old, new in graph.items() if old not in disputed}
    return {"version": _VERSION, "renames": merged, "disputed": sorted(disputed), "graphs": graphs}


def write(path: Path, comparison: Comparison) -> None:
    """Writes the map. Raises `MapError`."""
    try:
        path.write_text(json.dumps(as_json(comparison), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise MapError(f"{path} cannot be written: {error.strerror}") from error


def read(path: Path, graph: int | None = None) -> dict[str, str]:
    """The renames that a file holds: a map of ours, or an object of old and new names.

    `graph` picks one of several graphs. Raises `MapError`, also where the graphs dispute a name and none is picked.
    """
    data = _loaded(path)
    if data.get("version") == _VERSION and isinstance(data.get("renames"), dict):
        data = _chosen(path, data, graph)
    elif graph is not None:
        raise MapError(f"{path} holds no graphs to choose from")
    if not all(isinstance(value, str) for value in data.values()):
        raise MapError(f"{path} is no map of names: its values are not all strings")
    return {old: str(new) for old, new in data.items()}


def reverse(renames: Mapping[str, str]) -> dict[str, str]:
    """The way back. Raises `MapError` where two names became one."""
    back = {new: old for old, new in renames.items()}
    if len(back) != len(renames):
        twice = next(new for new in back if list(renames.values()).count(new) > 1)
        raise MapError(f"the map cannot be reversed: two names become {twice}")
    return back


def _loaded(path: Path) -> dict[str, object]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MapError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise MapError(f"{path} is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise MapError(f"{path} is no map of names: it holds a {type(data).__name__}")
    return data


def _chosen(path: Path, data: dict[str, object], graph: int | None) -> dict[str, object]:
    graphs = data.get("graphs")
    if graph is not None:
        if not isinstance(graphs, list) or not 0 <= graph < len(graphs):
            raise MapError(f"{path} has no graph {graph}")
        chosen: dict[str, object] = graphs[graph]
        return chosen
    if disputed := data.get("disputed"):
        name = disputed[0] if isinstance(disputed, list) else disputed
        raise MapError(f"{path}: its graphs call {name} differently; choose one with --graph")
    renames = data["renames"]
    return renames if isinstance(renames, dict) else {}


def _renames(graph: GraphPair) -> dict[str, str]:
    return {
        pair.before.name: pair.after.name
        for pair in graph.pairs
        if pair.before and pair.after and pair.before.name != pair.after.name
    }


def _disputed(comparison: Comparison) -> set[str]:
    """The old names that two graphs, which both hold them, call differently."""
    names: dict[str, str] = {}
    disputed = set()
    for pair in comparison.pairs:
        if pair.before and pair.after and names.setdefault(pair.before.name, pair.after.name) != pair.after.name:
            disputed.add(pair.before.name)
    return disputed
