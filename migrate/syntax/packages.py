"""Which modules of a tree lie in a package, for names of which only the front is known; the files' places tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile

from migrate.syntax.modules import module_name, resolved
from migrate.syntax.run_names import front

__all__ = ["Below"]


class Below:
    """The modules of a tree by the packages that they lie in, for names of which the front is known."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = paths

    def modules(self, name: str, path: str) -> Iterator[str]:
        """The modules that a name which ends in `?` stands for in the file at `path`."""
        meant = front(name)
        for package in self._packages(meant.package, path):
            inside = [package, *(self._under.get(package, ()) if meant.deep else ())]
            for one in (one for parent in inside for one in self._found.get(parent, ())):
                if one.removeprefix(package).lstrip(".").startswith(meant.begins):
                    yield one

    def holds(self, path: str, package: str) -> bool:
        """Whether there is a package that a name in the file at `path` may mean, above, in or below its folder."""
        return package.rpartition(".")[2] in self._named and any(_is_near(one, path) for one in self._called(package))

    def _called(self, package: str) -> Sequence[str]:
        named = self._named.get(package.rpartition(".")[2], ())
        return [one for one in named if one == package or one.endswith(f".{package}")]

    def _packages(self, package: str, path: str) -> Iterator[str]:
        """The packages that `nets`, `.` or nothing mean in a file: of nothing its own and those above."""
        if package.startswith("."):
            yield resolved(package, path)
        elif package:
            yield from _nearest(self._called(package), path)
        else:
            own = resolved(".", path)
            while own:
                yield own
                own = own.rpartition(".")[0]
            yield ""

    @cached_property
    def _found(self) -> Mapping[str, Sequence[str]]:
        """The names of the modules by those of their packages."""
        found: dict[str, list[str]] = {}
        for path in self._paths:
            name = module_name(path)
            found.setdefault(name.rpartition(".")[0], []).append(name)
        return found

    @cached_property
    def _named(self) -> Mapping[str, Sequence[str]]:
        """The packages by the last parts of their names."""
        named: dict[str, list[str]] = {}
        for package in {**self._found, **self._under}:
            named.setdefault(package.rpartition(".")[2], []).append(package)
        return named

    @cached_property
    def _under(self) -> Mapping[str, Sequence[str]]:
        """The packages that lie in each, however deep."""
        under: dict[str, list[str]] = {}
        for package in self._found:
            around = package
            while around:
                around = around.rpartition(".")[0]
                under.setdefault(around, []).append(package)
        return under


def _nearest(packages: Sequence[str], path: str) -> Sequence[str]:
    """Of namesakes those that lie above, in or below a file's folder, or else share most of its folders."""
    if len(packages) < 2:
        return packages
    near = [one for one in packages if _is_near(one, path)]
    if near:
        return near
    own = _folders_of(resolved(".", path))
    shared = {one: _shared(own, _folders_of(one)) for one in packages}
    most = max(shared.values())
    return [one for one in packages if shared[one] == most]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _is_near(package: str, path: str) -> bool:
    own, around = _folders_of(resolved(".", path)), _folders_of(package.rpartition(".")[0])
    return own[: len(around)] == around or around[: len(own)] == own


def _folders_of(package: str) -> tuple[str, ...]:
    return tuple(package.split(".")) if package else ()
