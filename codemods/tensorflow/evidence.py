"""Which names tell eager from graph code, and version 1's interface from version 2's, as tables.

Names are canonical, as in `knowledge`.
"""

from __future__ import annotations

from codemods.tensorflow.initializers import VARIABLE as VARIABLE_PARAMETERS
from codemods.tensorflow.initializers import VARIABLE_2 as VARIABLE_2_PARAMETERS

__all__ = [
    "EAGER_BASES",
    "EAGER_CALLS",
    "EAGER_DECORATORS",
    "EAGER_ONLY",
    "EAGER_QUESTIONS",
    "EAGER_TAPE",
    "EAGER_TESTS",
    "GRAPH_ONLY",
    "IN_BOTH",
    "MODES",
    "VERSION_1_KEYWORDS",
    "VERSION_1_ONLY",
]

# Calling one of these anywhere in a file makes the whole program eager.
EAGER_CALLS = frozenset(
    {
        "tensorflow.enable_eager_execution",
        "tensorflow.enable_v2_behavior",
        "tensorflow.contrib.eager.enable_eager_execution",
    }
)
EAGER_DECORATORS = frozenset(
    {"tensorflow.function", "tensorflow.contrib.eager.defun", "tensorflow.contrib.eager.function"}
)
# Decorators of tests that run them in a graph and eagerly, wherever they come from.
EAGER_TESTS = frozenset({"run_in_graph_and_eager_modes", "run_all_in_graph_and_eager_modes", "run_v2_only"})
EAGER_TAPE = "tensorflow.GradientTape"
# What is entered or asked for one mode of running: whether that is the eager one.
MODES = {
    "tensorflow.python.eager.context.eager_mode": True,
    "tensorflow.python.eager.context.graph_mode": False,
    "tensorflow.Session": False,
    "tensorflow.InteractiveSession": False,
}
EAGER_QUESTIONS = frozenset({"tensorflow.executing_eagerly", "tensorflow.python.eager.context.executing_eagerly"})
EAGER_BASES = (
    "tensorflow.Module",
    "tensorflow.keras.Model",
    "tensorflow.keras.models.Model",
    "tensorflow.keras.Sequential",
    "tensorflow.keras.layers.",
    "tensorflow.keras.constraints.",
    "tensorflow.keras.optimizers.",
    "tensorflow.keras.metrics.",
    "tensorflow.train.experimental.",
    "keras.",
    "tf_keras.",
)

# Names that the root of TensorFlow 2 no longer has.
VERSION_1_ONLY = (
    "tensorflow.Session",
    "tensorflow.InteractiveSession",
    "tensorflow.placeholder",
    "tensorflow.get_variable",
    "tensorflow.variable_scope",
    "tensorflow.global_variables_initializer",
    "tensorflow.random_normal",
    "tensorflow.truncated_normal",
    "tensorflow.random_uniform",
    "tensorflow.layers.",
    "tensorflow.contrib.",
    "tensorflow.reset_default_graph",
)
# Names that only graph code uses: one of them and no sign of eager code makes a file graph code.
GRAPH_ONLY = (
    *VERSION_1_ONLY,
    "tensorflow.initialize_all_variables",
    "tensorflow.get_collection",
    "tensorflow.add_to_collection",
    "tensorflow.assign",
    "tensorflow.train.Saver",
    "tensorflow.Graph",
    "tensorflow.disable_v2_behavior",
    "tensorflow.disable_eager_execution",
    "tensorflow.app.run",
)
EAGER_ONLY = (
    "tensorflow.GradientTape",
    "tensorflow.function",
    "tensorflow.optimizers.",
    "tensorflow.keras.optimizers.",
    "tensorflow.config.",
    "tensorflow.contrib.eager.",
    "tensorflow.executing_eagerly",
    "tensorflow.random.set_seed",
    "tensorflow.summary.create_file_writer",
)

# Names that begin as those of version 1 do and that both roots have.
IN_BOTH = frozenset({"tensorflow.random_normal_initializer", "tensorflow.random_uniform_initializer"})
# What only version 1's `tf.Variable` takes: a call that passes one is of that.
VERSION_1_KEYWORDS = frozenset(VARIABLE_PARAMETERS) - frozenset(VARIABLE_2_PARAMETERS)
