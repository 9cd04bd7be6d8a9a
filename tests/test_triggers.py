"""A file is looked at for what its code does with `Variable`, not for what its prose or its type checks say of it."""

from __future__ import annotations

import time

import pytest

from codemods.tensorflow.codemods import ANALYSIS
from migrate import engine

SEEN = {
    "a call": "import tensorflow as tf\nw = tf.Variable(0)\n",
    "a call over lines": "import tensorflow as tf\nw = tf.Variable  \\\n  (0)\n",
    "an alias": "from tensorflow import Variable as V\n",
    "another name": "import tensorflow as tf\nV = (\n    tf.Variable)\n",
    "handed on": "import tensorflow as tf\nmake(tf.Variable, 3)\n",
    "handed on last": "import tensorflow as tf\nmake(\n    3,\n    tf.Variable\n)\n",
    "handed on beside a check": "import tensorflow as tf\nmake(isinstance(x, tf.Variable), tf.Variable)\n",
    "in an f-string": 'import tensorflow as tf\nprint(f"{tf.Variable(0)}")\n',
    "in a raw f-string": "import tensorflow as tf\nprint(fR'''\n{tf.Variable(0)}''')\n",
    "behind quotes in a comment": "import tensorflow as tf  # it's\nw = tf.Variable(0)\n",
    "between strings": "import tensorflow as tf\nw = {'a': tf.Variable(0), 'b': \"it's\"}\n",
    "behind an escaped quote": "import tensorflow as tf\nx = 'it\\'s'; w = tf.Variable(0)\n",
    "behind a continued string": "import tensorflow as tf\r\nx = 'a\\\r\nb'; w = tf.Variable(0)\r\n",
    "behind a string that is left open": 'import tensorflow as tf\nx = """\nw = tf.Variable(0)\n',
    "in a notebook": '{"cells": [{"source": ["import tensorflow as tf\\n", "w = tf.Variable(0)"]}]}',
    "handed on in a notebook": '{"cells": [{"source": ["import tensorflow\\n", "make(\\n", "  tf.Variable, 3)"]}]}',
    "in a notebook with a mark": '\ufeff {"cells": [{"source": ["import tensorflow as tf\\n", "w = tf.Variable(0)"]}]}',
    "behind a banner": f"import tensorflow as tf\nmake(3,  {'#' * 60}\n  tf.Variable)\n",
    "before a banner and its bracket": f"import tensorflow as tf\nf(tf.Variable  {'#' * 60}\n(0))\n",
    "before a comment and its bracket": "import tensorflow as tf\nf(g(tf.Variable  # it's\n(0)))\n",
    "handed on behind a comment": "import tensorflow as tf\nmake(  # it's\n    tf.Variable, 3)\n",
    "returned": "import tensorflow as tf\ndef f():\n    return tf.Variable\n",
    "returned by a lambda": "import tensorflow as tf\nmake = [lambda: tf.Variable]\n",
    "in an f-string around strings like it": 'import tensorflow as tf\nprint(f"{d["x"]} {tf.Variable(0)}")\n',
    "between such strings": """import tensorflow as tf\nx = f"{d["'"]}", tf.Variable(0), 'x'\n""",
    "by way of another module": "from common import tf\nw = tf.Variable(0)\n",
}
PASSED_OVER = {
    "another library": "from torch.autograd import Variable\nw = Variable(0)\n",
    "a comment": "import tensorflow as tf  # tf.Variable(0)\n",
    "a docstring": 'import tensorflow as tf\ndef f():\n    """As in\n\n    >>> tf.Variable(0)\n    """\n',
    "a message": "import tensorflow as tf\nraise TypeError('no tf.Variable(...) here')\n",
    "a type check": "import tensorflow as tf\nif isinstance(x, (tf.Tensor, tf.Variable)): f(x)\n",
    "an annotation": "import tensorflow as tf\ndef f(a: tf.Variable, b: int) -> tf.Variable: return a\n",
    "above a banner": f"import tensorflow as tf\n# tf.Variable {'#' * 60}\nx = f(0, {'#' * 60}\n  Variable == 1)\n",
    "a longer word": "import tensorflow as tf\nw = MyVariable(0), tf.VariableScope(None)\n",
}


@pytest.mark.parametrize("text", SEEN.values(), ids=SEEN)
def test_what_may_make_variables_is_seen(text: str) -> None:
    assert engine.triggered(text.encode(), [ANALYSIS])


@pytest.mark.parametrize("encoding", ["shift_jis", "gbk", "iso2022_jp"])
def test_a_character_that_looks_like_a_quote_or_a_backslash_hides_nothing(encoding: str) -> None:
    odd = {"shift_jis": "\u8868", "gbk": "\u4e57", "iso2022_jp": "\u25a1\u25a1"}[encoding]
    text = f'# coding: {encoding}\n"""{odd}"""\nimport tensorflow as tf\nw = tf.Variable(0)\n"""{odd}"""\n'
    assert engine.triggered(text.encode(encoding), [ANALYSIS])


@pytest.mark.parametrize("text", PASSED_OVER.values(), ids=PASSED_OVER)
def test_what_only_speaks_of_them_is_not(text: str) -> None:
    assert not engine.triggered(text.encode(), [ANALYSIS])


@pytest.mark.parametrize("start", ['x = "', "x = 'a", 'x = f"{'])
def test_a_string_that_is_left_open_costs_no_more_than_its_length(start: str) -> None:
    text = f"import tensorflow as tf  # tf.Variable(0)\n{start}" + "\\\"\\'{" * 20_000
    began = time.process_time()
    engine.triggered(text.encode(), [ANALYSIS])
    assert time.process_time() - began < 2  # minutes, where every escaped quote is tried as the beginning of a string
