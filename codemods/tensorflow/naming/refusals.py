"""Creations that are left alone whatever their names: for what the call, its file or the program says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from codemods.tensorflow.eager import eager_reason
from codemods.tensorflow.facts import At, Creation
from codemods.tensorflow.naming.sites import UNNAMED
from codemods.tensorflow.plan import LeavePlan
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.borrowing import Borrowing
from codemods.tensorflow.reach.extent import Extent
from codemods.tensorflow.reach.table import ReachTable
from migrate.codemod import Options
from migrate.model import Level, Shift

__all__ = ["Refusals", "borrowing"]

_CODES = {
    "scope-as-name": "GV204",
    "star-arguments": "GV201",
    "no-counterpart": "GV202",
    "no-initial-value": "GV206",
    "order-by-version": "GV210",
}
_DETAILS = {"order-by-version": "it calls a module inside, whose order of arguments is another since TensorFlow 1.12"}
_PATCHED = "the program puts something else in the place of tf.Variable or tf.get_variable"


class Refusals:
    """Says of each creation of one program whether it is left, and why."""

    def __init__(self, tree: Tree, options: Options) -> None:
        self.tree = tree
        self.keep = options.get("names", "idiomatic") == "keep"
        self.unsafe = options.level is Level.UNSAFE
        self.patched = any(file.patches for file in tree.files.values())

    def of(self, key: BodyKey, creation: Creation) -> LeavePlan | None:
        """Why a creation in a body is left; None where its name decides."""
        found = self._found(key, creation)
        return found and replace(found, shifts=self._shifts(creation))

    def _found(self, key: BodyKey, creation: Creation) -> LeavePlan | None:
        if self.patched:
            return LeavePlan("GV210", _PATCHED)
        if creation.refusal:
            return LeavePlan(_CODES[creation.refusal], _DETAILS.get(creation.refusal, ""))
        if eager := eager_reason(self.tree, key, creation.frames):
            return LeavePlan("GV207", eager)
        if not self.unsafe and (restored := self.tree.restoring(key[0])):
            return LeavePlan("GV213", restored)
        return None

    def _shifts(self, creation: Creation) -> tuple[Shift, ...]:
        """An unnamed variable that is left gets another number when others are counted no more."""
        unnamed = creation.name is None or creation.refusal == "star-arguments"
        return _unnamed(self.tree) if unnamed and not self.keep else ()


def borrowing(
    creations: Iterable[tuple[BodyKey, int, Creation]], reach: ReachTable, extent: Extent, *, keep: bool
) -> dict[tuple[str, At], LeavePlan]:
    """The creations that are made in another graph than the one that would be asked for a name, and why they stay."""
    known = Borrowing(reach, extent)
    return {
        (key[0], one.at): LeavePlan("GV214", shifts=() if keep or one.name is not None else _unnamed(reach.tree))
        for key, number, one in creations
        if known.borrows(key, number, one)
    }


def _unnamed(tree: Tree) -> tuple[Shift, ...]:
    return (Shift(tree.program, f"*{UNNAMED}"),)
