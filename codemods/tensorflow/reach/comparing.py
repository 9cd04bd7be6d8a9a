"""What a program compares the names of variables with, by whatever its functions are passed: `scope in v.name`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from codemods.tensorflow.file_facts import NameTest
from codemods.tensorflow.indexing.lookups.name_tests import told
from codemods.tensorflow.program.tree import BodyKey, Tree
from codemods.tensorflow.reach.ways import Way
from codemods.tensorflow.text import substitute

__all__ = ["compared"]

_Ways = Callable[[BodyKey], Sequence[Way]]


def compared(tree: Tree, ways: _Ways) -> Mapping[str, Sequence[NameTest]]:
    """The comparisons by the files that make them, in the order of lines; `ways` are those to a body."""
    listed = sorted({text for file in tree.files.values() for text in file.listed})
    found = {path: [one for test in tests for one in _filled_in(test, path, ways, listed)] for path, tests in _of(tree)}
    return {path: tests for path, tests in found.items() if tests}


def _of(tree: Tree) -> Iterator[tuple[str, Sequence[NameTest]]]:
    yield from ((path, sorted(file.name_tests, key=lambda one: one.line)) for path, file in tree.files.items())


def _filled_in(test: NameTest, path: str, ways: _Ways, listed: Sequence[str]) -> Iterator[NameTest]:
    """A test with each string that is known to be passed, or `listed`, in the place of what is compared."""
    if test.listed:
        for value in listed:
            yield from told(value, test)
        return
    if test.passed is None:
        yield test
        return
    texts = (substitute(test.passed, way.arguments) for way in ways((path, test.body)))
    for value in dict.fromkeys(value for text in texts for value in text.texts):
        yield from told(value, test)
