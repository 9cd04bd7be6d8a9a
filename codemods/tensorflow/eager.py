"""Tells eager and TensorFlow 2 code, where `get_variable` does not belong, from graph code, site by site."""

from __future__ import annotations

from codemods.tensorflow.facts import Creation, FrameFacts
from codemods.tensorflow.program.tree import BodyKey, Tree

__all__ = ["eager_reason", "is_open"]


def is_open(tree: Tree, key: BodyKey, creation: Creation) -> bool:
    """Whether a creation can be rewritten, for all that does not depend on the names and scopes around it."""
    return not creation.refusal and not eager_reason(tree, key, creation.frames)


def eager_reason(tree: Tree, key: BodyKey, frames: tuple[FrameFacts, ...]) -> str:
    """Why code in a body, within `frames`, is eager; "" where it is graph code for all that the tree shows."""
    file = tree.files[key[0]]
    if file.library:
        return "the file is a part of TensorFlow itself"
    mode = _mode(frames)
    if mode is False:
        return ""
    if mode:
        return "it runs where TensorFlow executes eagerly"
    inner = _enclosing(tree, key)
    if inner:
        return inner
    if file.evidence.starts_eager or (tree.is_started_eager(key[0]) and not file.evidence.graph):
        return "the program turns eager execution on"
    if file.evidence.eager and not file.evidence.graph:
        return "the file is written for TensorFlow 2"
    if not file.evidence.graph and tree.is_among_eager(key[0]):
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
