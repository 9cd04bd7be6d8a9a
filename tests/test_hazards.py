from __future__ import annotations

from pathlib import Path

import pytest
from shell import Shell

_NET = "import tensorflow.compat.v1 as tf\n\n\ndef net():\n    return tf.Variable(tf.zeros([2]))\n"
_HEAD = "import tensorflow.compat.v1 as tf\nimport net\n\n"


@pytest.mark.parametrize(
    ("train", "told"),
    [
        ('with tf.variable_scope("a", reuse=True):\n    net.net()\n', "reuse, at train.py:4"),
        ('with tf.variable_scope("a"):\n    tf.get_variable_scope().reuse_variables()\n    net.net()\n', "reuse"),
        (
            'def made():\n    with tf.variable_scope("a", custom_getter=print):\n        return net.net()\n\n\n'
            'with tf.variable_scope("b"):\n' + "    made()\n" * 30,
            "custom_getter, at train.py:5",  # too many ways to follow each
        ),
    ],
)
def test_a_call_that_is_left_for_a_scope_says_where_that_stands(tmp_path: Path, train: str, told: str):
    shell = Shell(tmp_path, tmp_path)
    shell.write(net=_NET, train=_HEAD + train)
    printed = shell.run("--dry-run", "--output-format", "concise", ".").stdout.decode()
    assert f"A scope around the call would change what get_variable makes: {told} (Decide " in printed
