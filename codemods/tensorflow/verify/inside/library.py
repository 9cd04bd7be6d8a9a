"""Finds TensorFlow and the handful of its internal modules that the probe needs, in TensorFlow 1.15 and 2.x."""
# ruff: noqa: UP006, UP035, UP045  (Python 3.6 knows no `list[str]` and no `str | None`)

import importlib
import os
import sys
from types import ModuleType
from typing import Any, Dict, List, Optional

_MODULES = {
    "ops": ["tensorflow.python.framework.ops"],
    "random_seed": ["tensorflow.python.framework.random_seed"],
    "session": ["tensorflow.python.client.session"],
    "slot_creator": ["tensorflow.python.training.slot_creator"],
    "resource": ["tensorflow.python.ops.resource_variable_ops"],
    # RefVariable moved out of `variables` in TensorFlow 2.13
    "ref": ["tensorflow.python.ops.ref_variable", "tensorflow.python.ops.variables"],
}


class Library:
    """TensorFlow as it is installed here: `root` is the package, `v1` its `compat.v1`, the rest its internals."""

    def __init__(self) -> None:
        self.root = importlib.import_module("tensorflow")
        self.v1: Any = self.root.compat.v1
        self.version = str(self.v1.__version__)
        found: Dict[str, Any] = {name: _first(names) for name, names in _MODULES.items()}
        self.ops = found["ops"]
        self.random_seed = found["random_seed"]
        self.session = found["session"]
        self.slot_creator = found["slot_creator"]
        self.resource = found["resource"]
        self.ref = found["ref"]

    def use_compat(self) -> None:
        """Makes a plain `import tensorflow` mean TensorFlow 1: `compat.v1` with the behaviour of version 2 off."""
        if self.version.startswith("1."):
            return
        self.v1.disable_v2_behavior()
        sys.modules["tensorflow"] = self.v1


def quiet() -> None:
    """Keeps TensorFlow to one thread, away from graphics cards, and off the terminal."""
    os.environ.update(
        CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", OMP_NUM_THREADS="1"
    )


def _first(names: List[str]) -> ModuleType:
    failure: Optional[ImportError] = None
    for name in names:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            failure = error
            continue
        if "variable" not in name or hasattr(module, "RefVariable") or hasattr(module, "ResourceVariable"):
            return module
    raise failure or ImportError(names[0])
