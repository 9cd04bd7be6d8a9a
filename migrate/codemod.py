"""What a codemod is: an analysis that it may share with others, its rules, and a function that yields findings.

A codemod never changes anything: it yields findings, and the engine applies the changes that they carry.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, SupportsIndex, TypeAlias

from migrate.model import Finding, Level, Rule
from migrate.syntax.module import Module

__all__ = ["Analysis", "Codemod", "Deferred", "Fact", "Options", "Trigger"]

Trigger: TypeAlias = "bytes | re.Pattern[bytes] | Callable[[bytes], bool]"


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked of the codemods: each option's value, the codemods `selected`, the `level` allowed."""

    values: Mapping[str, str] = field(default_factory=dict)
    selected: frozenset[str] = frozenset()
    level: Level = Level.RENAMES

    def get(self, name: str, default: str) -> str:
        """The value of option `name`."""
        return self.values.get(name, default)


class Fact:
    """A frozen dataclass that pickles as its values, in half of the time that a look-up of its fields takes."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        """What makes an equal one; fields that are not given by place are looked up all the same."""
        names = self.__match_args__
        if len(names) != len(self.__dataclass_fields__):
            return super().__reduce_ex__(protocol)
        return type(self), tuple([getattr(self, name) for name in names])


@dataclass(frozen=True, slots=True)
class Deferred:
    """The function at `reference`, `module:name`, imported once it is called: most runs meet nothing to migrate."""

    reference: str

    def load(self) -> Callable[..., Any]:
        """The function itself."""
        module, _, name = self.reference.partition(":")
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return found

    def __call__(self, *given: Any) -> Any:
        """Calls the function."""
        return self.load()(*given)


def _nothing(_: Iterable[Any]) -> frozenset[Any]:
    return frozenset()


def _no_facts(_: Module) -> None:
    return None


def _everything(facts: Mapping[str, Any]) -> Collection[str]:
    return facts


def _nobody(_: str, __: bytes) -> bool:
    return False


def _all(facts: Mapping[str, Any], _: Collection[str]) -> Collection[str]:
    return facts


@dataclass(frozen=True, slots=True)
class Analysis:
    """How facts are found in each file and joined over all of them; several codemods may share one.

    `triggers` are alternatives; a file is indexed when, for one of them, every byte string occurs in it, every pattern
    does, and every function of its bytes says so. Put what most files lack first, and byte strings before all else.
    `index` returns a module's facts, which must pickle and stay small (see `Fact`), or None where there are none. They
    depend on nothing but the module: what was found once is kept for other runs. Beside plain values and containers
    they hold dataclasses, enums and named tuples of the codemod's own: others are not loaded again.
    `glance` returns facts that are found faster, for a module in which nothing can be rewritten whatever other files
    say, else None; they count until what is rewritten elsewhere needs the whole ones.
    `opens` names, from all facts so far by path, the files in which something may be rewritten.
    `companions` are triggers too, but count only for files that imports join with one that `opens` names.
    `seeks` names, from all facts so far, the module names whose importers must be indexed as well, triggers or not.
    `follows` names, from all facts so far, dotted names with the files that have them: where the tree has the modules
    that these come from, they must be indexed as well.
    `library` tells, by path and bytes, the library's own files: nobody is followed to them, as they are no user's code.
    `link` joins the facts of all files into a plan a file, which must pickle too.
    `remains` tells, from the facts of all files and which of them are done with, the files that can still get a plan
    with something to rewrite. Linked by themselves they must get the plans that they get among all others.
    Where facts, plans and findings of files that no import joins are nothing to each other, the analysis goes `apart`:
    then programs are gone through one after the other, and may be by several workers.
    Without facts none of these is asked. A function that imports much is given as `Deferred`.
    """

    name: str
    triggers: tuple[tuple[Trigger, ...], ...]
    index: Callable[[Module], Any]
    link: Callable[[Mapping[str, Any], Options], Mapping[str, Any]]
    glance: Callable[[Module], Any] = _no_facts
    companions: tuple[tuple[Trigger, ...], ...] = ()
    opens: Callable[[Mapping[str, Any]], Collection[str]] = _everything
    seeks: Callable[[Iterable[Any]], frozenset[str]] = _nothing
    follows: Callable[[Iterable[Any]], frozenset[tuple[str, str]]] = _nothing
    library: Callable[[str, bytes], bool] = _nobody
    remains: Callable[[Mapping[str, Any], Collection[str]], Collection[str]] = _all
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Codemod:
    """One rewrite: `rewrite` gets a module and its part of the plan, and yields findings in order of position.

    `options` lists the options that it understands, each with its values, the default first; `about` says in one
    sentence what an option decides.
    """

    name: str
    summary: str
    rules: tuple[Rule, ...]
    analysis: Analysis
    rewrite: Callable[[Module, Any, Options], Iterator[Finding]]
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
