"""Writes the expressions of random programs: names, initial values, and calls of `tf.Variable` in every layout."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from program_parts import DTYPES, KEYWORDS, NAMES, POSITIONAL, RARE_VALUES, SCOPES, SHAPES, VALUES, Place

__all__ = ["Expressions"]

_ODD_NAMES = (
    'PREFIX + "w"',
    "PREFIX",
    '"%s_%s" % (PREFIX, "w")',
    '"s/w"',
    '"w" if FLAG else "b"',
    '"{}_w".format(PREFIX)',
    "CONFIG['name']",
    "CONFIG['name'] + '/w'",
    '"%(name)s_w" % CONFIG',
    '"{name}_w".format(**CONFIG)',
    'PREFIX.replace("p", "q")',
    "PREFIX[:-1]",
    'PREFIX.upper() + "_w"',
    '"{a}/{b}".format(a=PREFIX, b="w")',
    'f"{PREFIX}/w"',
)
_UNKNOWN_NAMES = (
    'same("?")',
    'same("?").upper()',
    "LISTED[0]",
    "LISTED[1]",
    '"?" if FLAG else None',
    'None if FLAG else "?"',
    'same("?") if FLAG else "b"',
    'same("") or "?"',
    "same(None) or None",
    '"?" f"_{SIZE}"',
    'f"?" "_x"',
    'same("?/")',
)
_COMMENTS = ("  # a note", "  # name=", "")


@dataclass(slots=True)
class Expressions:
    """Draws expressions; `spelled` is what the program calls to make a variable."""

    draw: random.Random
    spelled: str = "tf.Variable"
    folded: bool = True  # whether some calls go over several lines, of which Python 3.7 tells the last

    def chance(self, probability: float) -> bool:
        """True as often as `probability` says."""
        return self.draw.random() < probability

    def name(self, place: Place) -> str:
        """An expression for a variable's name."""
        return self._string(place, NAMES)

    def scope(self, place: Place) -> str:
        """An expression for a scope's name."""
        return self._string(place, SCOPES)

    def _string(self, place: Place, pool: Sequence[str]) -> str:
        word = self.draw.choice(pool)
        options = [f'"{word}"'] * 2
        for text in place.names:
            options += [text, text, f'{text} + "_{word}"', f'"%s_{word}" % {text}', f'f"{{{text}}}_{word}"']
        for number in place.counters:
            options += [f'"{word}%d" % {number}', f'"{word}_{{}}".format({number})', f'f"{word}{{{number}}}"']
            options += [f'"{word}" + str({number})', f'"{word}_%d" % ({number} + 1)', f"WORDS[{number} % 2]"]
            options += [f'"{word}_{{:02d}}".format({number})', f'f"{word}_{{{number} + 1}}"']
            options += [f'"%s_%d" % ("{word}", {number})', f"chr(97 + {number})"]
        for text in place.words:
            options += [text, text, f'"{word}_%s" % {text}', f'{text} + "_{word}"', f'"{{0}}_{word}".format({text})']
            options += [f'"_".join([{text}, "{word}"])', f'"{{key}}_{word}".format(key={text})']
        for variable in place.variables[-1:]:
            options += [f'{variable}.op.name.split("/")[-1] + "_of"'] * self.chance(0.1)
        if self.chance(0.05):
            return self.draw.choice(_UNKNOWN_NAMES).replace("?", word)
        return self.draw.choice(_ODD_NAMES if self.chance(0.05) else options)

    def value(self, place: Place) -> str:
        """An initial value."""
        tensors = place.tensors[1:]
        if self.chance(0.05) and tensors:
            return f"tf.cast({tensors[-1]}, tf.float32) * 2.0"
        if self.chance(0.06) and place.variables:
            variable = self.draw.choice(place.variables)
            return self.draw.choice([f"{variable}.initialized_value()", f"tf.zeros({variable}.get_shape())"])
        if self.chance(0.12) and place.shapes:
            shape = self.draw.choice(place.shapes)
            return self.draw.choice(
                [f"tf.random_normal({shape})", f"tf.zeros({shape})", f"tf.constant(0.1, shape={shape})"]
            )
        value = self.draw.choice(RARE_VALUES if self.chance(0.3) else VALUES)
        tensor = self.draw.choice(tensors) if tensors else "tf.constant([1.0, 2.0])"
        shape = self.draw.choice([*SHAPES, *place.shapes])
        return re.sub(r"\bTENSOR\b", tensor, value.replace("?", shape))

    def creation(self, place: Place, value: str = "") -> str:
        """A call that makes a variable, of a given initial value or of any."""
        value = value or self.value(place)
        name = ""
        if self.chance(0.65):
            name = self.draw.choice(place.optional) if place.optional and self.chance(0.7) else self.name(place)
        if self.chance(0.01):  # TensorFlow 2 takes no more than three in this order
            return self._call([value, "True", "None", "True", "None", *([name] if name else [])])
        if self.chance(0.03):
            return self._call([value, self.draw.choice(POSITIONAL), *([f"name={name}"] if name else [])])
        words = [f"name={name}"] if name else []
        words += self.draw.sample(KEYWORDS, self.draw.choice([0, 0, 0, 1, 2]) if self.chance(0.5) else 0)
        if value in DTYPES and self.chance(0.15):
            words.append(f"dtype={self.draw.choice(DTYPES[value])}")
        words = list({word.partition("=")[0]: word for word in words}.values())
        if self.chance(0.06):
            words.append(f"initial_value={value}")
            self.draw.shuffle(words)
            return self._call(words)
        if self.chance(0.2):
            self.draw.shuffle(words)
        return self._call([value, *words])

    def _call(self, parts: Sequence[str]) -> str:
        """The call on one line, or with its arguments over several."""
        if self.chance(0.85) or not self.folded or any("\n" in part for part in parts):
            return f"{self.spelled}({', '.join(parts)})"
        comments = [self.draw.choice(_COMMENTS) if self.chance(0.3) else "" for _ in parts]
        lines = "".join(f"\n        {part},{comment}" for part, comment in zip(parts, comments, strict=True))
        if self.chance(0.5):
            return f"{self.spelled}({lines}\n    )"
        rest = "".join(f",\n            {part}" for part in parts[1:])
        return f"{self.spelled}({parts[0]}{rest})"

    def pass_on(self, passes: Sequence[tuple[str, str]], place: Place) -> str:
        """What a call passes; a parameter with a default is often left out, and those behind it go by keyword."""
        texts = []
        keyword = False
        for name, kind in passes:
            if kind in ("optional", "flag") and self.chance(0.5):
                keyword = True
                continue
            keyword = keyword or self.chance(0.2)
            texts.append(f"{name}={self._argument(kind, place)}" if keyword else self._argument(kind, place))
        return ", ".join(texts)

    def _argument(self, kind: str, place: Place) -> str:
        match kind:
            case "optional":
                return self.draw.choice(["None", *place.optional, self.name(place)])
            case "count":
                return self.draw.choice(["1", "2", *place.counters])
            case "flag":
                return self.draw.choice(["True", "False"])
            case "shape":
                return self.draw.choice(["[2, 3]", "[3]", "[SIZE]", "SHAPE", *place.shapes])
            case "scope":
                return self.scope(place)
        return self.name(place)

    def call(self, place: Place) -> str:
        """A call of a helper of the program's."""
        helper = self.draw.choice(place.helpers)
        return f"{helper.call}({self.pass_on(helper.passes, place)})"
