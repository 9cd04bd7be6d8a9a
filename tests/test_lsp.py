"""A session with the language server over its pipes, held against what the command line writes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lsp_client import CAPABILITIES, Client, apply, uri_of

pytest.importorskip("pygls")
MIGRATE = str(Path(sys.executable).with_name("migrate"))

NET = """\
import tensorflow as tf
from layers import dense

def net(x):
    w = tf.Variable(tf.zeros([3, 4]), name="w")
    b = tf.Variable(tf.zeros([4]))
    return dense(dense(tf.matmul(x, w) + b, 4), 4)

y = net(tf.placeholder(tf.float32, [None, 3]))
lazy = tf.Variable(lambda: make(), validate_shape=False, name="lazy")
"""
ONCE = NET.replace("dense(dense(tf.matmul(x, w) + b, 4), 4)", "dense(tf.matmul(x, w) + b, 4)")
LAYERS = """\
import tensorflow as tf

def dense(x, n):
    with tf.name_scope("dense"):
        w = tf.Variable(tf.truncated_normal([4, n]), name="w")
    return tf.matmul(x, w)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "projet ünïque"
    folder.mkdir()
    (folder / "net.py").write_text(NET)
    (folder / "layers.py").write_text(LAYERS)
    (folder / "pyproject.toml").write_text("[tool.migrate]\n")
    return folder


@pytest.fixture
def client() -> Iterator[Client]:
    one = Client()
    yield one
    one.process.kill()
    one.process.wait()
    assert one.garbage == b""


def written(root: Path, name: str, *options: str, **files: str) -> str:
    """What `migrate` makes of a file in a copy of the project."""
    copy = root.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy)
    for path, text in files.items():
        (copy / f"{path}.py").write_bytes(text.encode())
    subprocess.run([MIGRATE, "-q", *options, "."], cwd=copy, check=False, capture_output=True)
    return (copy / name).read_bytes().decode()


def at(line: int, character: int) -> dict[str, Any]:
    return {"start": {"line": line, "character": character}, "end": {"line": line, "character": character}}


WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 10_000, "character": 0}}


def codes(diagnostics: list[Any]) -> list[tuple[int, str]]:
    return [(one["range"]["start"]["line"], one["code"]) for one in diagnostics if "code" in one]


def test_a_request_that_cannot_be_read_is_answered(client: Client, root: Path) -> None:
    client.start(root)
    uri = client.open(root / "net.py")
    for position in ({"line": -1, "character": -5}, {"line": "x", "character": 0}, {}):
        with pytest.raises(AssertionError, match=r"-32602.*textDocument/hover"):
            client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": position})
    client.diagnostics(uri)
    assert client.hover(uri, 4, 12)
    assert client.end() == 0


def has(number: int) -> Callable[[Any], bool]:
    return lambda found: len(found) == number


def test_a_session(client: Client, root: Path) -> None:
    """From the first word to the last, as an editor would speak."""
    answer = client.start(root)
    assert answer["serverInfo"]["name"] == "migrate"
    assert answer["capabilities"]["positionEncoding"] == "utf-16"
    uri = client.open(root / "net.py")

    shown = client.diagnostics(uri)
    command = [MIGRATE, "-q", "--dry-run", "--output-format", "concise", "."]
    concise = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    printed = [line.split(":") for line in concise if line.startswith("net.py")]
    assert codes(shown) == [(int(line) - 1, rest.split()[0]) for _, line, _, rest, *_ in printed]
    assert {one["source"] for one in shown} == {"migrate"}
    assert {one["severity"] for one in shown if one["data"]["level"]} == {3}
    assert {one["severity"] for one in shown if not one["data"]["level"]} <= {2}

    (quick,) = client.actions(uri, at(4, 12), "quickfix")
    assert quick["isPreferred"]
    assert quick["diagnostics"][0] == shown[0]
    after = apply(quick["edit"], {uri: NET})[uri]
    assert 'w = tf.get_variable("w", [3, 4], initializer=tf.zeros_initializer())' in after
    assert "b = tf.Variable(tf.zeros([4]))" in after

    (everything,) = client.actions(uri, WHOLE, "source.fixAll")
    assert everything["kind"] == "source.fixAll.migrate"
    assert apply(everything["edit"], {uri: NET})[uri] == written(root, "net.py", "--level", "exact")
    (migrated,) = client.actions(uri, WHOLE, "source.migrate")
    assert apply(migrated["edit"], {uri: NET})[uri] == written(root, "net.py")

    told = client.hover(uri, 5, 10)
    page = subprocess.run([MIGRATE, "explain", "GV101"], capture_output=True, text=True, check=True).stdout
    assert "`Variable` becomes `b`" in told
    assert page.partition("## What it means")[2].strip() in told
    assert client.hover(uri, 0, 3) == ""

    line = {"start": {"line": 5, "character": 8}, "end": {"line": 5, "character": 34}}
    client.change(uri, 2, {"range": line, "text": "b()"})
    unsaved = client.diagnostics(uri, 2)
    assert codes(unsaved) == [one for one in codes(shown) if one[0] != 5]

    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    client.diagnostics(uri, None, until=lambda found: found == [])
    assert client.end() == 0


def test_a_fix_takes_along_what_it_needs(client: Client, root: Path) -> None:
    """A call that needs its scope, in one document; both are named."""
    client.start(root)
    uri = client.open(root / "layers.py")
    shown = client.diagnostics(uri)
    assert codes(shown) == [(3, "LS102"), (4, "GV101")]
    related = shown[1]["relatedInformation"]
    assert [one["location"]["range"]["start"]["line"] for one in related] == [3]
    (quick,) = client.actions(uri, at(4, 20), "quickfix")
    assert quick["title"].endswith("(with 1 more)")
    assert apply(quick["edit"], {uri: LAYERS})[uri] == written(root, "layers.py")


@pytest.mark.parametrize("unit", ["utf-16", "utf-8", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_columns_in_the_editor_s_units(client: Client, root: Path, unit: str, newline: str) -> None:
    text = (
        'import tensorflow as tf\nx = "\x0c"\n'
        'é = "𝔸👩‍👩‍👧"; w = tf.Variable(tf.zeros([2]), name="w")  # 🦜\n'
        'v = tf.Variable(tf.zeros([2]), name="𝔸")\n'
    ).replace("\n", newline)
    (root / "wide.py").write_bytes(text.encode())
    capabilities = {**CAPABILITIES, "general": {"positionEncodings": [unit]}}
    answer = client.start(root, capabilities=capabilities)
    assert answer["capabilities"]["positionEncoding"] == unit
    uri = client.open(root / "wide.py", text)
    shown = client.diagnostics(uri)
    before = text.split(newline)[2].partition("tf.Variable")[0]
    sizes = {"utf-16": len(before.encode("utf-16-le")) // 2, "utf-8": len(before.encode()), "utf-32": len(before)}
    assert shown[0]["range"]["start"] == {"line": 2, "character": sizes[unit]}
    (everything,) = client.actions(uri, WHOLE, "source.migrate")
    assert apply(everything["edit"], {uri: text}, unit)[uri] == written(root, "wide.py")
    # An edit behind wide characters lands where the editor meant it.
    place = {"line": 2, "character": sizes[unit]}
    client.change(uri, 2, {"range": {"start": place, "end": place}, "text": "f("}, {"range": WHOLE, "text": text + "#"})
    client.diagnostics(uri, 2, until=has(len(shown)))
    assert client.end() == 0


def test_other_open_files_follow(client: Client, root: Path) -> None:
    """`dense` runs twice because of another file; once that calls it once, unsaved, its scope may stay as it is."""
    client.start(root)
    net, layers = client.open(root / "net.py"), client.open(root / "layers.py")
    assert codes(client.diagnostics(layers)) == [(3, "LS102"), (4, "GV101")]
    client.change(net, 2, {"text": ONCE})
    followed = client.diagnostics(layers, until=lambda found: codes(found) != [(3, "LS102"), (4, "GV101")])
    (migrated,) = client.actions(layers, WHOLE, "source.migrate")
    assert apply(migrated["edit"], {layers: LAYERS})[layers] == written(root, "layers.py", net=ONCE)
    assert followed


def test_files_that_change_on_disk(client: Client, root: Path) -> None:
    client.start(root)
    layers = client.open(root / "layers.py")
    first = codes(client.diagnostics(layers))
    watched = [one for note in client.said("client/registerCapability") for one in note["registrations"]]
    assert {one["method"] for one in watched} >= {"workspace/didChangeWatchedFiles"}
    for text, kind in ((ONCE, 2), ("", 3), (ONCE, 1)):
        path = root / "net.py"
        if kind == 3:
            path.unlink()
        else:
            path.write_text(text)
        client.notes.clear()
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri_of(path), "type": kind}]})
        client.diagnostics(layers, until=lambda found, kind=kind: (codes(found) == first) is (kind == 3))


def test_configuration(client: Client, root: Path) -> None:
    """The file nearest to the document, and the editor's settings on top, followed as they change."""
    (root / "pyproject.toml").write_text('[tool.migrate]\nlevel = "exact"\n')
    client.start(root)
    uri = client.open(root / "net.py")
    assert (5, "M001") in codes(client.diagnostics(uri))
    quick = next(one for one in client.actions(uri, at(5, 10), "quickfix") if "GV101" in one["title"])
    assert not quick["isPreferred"]
    (note,) = quick["edit"]["changeAnnotations"].values()
    assert note["needsConfirmation"]
    assert {one["annotationId"] for one in quick["edit"]["documentChanges"][0]["edits"]} == {
        *quick["edit"]["changeAnnotations"]
    }
    client.settings = {"level": "renames", "ignore": ["GV101"]}
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    client.diagnostics(uri, until=lambda found: codes(found) and not {4, 5} & {line for line, _ in codes(found)})
    client.settings = {"levle": "renames"}
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    client.wait(lambda: [one for one in client.notes if one["method"] == "window/showMessage"], "a message")
    assert "unknown key levle; did you mean level?" in client.said("window/showMessage")[0]["message"]


def test_a_broken_configuration_is_told_once(client: Client, root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.migrate]\nlevels = 1\n")
    client.start(root)
    uri = client.open(root / "net.py")
    client.wait(lambda: [one for one in client.notes if one["method"] == "window/showMessage"], "a message")
    client.change(uri, 2, {"text": NET + "#"})
    assert client.actions(uri, WHOLE) == []
    (root / "pyproject.toml").write_text("[tool.migrate]\n")
    event = {"uri": uri_of(root / "pyproject.toml"), "type": 2}
    client.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
    assert client.diagnostics(uri, 2)
    assert len(client.said("window/showMessage")) == 1


TOWER = """\
import tensorflow as tf

def tower(x):
    with tf.variable_scope("tower", reuse=tf.AUTO_REUSE):
        w = tf.Variable(tf.zeros([3, 1]), name="w")
        return tf.matmul(x, w)

tower(tower(tf.ones([2, 3])))
"""


@pytest.mark.parametrize("able", [True, False])
def test_unsafe_is_for_whom_one_can_ask(client: Client, root: Path, able: bool) -> None:
    """The fix that may change the program waits for a word; an editor that cannot ask is not offered it."""
    unsafe = written(root, "net.py", "--level", "unsafe", net=TOWER)
    assert unsafe != TOWER
    workspace = dict(CAPABILITIES["workspace"])
    if not able:
        workspace["workspaceEdit"] = {"documentChanges": True}
    client.start(root, capabilities={**CAPABILITIES, "workspace": workspace})
    uri = client.open(root / "net.py", TOWER)
    assert codes(client.diagnostics(uri)) == [(4, "GV203")]
    offers = [one for one in client.actions(uri, at(4, 16), "quickfix") if "unsafe" in one["title"]]
    assert len(offers) == able
    for one in offers:
        assert not one["isPreferred"]
        assert apply(one["edit"], {uri: TOWER})[uri] == unsafe
        assert [note["needsConfirmation"] for note in one["edit"]["changeAnnotations"].values()] == [True]
    assert client.actions(uri, WHOLE, "source") == []


def test_a_half_written_line_takes_nothing_else_away(client: Client, root: Path) -> None:
    client.start(root)
    uri = client.open(root / "net.py")
    shown = client.diagnostics(uri)
    broken = NET.replace("    b = ", "\n    b = tf.Variable(\n    b = ")
    client.change(uri, 2, {"text": broken})
    found = client.diagnostics(uri, 2)
    failed = [one for one in found if one["message"].startswith("not looked at")]
    assert len(failed) == 1
    assert {(4, "GV101")} <= set(codes(found))
    assert {line + 2 for line, _ in codes(shown) if line > 5} <= {line for line, _ in codes(found)}
    assert client.actions(uri, WHOLE) == []
    client.change(uri, 3, {"text": NET})
    assert codes(client.diagnostics(uri, 3)) == codes(shown)


def test_a_call_can_be_left_with_a_comment(client: Client, root: Path) -> None:
    text = "import tensorflow as tf\n\ndef f(*a):\n    return tf.Variable(*a)\n"
    client.start(root)
    uri = client.open(root / "net.py", text)
    (left,) = client.diagnostics(uri)
    assert left["severity"] == 2
    (action,) = client.actions(uri, at(3, 15), "quickfix")
    after = apply(action["edit"], {uri: text})[uri]
    assert f"tf.Variable(*a)  # migrate: ignore[{left['code']}]" in after
    client.change(uri, 2, {"text": after})
    assert client.diagnostics(uri, 2, until=has(0)) == []
    assert "ignored by a comment" in client.hover(uri, 3, 15)


def test_several_folders_are_several_programs(client: Client, root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "layers.py").write_text(LAYERS)
    (other / "net.py").write_text(ONCE)
    client.start(root, other)
    one, two = client.open(root / "layers.py"), client.open(other / "layers.py")
    assert codes(client.diagnostics(one)) == [(3, "LS102"), (4, "GV101")]
    assert codes(client.diagnostics(two)) == [(3, "LS101"), (4, "GV101")]
    event = {"added": [], "removed": [{"uri": uri_of(root), "name": "root"}]}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    (migrated,) = client.actions(one, WHOLE, "source.migrate")  # by now in the project that its own file makes
    assert apply(migrated["edit"], {one: LAYERS})[one] == written(root, "layers.py")


def test_a_file_without_a_project(client: Client, tmp_path: Path) -> None:
    client.start()
    text = 'import tensorflow as tf\nw = tf.Variable(tf.zeros([2]), name="w")\n'
    document = {"uri": "untitled:Untitled-1", "languageId": "python", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})
    assert codes(client.diagnostics("untitled:Untitled-1")) == [(1, "GV101")]
    (fix,) = client.actions("untitled:Untitled-1", at(1, 8), "quickfix")
    assert "get_variable" in apply(fix["edit"], {"untitled:Untitled-1": text})["untitled:Untitled-1"]


def test_what_is_excluded_is_not_looked_at(client: Client, root: Path) -> None:
    (root / "build").mkdir()
    shutil.copy(root / "layers.py", root / "build" / "layers.py")
    client.start(root)
    uri = client.open(root / "build" / "layers.py")
    assert client.diagnostics(uri, until=has(0)) == []
    assert client.actions(uri, WHOLE) == []


def test_a_notebook_is_one_program(client: Client, root: Path) -> None:
    cells = [
        "import tensorflow as tf\n%matplotlib inline",
        "# Title",
        'é = "𝔸"; w = tf.Variable(tf.zeros([2]), name="w")',
    ]
    path = root / "book.ipynb"
    uris = [f"vscode-notebook-cell:{path}#{number}" for number in range(len(cells))]
    kinds = [2, 1, 2]
    notebook = {
        "uri": uri_of(path), "notebookType": "jupyter-notebook", "version": 1,
        "cells": [{"kind": kind, "document": uri} for kind, uri in zip(kinds, uris, strict=True)],
    }  # fmt: skip
    documents = [
        {"uri": uri, "languageId": "python" if kind == 2 else "markdown", "version": 1, "text": text}
        for kind, uri, text in zip(kinds, uris, cells, strict=True)
    ]
    client.start(root)
    client.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": documents})
    (found,) = client.diagnostics(uris[2])
    assert found["range"]["start"] == {"line": 0, "character": len('é = "𝔸"; w = '.encode("utf-16-le")) // 2}
    (migrated,) = client.actions(uris[2], WHOLE, "source.migrate")
    after = apply(migrated["edit"], dict(zip(uris, cells, strict=True)))
    json_cells = [
        {"cell_type": "code" if k == 2 else "markdown", "metadata": {}, "source": c}
        for k, c in zip(kinds, cells, strict=True)
    ]
    path.write_text(json.dumps({"cells": json_cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    on_disk = json.loads(written(root, "book.ipynb"))["cells"]
    assert [after[uri] for uri in uris] == ["".join(cell["source"]) for cell in on_disk]
    change = {"textContent": [{"document": {"uri": uris[2], "version": 2}, "changes": [{"text": "w = 1"}]}]}
    client.notify(
        "notebookDocument/didChange",
        {"notebookDocument": {"uri": notebook["uri"], "version": 2}, "change": {"cells": change}},
    )
    assert client.diagnostics(uris[2], 2, until=has(0)) == []
    structure = {"structure": {"array": {"start": 2, "deleteCount": 0, "cells": [{"kind": 2, "document": "cell:new"}]},
                               "didOpen": [{**documents[2], "uri": "cell:new"}]}}  # fmt: skip
    client.notify(
        "notebookDocument/didChange",
        {"notebookDocument": {"uri": notebook["uri"], "version": 3}, "change": {"cells": structure}},
    )
    assert codes(client.diagnostics("cell:new")) == [(0, "GV101")]


def test_an_editor_of_few_words(client: Client, root: Path) -> None:
    """No configuration, no watching, no versions: settings come at the start, other files are seen on saving."""
    options = {"initializationOptions": {"level": "exact"}}
    client.start(root, capabilities={}, **options)
    uri = client.open(root / "layers.py")
    first = codes(client.diagnostics(uri))
    (fix,) = client.actions(uri, at(4, 20), "quickfix")
    assert apply(fix["edit"], {uri: LAYERS})[uri] == written(root, "layers.py", "--level", "exact")
    assert list(fix["edit"]) == ["changes"]
    net = client.open(root / "net.py")
    assert (5, "M001") in codes(client.diagnostics(net))
    client.notify("textDocument/didClose", {"textDocument": {"uri": net}})
    (root / "net.py").write_text(ONCE)
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    client.diagnostics(uri, until=lambda found: codes(found) != first)


def test_without_goodbye(client: Client, root: Path) -> None:
    client.start(root)
    client.open(root / "net.py")
    client.notify("exit", None)
    assert client.process.wait(20) == 1


def test_the_pipe_is_closed(client: Client, root: Path) -> None:
    client.start(root)
    client.open(root / "net.py")
    assert client.process.stdin
    client.process.stdin.close()
    assert client.process.wait(20) == 1


def test_without_pygls(tmp_path: Path) -> None:
    """One line that says what to install."""
    program = "import sys; sys.modules['pygls'] = None; sys.argv[1:] = ['lsp']\nfrom migrate.cli import main\nmain()"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == "migrate: error: lsp needs pygls: pip install 'migrate-variables[lsp]'\n"
    assert ended.stdout == ""
