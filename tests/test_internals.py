"""Holds the table of TensorFlow's inner modules against a real one: names that the rules know are the public ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from codemods.tensorflow import evidence, internals, knowledge
from codemods.tensorflow.initializers import DTYPES, INITIALIZERS, OPS

PYTHONS = [sys.executable, *filter(None, os.environ.get("MIGRATE_TEST_PYTHONS", "").split(os.pathsep))]
KNOWN = [*OPS, *INITIALIZERS, *knowledge.SCOPE_CALLS, *evidence.GRAPH_ONLY, *knowledge.STORE_PREFIXES]
KNOWN += [*knowledge.RUNNERS, *evidence.MODES, *evidence.EAGER_ONLY, *DTYPES, knowledge.VARIABLE]
LAST = sorted({name.rstrip(".").rpartition(".")[2] for name in KNOWN})

# Runs in the other interpreter: for each module, which of some names it has, and of those the public thing it is.
ASK = """
import importlib, json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as root
tensorflow = root if root.__version__.startswith("1.") else root.compat.v1

def public(dotted):
    thing = tensorflow
    for part in dotted.split(".")[1:]:
        thing = getattr(thing, part)
    return thing

def same(dotted, shown):
    module, _, name = dotted.rpartition(".")
    try:
        inner, outer = getattr(importlib.import_module(module), name), public(shown)
    except (ImportError, AttributeError):
        return None
    return None if isinstance(inner, type(sys)) else inner is outer or inner == outer

json.dump([same(*pair) for pair in json.load(sys.stdin)], sys.stdout)
"""


def ask(python: str, pairs: list[tuple[str, str]]) -> list[Any]:
    done = subprocess.run([python, "-c", ASK], input=json.dumps(pairs), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def modules() -> list[str]:
    return [f"tensorflow.python.{module}" for module in internals.PUBLIC if "." in module]


@pytest.mark.tensorflow
@pytest.mark.parametrize("python", PYTHONS)
def test_what_a_module_has_under_a_known_name_is_the_public_thing(python):
    inner = [f"{module}.{name}" for module in modules() for name in LAST]
    pairs = [(one, internals.public(one)) for one in inner if internals.public(one) != one]
    found = dict(zip(pairs, ask(python, pairs), strict=True))
    others = {one[0].rpartition(".")[2] for one, same in found.items() if same is False}
    assert others <= {"identity", "name_scope"}  # in TensorFlow 2 a wrapper around the same thing
    assert sum(same is True for same in found.values()) > 60


@pytest.mark.tensorflow
@pytest.mark.parametrize("python", PYTHONS)
def test_names_that_are_written_stand_in_the_modules_of_the_table(python):
    names = [*internals.HOMES]
    assert None not in ask(python, [(f"{internals.home(name)}.{name}", f"tensorflow.{name}") for name in names])


def test_a_name_that_is_another_thing_inside_is_none_of_the_public_ones():
    for name in ("tensorflow.python.framework.constant_op.constant", "tensorflow.python.ops.state_ops.Variable"):
        assert internals.public(name) == knowledge.canonical(name) == name
    assert knowledge.canonical("tensorflow.python.ops.variables") == "tensorflow.python.ops.variables"
    assert knowledge.canonical("tensorflow.python.keras") == "tensorflow.keras"
    assert knowledge.canonical("tensorflow.python.ops.variables.Variable") == knowledge.VARIABLE
    assert knowledge.canonical("tensorflow_core.python.ops.variables.VariableV1") == knowledge.VARIABLE
