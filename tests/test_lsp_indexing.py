"""The language server while a large tree is indexed: it answers, shows how far it is, and can be stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsp_client import CAPABILITIES, Client, apply, uri_of
from test_lsp import LAYERS, WHOLE, at, codes

pytest.importorskip("pygls")

pytestmark = pytest.mark.skipif(
    "MIGRATE_TEST_TIMING" not in os.environ, reason="races the indexing of a tree: set MIGRATE_TEST_TIMING to run it"
)

USER = """\
import tensorflow as tf

def build_{0}(x):
    with tf.variable_scope("block_{0}"):
        kernel = tf.Variable(tf.truncated_normal([3, 3, 16, 16], stddev=0.1), name="kernel")
        bias = tf.Variable(tf.zeros([16]), name="bias")
        return tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "SAME") + bias
"""
NOTE = "the other files of the project are not known yet"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some seconds of work."""
    root = tmp_path_factory.mktemp("tree")
    for number in range(500):
        folder = root / f"part_{number % 30}"
        folder.mkdir(exist_ok=True)
        (folder / f"user_{number}.py").write_text(USER.format(number) * 3)
    (root / "layers.py").write_text(LAYERS)
    (root / "net.py").write_text("from layers import dense\ndense(dense(0, 4), 4)\n")
    return root


@pytest.fixture
def client() -> Iterator[Client]:
    one = Client()
    one.settings = {"jobs": 1}
    yield one
    one.process.kill()
    one.process.wait()
    assert one.garbage == b""


def steps(client: Client) -> list[dict[str, Any]]:
    return [one["value"] for one in client.said("$/progress")]


def indexing(client: Client) -> str:
    """The token of the bar, once it is shown and has moved."""
    client.wait(lambda: len([one for one in client.notes if one["method"] == "$/progress"]) > 2, "progress")
    return str(client.said("$/progress")[0]["token"])


def test_answers_before_all_is_known(client: Client, tree: Path) -> None:
    client.start(tree)
    uri = client.open(tree / "layers.py")
    indexing(client)
    started = time.monotonic()
    told = client.hover(uri, 4, 15)
    (offered,) = client.actions(uri, at(4, 15), "quickfix")
    waited = time.monotonic() - started
    assert steps(client)[-1]["kind"] == "report", "the tree was indexed before the answers came"
    assert waited < 3
    assert NOTE in told
    assert offered["disabled"]["reason"] == NOTE
    assert "edit" not in offered
    first = client.diagnostics(uri)
    assert all(NOTE in one["message"] for one in first)

    client.diagnostics(uri, until=lambda found: found and not any(NOTE in one["message"] for one in found))
    client.wait(lambda: steps(client)[-1]["kind"] == "end", "end of the progress")
    kinds = [one["kind"] for one in steps(client)]
    assert kinds[0] == "begin"
    assert kinds.count("end") == 1
    percentages = [one["percentage"] for one in steps(client) if one["kind"] == "report"]
    assert all(0 <= one <= 100 for one in percentages)
    (fix,) = client.actions(uri, at(4, 15), "quickfix")
    assert "tf.get_variable" in apply(fix["edit"], {uri: LAYERS})[uri]

    # From now on a keystroke costs little, whatever the size of the tree.
    started = time.monotonic()
    client.change(uri, 2, {"text": LAYERS + "# more\n"})
    client.diagnostics(uri, 2)
    assert time.monotonic() - started < waited + 5
    assert client.end() == 0


def test_typing_while_it_indexes(client: Client, tree: Path) -> None:
    """Each version is looked at, and the work on the tree goes on where it was."""
    client.start(tree)
    uri = client.open(tree / "layers.py")
    indexing(client)
    for version in range(2, 6):
        client.change(uri, version, {"text": LAYERS + "#" * version})
        assert NOTE in client.hover(uri, 4, 15)
        time.sleep(0.2)
    final = client.diagnostics(uri, 5, until=lambda found: not any(NOTE in one["message"] for one in found))
    assert [line for line, _ in codes(final)] == [3, 4]
    assert client.end() == 0


def test_the_user_stops_it(client: Client, tree: Path) -> None:
    client.start(tree)
    uri = client.open(tree / "layers.py")
    token = indexing(client)
    client.notify("window/workDoneProgress/cancel", {"token": token})
    client.wait(lambda: steps(client)[-1]["kind"] == "end", "end of the progress")
    assert NOTE in client.hover(uri, 4, 15)
    client.change(uri, 2, {"text": LAYERS + "#"})
    assert all(NOTE in one["message"] for one in client.diagnostics(uri, 2))
    client.request("workspace/executeCommand", {"command": "migrate.index", "arguments": []})
    client.diagnostics(uri, 2, until=lambda found: not any(NOTE in one["message"] for one in found))
    assert client.actions(uri, WHOLE, "source.migrate")


def test_goodbye_in_the_middle(client: Client, tree: Path) -> None:
    client.settings = {"executor": "processes", "jobs": 2}
    client.start(tree, capabilities={**CAPABILITIES, "window": {}})
    client.open(tree / "layers.py")
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri_of(tree / "layers.py")}})
    time.sleep(1)
    started = time.monotonic()
    assert client.end() == 0
    assert time.monotonic() - started < 10
    assert client.said("$/progress") == []
