"""What a name that nobody knows may be: strings that the program holds, one behind the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from codemods.tensorflow.text import Hole, Text

__all__ = ["Vocabulary"]

_BETWEEN = frozenset("_-.0123456789")  # what stands between words, and the numbers behind them


class Vocabulary:
    """Tells whether the words of a program make a name. What comes from outside of it is any name, and hardly this."""

    def __init__(self, words: Collection[str], variables: Collection[str] = ()) -> None:
        self._folders = [word for word in words if "/" in word]
        self._words = frozenset(words)  # in lower case
        self._variables = frozenset(variables)  # what these are called, of which other names are made: `v.op.name`
        self._longest = max(map(len, self._words), default=0)
        self._known: dict[tuple[str, frozenset[str]], bool] = {}

    @property
    def has_folders(self) -> bool:
        """Whether a name may have a `/` in it for which nothing else speaks."""
        return bool(self._folders)

    def may_stand_in_folders(self, name: Text) -> bool:
        """Whether a word puts scopes in front of a name: `a/b`, or what ends in `/`."""
        texts = [text.lower() for text in name.texts]
        ends = (*(f"/{text}" for text in texts), *("/" for text in texts[:1] if any(map(self.makes, texts))))
        return not ends or any(word.endswith(ends) for word in self._folders)

    def may_agree(self, first: Text, second: Text) -> bool:
        """Whether two names that overlap may be one: what is known of each can be made of the other's unknown parts."""
        if first.is_foreign or second.is_foreign:
            return True
        return self._makes(first, second) and self._makes(second, first)

    def _makes(self, text: Text, other: Text) -> bool:
        if text.texts:
            return True
        own = frozenset(_known_parts(text)) | (self._variables if text.is_derived else frozenset())
        if other.texts and _joins_folders(text):
            return any(all(self.makes(part, own) for part in name.split("/")) for name in other.texts)
        if other.texts:
            return any(self.makes(name, own) for name in other.texts)
        return all(self.makes(part, own) for part in _known_parts(other))

    def makes(self, name: str, beside: frozenset[str] = frozenset()) -> bool:
        """Whether the words, and those `beside` them, make a name."""
        key = name.lower(), beside
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._is_made(*key)
        return known

    def _is_made(self, name: str, beside: frozenset[str]) -> bool:
        longest = max(self._longest, *map(len, beside), 0)
        reached = [True] + [False] * len(name)
        for start, letter in enumerate(name):
            if reached[start]:
                reached[start + 1] |= letter in _BETWEEN
                for end in range(start + 1, min(len(name), start + longest) + 1):
                    word = name[start:end]
                    reached[end] |= word in self._words or word in beside
        return reached[-1]


def _joins_folders(text: Text) -> bool:
    """Whether a part of a name may be several words with a `/` between them: `os.path.join(scope, "w")`."""
    return any(isinstance(part, Hole) and part.folders for part in text.parts)


def _known_parts(text: Text) -> Iterator[str]:
    for part in text.parts:
        if isinstance(part, Hole):
            yield from map(str.lower, part.choices)
        else:
            yield part.lower()
