"""Which files a random program has, and how they import one another and TensorFlow."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace

from program_parts import Block, Helper

__all__ = ["ALIASES", "LAYOUTS", "File", "imported"]


@dataclass(frozen=True, slots=True)
class File:
    """A file beside the main one, and what it imports of those before it: a spelling for each, "" for no import.

    A spelling ends in `*` where names are imported one by one, and in `**` for a star import.
    """

    path: str
    imports: tuple[str, ...] = ()
    hands_on: bool = False  # what it imports by name is imported from it


# Files with what the main one imports of each.
LAYOUTS: tuple[tuple[tuple[File, ...], tuple[str, ...]], ...] = (
    ((File("layers.py"),), ("import layers",)),
    ((File("layers.py"),), ("from layers import *",)),
    ((File("net/layers.py"),), ("from net import layers",)),
    ((File("net/layers.py"),), ("import net.layers as nn",)),
    ((File("net/layers.py"),), ("from net.layers import *",)),
    ((File("layers.py"), File("model.py")), ("import layers", "from model import *")),
    ((File("layers.py"),), ("from layers import **",)),
    ((File("net/layers.py"),), ("import net.layers",)),
    ((File("net/base/layers.py"), File("net/model.py")), ("from net.base.layers import *", "import net.model as nn")),
    # a file that uses another's
    ((File("layers.py"), File("model.py", ("from layers import *",))), ("", "from model import *")),
    ((File("layers.py"), File("model.py", ("import layers",))), ("import layers", "import model")),
    ((File("net/layers.py"), File("net/model.py", ("from .layers import *",))), ("", "from net.model import *")),
    ((File("net/layers.py"), File("net/model.py", ("from . import layers",))), ("", "from net import model")),
    ((File("net/layers.py"), File("net/model.py", ("from .layers import **",))), ("", "from net.model import **")),
    (
        (File("net/ops/layers.py"), File("net/model.py", ("from .ops import layers as ops",))),
        ("", "import net.model as m"),
    ),
    (
        (File("net/layers.py"), File("net/nets/model.py", ("from ..layers import *",))),
        ("", "from net.nets import model"),
    ),
    # a package that hands on what its files define
    ((File("net/layers.py"), File("net/__init__.py", ("from .layers import **",), True)), ("", "import net")),
    ((File("net/layers.py"), File("net/__init__.py", ("from .layers import *",), True)), ("", "from net import *")),
    (
        (
            File("net/layers.py"),
            File("net/model.py", ("from net.layers import *",)),
            File("net/__init__.py", ("from net.layers import *", "from .model import *"), True),
        ),
        ("", "", "from net import *"),
    ),
    ((File("layers.py"), File("model.py", ("from layers import **",), True)), ("", "from model import **")),
)
ALIASES = (
    ("import tensorflow as tf\nfrom tensorflow import Variable", "Variable"),
    ("import tensorflow as tf\nfrom tensorflow import Variable as V", "V"),
    ("import tensorflow as tf\nVariable = tf.Variable", "Variable"),
    ("import tensorflow as tf\nvar = tf.Variable", "var"),
    ("import tensorflow as tf\nimport common", "common.Variable"),
    ("import tensorflow as tf\nfrom common import *", "Variable"),
    ("import tensorflow as tf\nfrom common import Variable as V", "V"),
)


def imported(draw: random.Random, spelling: str, helpers: tuple[Helper, ...]) -> tuple[Block, tuple[Helper, ...]]:
    """The import of a file's helpers by a spelling, and what they are called then."""
    if not spelling:
        return [], ()
    if spelling.endswith("**"):
        return [spelling[:-1]], tuple(one for one in helpers if not one.call.startswith("_"))
    if not spelling.endswith("*"):
        prefix = spelling.rsplit(maxsplit=1)[-1]
        return [spelling], tuple(replace(one, call=f"{prefix}.{one.call}") for one in helpers)
    aliases: dict[str, str] = {}
    called = []
    for one in helpers:
        name = re.split(r"\W", one.call)[0]
        alias = aliases.setdefault(name, f"{name}_alias" if draw.random() < 0.2 else name)
        called.append(replace(one, call=alias + one.call[len(name) :]))
    lines: Block = [spelling[:-1] + (n if n == alias else f"{n} as {alias}") for n, alias in aliases.items()]
    return lines, tuple(called)
