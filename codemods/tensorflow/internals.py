"""The modules within TensorFlow: which of their names the public interface has too, and where its own names stand.

Measured on 1.15.5 and 2.21: each name that both have is the same object in both, but for those in `_ANOTHER` and for
some ops that only compute.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from codemods.tensorflow.initializers import DTYPES, OPS

__all__ = ["HOMES", "PUBLIC", "home", "is_inside", "public"]

_INSIDE = "tensorflow.python."
_OPS = """array_ops check_ops clip_ops control_flow_ops data_flow_ops functional_ops gradients_impl init_ops io_ops
    linalg_ops map_fn math_ops parsing_ops random_ops script_ops sparse_ops standard_ops state_ops string_ops template
    variable_scope variables""".split()
_FRAMEWORK = "constant_op dtypes ops random_seed sparse_tensor tensor_shape tensor_util".split()
_NN = "embedding_ops nn nn_impl nn_ops rnn".split()

# What the names of a module, or of all the modules of a package, go under.
PUBLIC: Mapping[str, str] = MappingProxyType(
    {
        **{f"ops.{module}": "" for module in _OPS},
        **{f"framework.{module}": "" for module in _FRAMEWORK},
        "client.session": "",
        "eager.backprop": "",
        "eager.def_function": "",
        "module.module": "",
        **{f"ops.{module}": "nn." for module in _NN},
        **{f"ops.{module}": "nn.rnn_cell." for module in ("rnn_cell", "rnn_cell_impl")},
        "ops.metrics": "metrics.",
        "summary.summary": "summary.",
        "platform.app": "app.",
        "platform.test": "test.",
        "layers": "layers.",
        "training": "train.",
    }
)
# `constant` is version 2's, which spreads an array otherwise. So is `Variable` since 1.12, as the canonical names know.
_ANOTHER = frozenset({"constant", "Variable"})


def public(dotted: str) -> str:
    """The name under `tensorflow.` of what a module within TensorFlow holds; any other dotted name as it is."""
    if not dotted.startswith(_INSIDE):
        return dotted
    package, _, rest = dotted[len(_INSIDE) :].partition(".")
    module, _, name = rest.partition(".")
    if package == "keras":
        return f"tensorflow.keras.{rest}" if rest else "tensorflow.keras"
    shown = PUBLIC.get(f"{package}.{module}", PUBLIC.get(package))
    return dotted if shown is None or not name or name in _ANOTHER else f"tensorflow.{shown}{name}"


# Where the names stand that are written into a file which has TensorFlow by its modules only.
HOMES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("get_variable", "get_variable_scope", "variable_scope", "VariableScope"), "ops.variable_scope"
        ),
        **dict.fromkeys(("convert_to_tensor", "get_default_graph"), "framework.ops"),
        "constant": "framework.constant_op",
        **{op.initializer: "ops.init_ops" for op in OPS.values()},
        **dict.fromkeys(DTYPES.values(), "framework.dtypes"),
    }
)


def home(name: str) -> str:
    """The module within TensorFlow that holds what `tensorflow.<name>` is; "" for what is never written that way."""
    return f"{_INSIDE}{HOMES[name]}" if name in HOMES else ""


def is_inside(dotted: str | None) -> bool:
    """Whether a dotted name is that of something in a module within TensorFlow."""
    return dotted is not None and dotted.startswith(_INSIDE)
