"""What the link phase decides for one file: every creation's name, every scope's form, every wrap. Data only."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from codemods.tensorflow.facts import At
from migrate.model import Level, Rename, Shift

__all__ = ["FilePlan", "LeavePlan", "NameForm", "NamePlan", "ScopeForm", "ScopePlan", "Strip", "WrapPlan"]


class NameForm(enum.Enum):
    """How the name argument of a `get_variable` call is written."""

    SAME = "same"  # the expression that the call passed already
    LITERAL = "literal"
    COUNTED = "counted"  # an expression that counts with what is around it
    UNIQUE = "unique"  # asked of the graph at run time: always the name that `tf.Variable` would have got


class Strip(enum.Enum):
    """What of a unique name must go, because the variable scope puts it in front again."""

    NOTHING = "nothing"
    FOLDERS = "folders"


@dataclass(frozen=True, slots=True)
class NamePlan:
    """A creation becomes `get_variable` under this name."""

    form: NameForm
    level: Level
    literal: str = ""  # for `LITERAL` and `COUNTED`, and wherever the call passes no name of its own
    fallback: str = ""  # the name where the one that the call passes on is None
    strip: Strip = Strip.NOTHING
    renames: tuple[Rename, ...] = ()
    shifts: tuple[Shift, ...] = ()  # what becomes of its names where the rewrite is not made and others are
    wraps: tuple[tuple[str, At], ...] = ()  # the wraps that it needs: their files, and where they begin
    scopes: tuple[At, ...] = ()  # the scopes of its file whose conversion it needs
    scopes_elsewhere: tuple[tuple[str, ScopePlan], ...] = ()  # and those of other files
    warning: str = ""  # what the scopes around it give to it now, where that was asked for
    escapes: bool = False  # made outside of the variable scopes around it, under a root scope of its own
    in_control_flow: bool = False
    held: bool = False  # what is around it, or around what leads to it, has it wait for other ops
    default_names: frozenset[str] = frozenset()  # of ops, that other files give to something in its place
    kept: str = ""  # why it keeps the name that nobody gave it


@dataclass(frozen=True, slots=True)
class LeavePlan:
    """A creation stays as it is, for the reason that `code` names."""

    code: str
    detail: str = ""
    shifts: tuple[Shift, ...] = ()


class ScopeForm(enum.Enum):
    """What a name scope, or a variable scope that is entered again, becomes."""

    PLAIN = "plain"  # `variable_scope("s")`
    UNIQUE = "unique"  # `variable_scope(None, default_name="s")`
    WHOLE = "whole"  # `variable_scope(scope, "s", values)`, with a name or without one: another scope each time

    @property
    def is_fresh(self) -> bool:
        """Whether it is another scope each time that it is entered."""
        return self is not ScopeForm.PLAIN


@dataclass(frozen=True, slots=True)
class ScopePlan:
    """The `with` item whose call stands at `at` becomes a variable scope of this form.

    A scope that is another one each time gets its number after variable scopes alone: `after` are those, with their
    files, that are name scopes now and may bear its name before it.
    """

    at: At
    form: ScopeForm
    after: tuple[tuple[str, ScopePlan], ...] = ()


@dataclass(frozen=True, slots=True)
class WrapPlan:
    """The statements from `first` to `last`, siblings in one block, go under a new variable scope."""

    first: At
    last: At
    end: At  # of the last one
    name: str  # a literal
    unique: bool  # `variable_scope(None, default_name=name)` rather than `variable_scope(name)`
    keeps_ops: bool = False  # `auxiliary_name_scope=False`: ops in it keep their names


@dataclass(frozen=True, slots=True)
class FilePlan:
    """All decisions for one file."""

    creations: Mapping[At, NamePlan | LeavePlan] = field(default_factory=dict)
    scopes: Mapping[At, ScopePlan] = field(default_factory=dict)
    wraps: tuple[WrapPlan, ...] = ()
    version_2_root: bool = False  # plain `tensorflow` is version 2's interface
    hands_on: bool = False  # `tf.Variable` itself may be passed to something
    evaluated: tuple[tuple[At, At], ...] = ()  # where the calls begin and end that run code in which it is called
    dynamic: Mapping[At, frozenset[str]] = field(default_factory=dict)  # by function: parameters that may be tensors
    resource_scopes: bool = False  # some variable scope decides whether the variables in it are resources
    decides_resources: bool = False  # such a scope or a call does, on version 2, where `tf.Variable` always makes one
    seeded: bool = False  # a graph seed is set somewhere: the number and order of ops matter
    synonyms: Mapping[str, str] = field(default_factory=dict)  # names that are TensorFlow by way of another module
    program: str = ""  # the files that imports join with it, by the first of them
    ends: Mapping[At, At] = field(default_factory=dict)  # of the creations
    given_up: tuple[str, ...] = ()  # names that variables of the program bear no more, in whatever scope

    @property
    def idle(self) -> bool:
        """Whether nothing of the file changes."""
        return not (self.scopes or self.wraps or any(isinstance(one, NamePlan) for one in self.creations.values()))
