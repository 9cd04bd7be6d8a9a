"""Joins the facts of all files into a plan for each: which creations are rewritten, under which names and scopes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from codemods.tensorflow.deciding import decide
from codemods.tensorflow.eager import is_open
from codemods.tensorflow.facts import At, Creation
from codemods.tensorflow.file_facts import FileFacts
from codemods.tensorflow.naming.refusals import Refusals
from codemods.tensorflow.plan import FilePlan, LeavePlan
from codemods.tensorflow.program.relays import settled
from codemods.tensorflow.program.tree import BodyKey, Tree
from migrate.codemod import Options

__all__ = ["link", "remains"]

_Found = TypeVar("_Found")


def link(facts: Mapping[str, FileFacts], options: Options) -> Mapping[str, FilePlan]:
    """The plan of each file. Programs that no import joins are looked at one by one: each bears its own cost."""
    files = settled(dict(sorted(facts.items())))
    plans: dict[str, FilePlan] = {}
    for paths in Tree(files).imports.programs():
        plans |= _plans(Tree({path: files[path] for path in paths}), options)
    return plans


def remains(facts: Mapping[str, FileFacts], done: Collection[str]) -> list[str]:
    """The files of the programs in which a creation can be rewritten that is in none of the files `done`."""
    tree = Tree(settled(dict(sorted(facts.items()))))
    pending = {key[0] for key, _, event in tree.events() if isinstance(event, Creation) and is_open(tree, key, event)}
    pending -= set(done)
    return [path for paths in tree.imports.programs() if not pending.isdisjoint(paths) for path in paths]


def _plans(tree: Tree, options: Options) -> dict[str, FilePlan]:
    """The plan of each file of a program that has something to change or to report."""
    found = [(key, number, event) for key, number, event in tree.events() if isinstance(event, Creation)]
    open_ones, left = _sorted_out(found, Refusals(tree, options))
    decided = decide(tree, open_ones, left, options)
    creations = _by_file({**left, **decided.creations}.items())
    scopes = _by_file(decided.scopes.items())
    dynamic = _by_file(((key[0], tree.body(key).at), names) for key, names in decided.dynamic.items())
    ends = _by_file(((key[0], event.at), event.end) for key, _, event in found)
    passing = {path for path, file in tree.files.items() if file.escapes.variable or file.told.evaluated}
    resource_scopes = any(file.resource_scopes for file in tree.files.values())
    seeded = any(file.seeded for file in tree.files.values())
    return {
        path: FilePlan(
            creations=creations[path],
            scopes=scopes[path],
            wraps=tuple(decided.wraps.get(path, ())),
            version_2_root=tree.files[path].version_2_root,
            hands_on=tree.files[path].escapes.variable,
            evaluated=tree.files[path].told.evaluated,
            dynamic=dynamic[path],
            resource_scopes=resource_scopes,
            decides_resources=resource_scopes or tree.turns_resources_off,
            seeded=seeded,
            synonyms=tree.files[path].synonyms,
            program=tree.program,
            ends=ends[path],
            given_up=decided.given_up if path in passing else (),
        )
        for path in sorted({*creations, *decided.wraps, *passing, *scopes})
    }


def _sorted_out(
    found: Iterable[tuple[BodyKey, int, Creation]], refusals: Refusals
) -> tuple[list[tuple[BodyKey, int, Creation]], dict[tuple[str, At], LeavePlan]]:
    """The creations whose names decide, and what is said of those that are left whatever their names."""
    open_ones, left = [], {}
    for key, number, creation in found:
        refusal = refusals.of(key, creation)
        if refusal is None:
            open_ones.append((key, number, creation))
        else:
            left[key[0], creation.at] = refusal
    return open_ones, left


def _by_file(found: Iterable[tuple[tuple[str, At], _Found]]) -> Mapping[str, dict[At, _Found]]:
    """What is found at places of files, by file."""
    grouped: dict[str, dict[At, _Found]] = defaultdict(dict)
    for (path, at), one in found:
        grouped[path][at] = one
    return grouped
