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


@pytest.mark.parametrize(
    ("name", "told"),
    [('"w"', "w, at net.py:4"), ("input()", "w, at net.py:4, where the name is not known")],
)
def test_a_call_that_is_left_for_a_name_says_where_that_is_taken(tmp_path: Path, name: str, told: str):
    shell = Shell(tmp_path, tmp_path)
    made = f'w = tf.Variable(tf.zeros([2]), name="w")\nv = tf.get_variable({name}, [2])\n'
    shell.write(net=f"import tensorflow.compat.v1 as tf\n\n{made}")
    printed = shell.run("--dry-run", "--output-format", "concise", ".").stdout.decode()
    assert f"The program makes a variable of the same name with get_variable: {told} (" in printed
