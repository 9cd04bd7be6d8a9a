"""Tells eager and TensorFlow 2 code, where `get_variable` does not belong, from graph code, site by site."""

from __future__ import annotations

from codemods.tensorflow.facts import FileFacts, FrameFacts
from codemods.tensorflow.program.tree import BodyKey, Tree

__all__ = ["eager_reason"]


def eager_reason(tree: Tree, key: BodyKey, frames: tuple[FrameFacts, ...]) -> str:
    """Why code in a body, within `frames`, is eager; "" where it is graph code for all that the tree shows."""
    file = tree.files[key[0]]
    mode = _mode(frames)
    if mode is False:
        return ""
    if _is_tensorflow(key[0], file):
        return "the file is a part of TensorFlow itself"
    if mode:
        return "it runs where TensorFlow executes eagerly"
    inner = _enclosing(tree, key)
    if inner:
        return inner
    if file.eager or (tree.is_started_eager(key[0]) and not file.graph_evidence):
        return "the program turns eager execution on"
    if file.eager_evidence and not file.graph_evidence:
        return "the file is written for TensorFlow 2"
    if not file.graph_evidence and tree.is_among_eager(key[0]):
        return "the files that it goes with are written for TensorFlow 2"
    return ""


def _mode(frames: tuple[FrameFacts, ...]) -> bool | None:
    """Whether the innermost frame that tells makes its code eager; None where none tells."""
    for frame in reversed(frames):
        if frame.scope is not None and frame.scope.kind.value.endswith("graph"):
            return False
        if frame.eager is not None:
            return frame.eager
    return None


def _is_tensorflow(path: str, file: FileFacts) -> bool:
    """Whether a file belongs to TensorFlow, whose `get_variable` calls `Variable`: it lies there, with its insides."""
    folders = path.replace("\\", "/")
    lies = any(f"{name}/python/" in folders for name in ("tensorflow", "tensorflow_core"))
    return lies and any(dotted.startswith("tensorflow.python.") for dotted in file.imports.values())


def _enclosing(tree: Tree, key: BodyKey) -> str:
    """What the functions and classes around a body say."""
    path, index = key
    while index >= 0:
        body = tree.files[path].bodies[index]
        if body.eager:
            return body.eager
        if body.owner >= 0 and any(tree.classes.facts(one).eager for one in tree.classes.ancestors((path, body.owner))):
            return "its class holds its own variables, as Keras layers and tf.Module do"
        index = body.parent
    return ""
