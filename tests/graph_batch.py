"""Builds many small graphs in one TensorFlow process: JSON programs come in, JSON descriptions go out.

Runs under Python 3.7 with TensorFlow 1.15 as well as under 2.x (`compat.v1`, v2 behaviour disabled), so it imports
nothing of this project. A program is a text that sees `tf`, `tf2`, `np`; it runs in its own graph under fixed seeds.
"""

import hashlib
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def load():
    """TensorFlow as version 1 knows it, and its root."""
    import warnings

    warnings.filterwarnings("ignore")
    import tensorflow as root

    if root.__version__.startswith("1."):
        root.logging.set_verbosity(root.logging.FATAL)
        return root, root
    tf = root.compat.v1
    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.FATAL)
    return tf, root


def describe(tf, variable, graph, value):
    """What must not change of one variable."""
    keys = [str(key) for key in graph.get_all_collection_keys()]
    homes = sorted(
        key
        for key in graph.get_all_collection_keys()
        if isinstance(key, str) and any(item is variable for item in graph.get_collection(key))
    )
    assert keys or not homes
    return {
        "name": variable.name,
        "type": type(variable).__name__,
        "shape": str(variable.shape),
        "dtype": variable.dtype.name,
        "trainable": bool(variable.trainable),
        "collections": homes,
        "caching": str(getattr(variable, "_caching_device", None)),
        "constraint": getattr(variable, "constraint", None) is not None,
        "value": hashlib.sha1(value.tobytes() if value.dtype != object else repr(value.tolist()).encode()).hexdigest()[
            :12
        ],
    }


def build(tf, root, code, seeded):
    """Runs one program and describes its graph, or says what it raised."""
    import numpy as np

    with tf.Graph().as_default() as graph:
        if seeded:
            tf.set_random_seed(11)
        np.random.seed(5)
        try:
            space = {"tf": tf, "tf2": root, "np": np, "__name__": "program"}
            exec(compile(code, "<program>", "exec"), space)
            variables = graph.get_collection("global_variables")
            extra = [
                v
                for k in graph.get_all_collection_keys()
                if isinstance(k, str) and not k.startswith("__")
                for v in graph.get_collection(k)
                if hasattr(v, "initializer") and hasattr(v, "initial_value")
            ]
            seen = []
            for variable in list(variables) + extra:
                if not any(variable is other for other in seen):
                    seen.append(variable)
            count = len(graph.get_operations())
            definition = graph.as_graph_def()
            later = tf.random_normal([2])
            with tf.Session() as session:
                if seeded:
                    session.run([v.initializer for v in seen])
                    values = session.run([v.read_value() for v in seen])
                    draw = session.run(later).tolist()
                else:
                    values, draw = [np.zeros(0)] * len(seen), []
            return {
                "variables": [describe(tf, v, graph, np.asarray(x)) for v, x in zip(seen, values)],  # noqa: B905
                "ops": count,
                "graph": hashlib.sha1(str(definition).encode()).hexdigest()[:12],
                "draw": draw,
            }
        except Exception as error:
            return {"raises": type(error).__name__, "message": str(error).splitlines()[0][:200] if str(error) else ""}


def main():
    """Reads a list of program texts, writes the list of their descriptions."""
    programs = json.load(sys.stdin)
    tf, root = load()
    json.dump([build(tf, root, code, True) for code in programs], sys.stdout)


if __name__ == "__main__":
    main()
