"""What TensorFlow's own names do to variables, as tables: who makes, names and scopes them, and by which way.

Names are canonical: `tensorflow.` and whatever stands behind `compat.v1` (see `canonical`).
"""

from __future__ import annotations

from functools import lru_cache

from codemods.tensorflow.internals import public

__all__ = [
    "ARRAY_MAKERS",
    "BRANCHING",
    "COLLECTORS",
    "DEFAULT_OP_NAMES",
    "ESTIMATORS",
    "EVALUATORS",
    "GATHERERS",
    "GATHERING_METHODS",
    "GRAPH_SWITCHES",
    "IMPORTERS",
    "KNOWN_MODULES",
    "MADE_OP_NAMES",
    "MAIN_RUNNERS",
    "MAPPERS",
    "NAME_PLACES",
    "PRIVATE",
    "READ_BY_CALLING",
    "REDUCERS",
    "RELOADERS",
    "RESETS",
    "RESOURCES_OFF",
    "RUNNERS",
    "SAFE_MODULES",
    "SCOPE_CALLS",
    "SCOPE_SWITCHES",
    "SEEDS",
    "SLOTLESS",
    "SPEAKING_OPS",
    "STORED_NAMES",
    "STORE_METHODS",
    "STORE_PREFIXES",
    "TEMPLATE",
    "THREADS",
    "VARIABLE",
    "VARIABLE_MAKERS",
    "canonical",
    "makes_store_variables",
    "name_place",
]

VARIABLE = "tensorflow.Variable"

# Calls under these names make variables through the variable store (or may), so that a new variable scope around
# them renames what they make.
STORE_PREFIXES = (
    "tensorflow.get_variable",
    "tensorflow.get_local_variable",
    "tensorflow.layers.",
    "tensorflow.contrib.",
    "tensorflow.keras.",
    "tensorflow.metrics.",
    "tensorflow.estimator.",
    "tensorflow.make_template",
    "tensorflow.nn.dynamic_rnn",
    "tensorflow.nn.static_rnn",
    "tensorflow.nn.bidirectional_dynamic_rnn",
    "tensorflow.nn.static_bidirectional_rnn",
    "tensorflow.nn.static_state_saving_rnn",
    "tensorflow.nn.raw_rnn",
    "tensorflow.nn.rnn_cell.",
    "tensorflow.nn.rnn",
    "tensorflow.nn.embedding_attention",
    "tensorflow.models.",
    "tensorflow.train.create_global_step",
    "tensorflow.train.get_or_create_global_step",
    "tensorflow.train.slice_input_producer",
    "tensorflow.train.input_producer",
    "tensorflow.train.string_input_producer",
    "tensorflow.train.limit_epochs",
    "tensorflow.compat.v2.",
)

# The last parts of those whose `name` is the variable's own; that of any other is a scope's, which holds its variables.
VARIABLE_MAKERS = frozenset(
    {"get_variable", "get_local_variable", "variable", "model_variable", "local_variable", "global_variable"}
)

# Calls that make no op of whatever they are given: an array, or a number of Python's.
ARRAY_MAKERS = frozenset(
    {
        *("float", "int", "len", "list", "range", "tuple"),
        *(f"numpy.{name}" for name in ("array", "asarray", "zeros", "ones", "full", "empty", "eye", "arange")),
        *(f"numpy.{name}" for name in ("linspace", "float32", "float64", "int32", "int64")),
        *(f"numpy.random.{name}" for name in ("normal", "uniform", "rand", "randn", "randint", "random")),
    }
)

# Functions that only compute: an initializer makes no variable by itself, a state is a tuple.
STORE_EXCEPTIONS = (
    "tensorflow.contrib.layers.xavier_initializer",
    "tensorflow.contrib.layers.variance_scaling_initializer",
    "tensorflow.contrib.layers.l1_regularizer",
    "tensorflow.contrib.layers.l2_regularizer",
    "tensorflow.contrib.layers.flatten",
    "tensorflow.contrib.layers.xavier_initializer_conv2d",
    "tensorflow.contrib.learn.datasets",
    "tensorflow.contrib.rnn.LSTMStateTuple",
    "tensorflow.nn.rnn_cell.LSTMStateTuple",
    "tensorflow.keras.initializers",
    "tensorflow.keras.backend",
    "tensorflow.keras.datasets",
    "tensorflow.keras.utils",
    "tensorflow.keras.preprocessing",
)

# Methods, of whatever object, that make variables (slots, averages) under the current variable scope, or may.
STORE_METHODS = frozenset(
    {
        "minimize",
        "apply_gradients",
        "apply",
        "build",
        "call",
        "__call__",
        "add_variable",
        "add_weight",
        "compute_output",
    }
)

# Optimizers that keep no variable for what they train.
SLOTLESS = frozenset(
    {
        "tensorflow.train.GradientDescentOptimizer",
        "tensorflow.train.ProximalGradientDescentOptimizer",
    }
)

# Ops whose names, or tags made of them, people look up: placeholders are fed by name, summaries are shown by tag.
SPEAKING_OPS = (
    "tensorflow.placeholder",
    "tensorflow.sparse_placeholder",
    "tensorflow.summary.",
    "tensorflow.scalar_summary",
    "tensorflow.histogram_summary",
    "tensorflow.image_summary",
    "tensorflow.gradients",
    "tensorflow.train.",
)

# The places at which ops take their names, which people pass without the keyword.
_NAMES_BY_PLACE = {
    0: """no_op scalar_summary histogram_summary image_summary summary.audio summary.histogram summary.image
    summary.scalar summary.text""",
    1: """abs add_n ceil cos exp floor identity log log_sigmoid logical_not negative nn.elu nn.l2_loss nn.relu nn.relu6
    nn.selu nn.sigmoid nn.softplus nn.softsign nn.tanh rank round rsqrt shape sigmoid sign sin size sqrt square
    stop_gradient tan tanh""",
    2: """add argmax argmin cast concat div divide equal expand_dims fill floordiv greater less logical_and logical_or
    maximum minimum mod multiply nn.log_softmax nn.softmax not_equal ones placeholder placeholder_with_default pow
    realdiv reshape sparse_placeholder squared_difference squeeze stack subtract tile transpose truediv zeros""",
    3: """assign_add assign_sub clip_by_value constant gather nn.bias_add nn.embedding_lookup nn.xw_plus_b reduce_all
    reduce_any reduce_max reduce_mean reduce_min reduce_prod reduce_sum slice where""",
    4: """assign nn.dropout""",
}
NAME_PLACES = {f"tensorflow.{op}": place for place, ops in _NAMES_BY_PLACE.items() for op in ops.split()}
_PLACES_BY_LAST_PART = {name.rpartition(".")[2]: place for name, place in NAME_PLACES.items()}

# Libraries whose functions make no TensorFlow variable.
SAFE_MODULES = frozenset(
    """abc argparse bisect builtins collections contextlib copy csv cv2 datetime enum functools glob gzip h5py
    heapq imageio io itertools json logging math matplotlib numpy operator os pandas pathlib pickle PIL pprint
    random re scipy shutil six skimage sklearn string struct subprocess sys tarfile tempfile threading time tqdm
    traceback types typing unittest urllib warnings zipfile __future__ cPickle absl""".split()
)

KNOWN_MODULES = SAFE_MODULES | {"tensorflow"}  # no file of the program is looked for under these names

SCOPE_CALLS = frozenset(
    {"tensorflow.name_scope", "tensorflow.variable_scope", "tensorflow.variable_op_scope", "tensorflow.make_template"}
)
# Calls that make a variable of the store whose name they choose.
STORED_NAMES = {
    f"tensorflow.{module}.{verb}_global_step": "global_step"
    for module in ("train", "contrib.framework", "contrib.slim")
    for verb in ("create", "get_or_create")
}
TEMPLATE = "tensorflow.make_template"
# Calls that run a function in a scope of their own: its keyword and place, and what the scope gives to `get_variable`.
RUNNERS = {
    TEMPLATE: ("func_", 1, "reuse"),
    **{f"tensorflow.{name}": ("fn", 0, "caching_device") for name in ("map_fn", "scan", "foldl", "foldr")},
}
# Calls that run functions in the scopes around themselves: their keywords and places, of which some have no place.
BRANCHING = {
    "tensorflow.while_loop": (("cond", 0), ("body", 1)),
    "tensorflow.cond": (("true_fn", 1), ("false_fn", 2), ("fn1", 99), ("fn2", 99)),
    "tensorflow.case": (("default", 1),),
}
# Calls that have a function run later, again and again, each time in a new graph that has a step by then: its keyword
# and place. https://github.com/tensorflow/estimator, `Estimator._train_model_default`
ESTIMATORS = {f"tensorflow.{module}.Estimator": ("model_fn", 0) for module in ("estimator", "contrib.learn")}
# What calls its first argument, again and again: at once, or once somebody goes through what it returns.
REDUCERS = frozenset({"builtins.reduce", "functools.reduce", "six.moves.reduce"})
MAPPERS = frozenset({"builtins.map", "builtins.filter", "itertools.starmap", "six.moves.map"})
COLLECTORS = frozenset(f"builtins.{name}" for name in ("list", "tuple", "set", "dict", "sorted", "next"))
# What these are given is called by Python itself, where an element or an attribute is read.
READ_BY_CALLING = frozenset({"collections.defaultdict", "builtins.property", "functools.cached_property"})
_LAZY = ("accumulate", "dropwhile", "filterfalse", "groupby", "takewhile")
READ_BY_CALLING |= MAPPERS | {"builtins.iter", *(f"itertools.{name}" for name in _LAZY)}  # unless all is taken at once
# What takes all that an iterable gives, at once.
_TAKING_ALL = ("list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "min", "max")  # `all` and `any` may stop
GATHERERS = frozenset({"collections.OrderedDict", *(f"builtins.{name}" for name in _TAKING_ALL)})
GATHERING_METHODS = frozenset({"extend", "update", "join"})
# What they give is a module of the program.
IMPORTERS = frozenset(
    """importlib.import_module importlib.__import__ builtins.__import__ importlib.util.module_from_spec
    imp.load_source imp.load_module""".split()
)
THREADS = frozenset(
    """threading.Thread threading.Timer multiprocessing.pool.ThreadPool multiprocessing.dummy.Pool
    concurrent.futures.ThreadPoolExecutor""".split()
)
EVALUATORS = frozenset({"eval", "exec"})
RELOADERS = frozenset({"importlib.reload", "imp.reload", "builtins.reload", "six.moves.reload_module"})
# Making one of these puts the graph that it is given in the place of the default graph, from then on.
GRAPH_SWITCHES = frozenset({"tensorflow.InteractiveSession"})
# Methods of a variable scope that change what `get_variable` makes in it from then on.
SCOPE_SWITCHES = frozenset(
    """reuse_variables set_regularizer set_partitioner set_custom_getter set_dtype set_caching_device
    set_use_resource""".split()
)
# The second is the default of a test's own `setUp`.
RESETS = frozenset({"tensorflow.reset_default_graph", "tensorflow.test.TestCase.setUp"})
# What has `get_variable` make variables that are no resources; version 2's `tf.Variable` makes them all the same.
RESOURCES_OFF = frozenset({"disable_v2_behavior", "disable_resource_variables"})
SEEDS = frozenset({"tensorflow.set_random_seed", "tensorflow.random.set_random_seed", "tensorflow.random.set_seed"})

# What ops are called that nobody names, in lower case as the graph compares names: the commonest of them.
DEFAULT_OP_NAMES = frozenset(
    """abs accuracy add addn argmax assign avgpool biasadd cast concat concat_1 const conv2d cond div equal exp
    expanddims fill gather group_deps identity init l2loss log logsoftmax matmul max maxpool mean min mul neg
    noop ones ones_like pack pad placeholder pow prod random_normal random_uniform range rank realdiv relu relu6
    reshape save shape sigmoid softmax softplus split sqrt square squareddifference squeeze stack stridedslice
    strided_slice sub sum tanh tile transpose truediv truncated_normal unpack variable variablev2 varhandleop
    while zeros zeros_like xw_plus_b dropout moments batchnorm gradients beta1_power beta2_power sign ceil floor round
    rsqrt any all prod cumsum reverse gathernd scatternd onehot topkv2 where select fill linspace eye diag trace
    batchmatmul batchmatmulv2 cross_entropy elu selu leakyrelu crelu lrn conv1d conv3d bias_add print assert
    import input_producer mod floordiv floormod greater greaterequal less lessequal size
    and or xor logicaland logicalor logicalnot""".split()
)

_MADE = {  # by what makes them, in lower case: those of its ops and scopes that are called otherwise than it is
    "merge_all": "merge",
    "map_fn": "map",
    "tables_initializer": "init_all_tables",
    "exponentialmovingaverage": "isvariableinitialized",
    "natural_exp_decay": "exponentialdecay",
    "get_total_loss": "total_loss",
    "compute_weighted_loss": "weighted_loss",
    "softmax_cross_entropy_with_logits": "softmax_cross_entropy_with_logits_sg",
    "softmax_cross_entropy_with_logits_v2": "softmax_cross_entropy_with_logits",
    "nce_loss": "sampled_losses logistic_loss",
    "sampled_softmax_loss": "sampled_losses labels_stop_gradient softmax_cross_entropy_with_logits",
    "fused_batch_norm": "fusedbatchnorm fusedbatchnormv2 fusedbatchnormv3 scale offset",
    "depthwise_conv2d": "depthwise",
    "atrous_conv2d": "convolution",
    "clip_by_global_norm": "global_norm",
    "resize_images": "resize",
    "verify_tensor_all_finite": "verifyfinite",
    "add_check_numerics_ops": "checknumerics",
    "fifoqueue": "fifo_queue",
    "paddingfifoqueue": "padding_fifo_queue",
    "randomshufflequeue": "random_shuffle_queue",
    **dict.fromkeys(("sigmoid_cross_entropy_with_logits", "weighted_cross_entropy_with_logits"), "logistic_loss"),
    **dict.fromkeys(("dynamic_rnn", "static_rnn"), "rnn"),
    **{f"{name}_cross_entropy": f"{name}_cross_entropy_loss" for name in ("softmax", "sparse_softmax", "sigmoid")},
    "cosine_distance": "cosine_distance_loss",
    **dict.fromkeys(
        ("scaffold", "monitoredsession", "monitoredtrainingsession", "singularmonitoredsession", "supervisor"),
        "init save report_uninitialized_variables report_uninitialized_resources init_all_tables",
    ),
    **dict.fromkeys(
        ("from_tensor_slices", "from_tensors", "from_generator", "tfrecorddataset", "textlinedataset"),
        "iteratorgetnext batch_size drop_remainder buffer_size count seed seed2 num_parallel_calls start stop step"
        " filenames compression_type",
    ),
    **{
        f"{name.replace('_', '')}cell": f"{name.replace('_', '')}cellzerostate {name}_cell"
        for name in ("basic_rnn", "rnn", "gru", "lstm", "basic_lstm", "multi_rnn")
    },
}
MADE_OP_NAMES = {maker: tuple(names.split()) for maker, names in _MADE.items()}

# `tf.app.run()` calls the module's `main` once.
MAIN_RUNNERS = frozenset({"tensorflow.app.run", "absl.app.run"})

_ROOTS = ("tensorflow.compat.v1.", "tensorflow._api.v1.", "tensorflow_core.")
# Version 2's `tf.Variable`, which makes variables on resources, since 1.12. Before that it was version 1's.
PRIVATE = "tensorflow.python.ops.variables.Variable"
_ALIASES = {
    PRIVATE: VARIABLE,
    "tensorflow.VariableV1": VARIABLE,
    "tensorflow.op_scope": "tensorflow.name_scope",
}


@lru_cache(maxsize=1 << 13)
def canonical(dotted: str | None) -> str | None:
    """The name under `tensorflow.`, whichever way the file reaches TensorFlow 1's interface; None stays None."""
    if dotted is None:
        return None
    for root in _ROOTS:
        while dotted.startswith(root):  # `compat.v1` has a `compat.v1` of its own
            dotted = "tensorflow." + dotted[len(root) :]
    if dotted == "tensorflow.compat.v1":
        return "tensorflow"
    dotted = public(dotted)
    return _ALIASES.get(dotted, dotted)


def name_place(name: str) -> int:
    """The place at which an op takes its name, judging by the last part of its own; one that no call has: unknown."""
    return _PLACES_BY_LAST_PART.get(name.rpartition(".")[2], 99)


def makes_store_variables(name: str) -> bool:
    """Whether a call of a canonical name makes variables through the variable store, or may."""
    return name.startswith(STORE_PREFIXES) and not name.startswith(STORE_EXCEPTIONS)
