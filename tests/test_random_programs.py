"""A fixed number of random programs, migrated in every way; `tests/random_programs.py` tries others for longer."""

from __future__ import annotations

import pytest
from programs import write
from random_programs import Prover, explain, options_of, smallest
from shrinking import shrink

FIRST, PROGRAMS, PIECES = 500_000, 21, 3


@pytest.fixture(scope="module")
def prover(tensorflow_programs):
    return Prover(tensorflow_programs.probe)


@pytest.mark.tensorflow
@pytest.mark.parametrize("piece", range(PIECES))
def test_migrated_program_builds_the_same_variables(piece, prover):
    tried = 0
    for seed in range(FIRST + piece, FIRST + PROGRAMS, PIECES):
        program = write(seed)
        if not prover.runs(program):
            continue
        tried += 1
        for options in options_of(seed):
            failure = prover.failure(program, options)
            if failure is not None:
                small, failure = smallest(program, options, failure, prover)
                pytest.fail(f"seed {seed}: {explain(small, options, failure, prover)}")
    assert tried > PROGRAMS / PIECES / 2  # most programs run


def test_a_seed_gives_one_program_and_seeds_differ():
    assert write(7) == write(7)
    assert len({str(write(seed)) for seed in range(50)}) == 50


def test_shrinking_keeps_what_fails():
    program = next(one for one in map(write, range(100)) if "tf.placeholder(" in str(one) and len(str(one)) > 800)
    small = shrink(program, lambda one: "tf.placeholder(" in str(one))
    assert "tf.placeholder(" in str(small)
    assert len(str(small)) < len(str(program)) / 4
