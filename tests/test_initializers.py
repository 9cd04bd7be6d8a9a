"""Holds the tables against a real TensorFlow: every name, every parameter, every default that the rules rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from codemods.tensorflow.initializers import (
    DTYPES,
    GET_VARIABLE,
    INITIALIZERS,
    OP_NAMES,
    OPS,
    VARIABLE,
    VARIABLE_2,
    Element,
)
from codemods.tensorflow.knowledge import NAME_PLACES

PYTHONS = [sys.executable, *filter(None, os.environ.get("MIGRATE_TEST_PYTHONS", "").split(os.pathsep))]

# Runs in the other interpreter: signatures of dotted names, as [parameters, defaults of the last ones].
ASK = """
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy
import tensorflow as root
tensorflow = root if root.__version__.startswith("1.") else root.compat.v1
from tensorflow.python.util import tf_inspect

def find(dotted):
    first, *rest = dotted.split(".")
    thing = {"tensorflow": tensorflow, "numpy": numpy, "root": root}[first]
    for part in rest:
        thing = getattr(thing, part)
    return thing

def ask(dotted):
    try:
        thing = find(dotted)
    except AttributeError:
        return None
    spec = tf_inspect.getfullargspec(thing.__init__ if isinstance(thing, type) else thing)
    return [[name for name in spec.args if name != "self"], [repr(value) for value in spec.defaults or ()]]

def dtype(dotted):
    try:
        return tensorflow.as_dtype(find(dotted)).name
    except AttributeError:
        return None

def op_name(dotted):
    with tensorflow.Graph().as_default():
        find(dotted)(*([1.0, tensorflow.float32, [2]] if dotted.endswith("constant") else
                       [[2], 1.0] if dotted.endswith("fill") else [[2]]))
        return tensorflow.get_default_graph().get_operations()[-1].name.split("/")[0]

names, dtypes, ops = json.load(sys.stdin)
json.dump({"version": root.__version__, "signatures": {n: ask(n) for n in names},
           "dtypes": {n: dtype(n) for n in dtypes}, "ops": {n: op_name(n) for n in ops}}, sys.stdout)
"""


@pytest.fixture(scope="module", params=PYTHONS, ids=[f"python{index}" for index in range(len(PYTHONS))])
def real(request: pytest.FixtureRequest) -> dict[str, Any]:
    initializers = [f"tensorflow.{op.initializer}" for op in OPS.values()]
    names = [
        *OPS,
        *NAME_PLACES,
        *INITIALIZERS,
        *initializers,
        "tensorflow.Variable",
        "root.Variable",
        "tensorflow.get_variable",
    ]
    asked = json.dumps([names, list(DTYPES), list(OPS)])
    done = subprocess.run([request.param, "-c", ASK], input=asked, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def defaults(signature: list[list[str]]) -> dict[str, str]:
    parameters, values = signature
    return dict(zip(parameters[len(parameters) - len(values) :], values, strict=True))


@pytest.mark.tensorflow
def test_ops_have_the_parameters_of_the_table(real):
    for name, op in OPS.items():
        parameters = real["signatures"][name][0]
        assert tuple(parameters[: len(op.parameters)]) == op.parameters, name
        assert set(parameters) - set(op.parameters) <= {"layout"}, name  # TensorFlow 2.9 and later; never positional


@pytest.mark.tensorflow
def test_initializers_take_what_the_table_passes_them_with_the_same_defaults(real):
    for name, op in OPS.items():
        ours, theirs = real["signatures"][name], real["signatures"][f"tensorflow.{op.initializer}"]
        assert tuple(theirs[0][: len(op.passed)]) == op.passed, name
        assert [p for p in op.parameters if p in op.passed][: op.positional] == list(op.passed[: op.positional]), name
        for parameter in op.passed:
            if parameter in ("value", "minval"):
                continue  # `value` is always passed; `minval` is 0 in the one and 0.0 in the other, see `_passed`
            assert defaults(ours)[parameter] == defaults(theirs)[parameter], (name, parameter)
        if op.element is Element.FLOAT32:
            assert defaults(ours)["dtype"] == defaults(theirs)["dtype"] == "tf.float32", name


@pytest.mark.tensorflow
def test_ops_are_called_in_the_graph_what_the_table_says(real):
    assert real["ops"] == {name: op.op_name for name, op in OPS.items()}
    assert {name.lower() for name in real["ops"].values()} <= OP_NAMES


@pytest.mark.tensorflow
def test_inline_initializers_have_their_dtype_where_the_table_says(real):
    for name, row in INITIALIZERS.items():
        signature = real["signatures"][name]
        if signature is None:
            continue  # contrib is gone, and a few names were never doubled
        position = signature[0].index("dtype") if "dtype" in signature[0] else None
        assert position == row.dtype, name
    known = sum(real["signatures"][name] is not None for name in INITIALIZERS)
    assert known >= len(INITIALIZERS) - 3


@pytest.mark.tensorflow
def test_variable_and_get_variable_have_the_positional_order_of_the_table(real):
    assert tuple(real["signatures"]["tensorflow.get_variable"][0]) == GET_VARIABLE
    if not real["version"].startswith("1."):
        assert tuple(real["signatures"]["root.Variable"][0][: len(VARIABLE_2)]) == VARIABLE_2
    assert tuple(real["signatures"]["tensorflow.Variable"][0]) == VARIABLE


@pytest.mark.tensorflow
def test_ops_take_their_names_where_the_table_says(real):
    known = {name: real["signatures"][name] for name in NAME_PLACES if real["signatures"][name] is not None}
    places = {name: parameters.index("name") for name, (parameters, _) in known.items()}
    assert places == {name: NAME_PLACES[name] for name in known}
    assert set(NAME_PLACES) - set(known) <= {f"tensorflow.{kind}_summary" for kind in ("scalar", "histogram", "image")}


@pytest.mark.tensorflow
def test_element_types_are_called_what_the_table_says(real):
    found = {name: dtype for name, dtype in real["dtypes"].items() if dtype is not None}
    assert found == {name: DTYPES[name] for name in found}
    assert len(found) >= len(DTYPES) - 2


def test_every_initializer_of_an_op_can_stand_inline_too():
    assert {f"tensorflow.{op.initializer}" for op in OPS.values()} <= set(INITIALIZERS)
