"""What tests share: a TensorFlow that is imported once, and forked for each program."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from codemods.tensorflow.verify.compare import Comparison
from codemods.tensorflow.verify.dump import Dump
from codemods.tensorflow.verify.probe import NoTensorFlow, Probe
from codemods.tensorflow.verify.programs import run_pair

# Shells let what they start in the background ignore interrupts, as `nohup` lets it ignore the end of the terminal, and
# so would every program that gets such a signal here.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Nobody's own cache is read or written, and no run of the tests finds what another has left.
_CACHE = tempfile.TemporaryDirectory(prefix="migrate-tests-")
os.environ["XDG_CACHE_HOME"] = os.environ["LOCALAPPDATA"] = _CACHE.name

settings.register_profile("untimed", deadline=None)  # a busy machine is no mistake
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` means: each of them has a TensorFlow, which takes half a gigabyte."""
    return min(4, os.cpu_count() or 1)


class Programs:
    """Runs programs under TensorFlow. `options` are the fields of `verify.probe.Request`, such as `until="exit"`."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe

    def dump(self, files: dict[str, str] | str, main: str = "main.py", **options: Any) -> Dump:
        """What a program builds."""
        return self.probe.dump({"main.py": files} if isinstance(files, str) else files, main, **options)

    def run_pair(self, before: dict[str, str] | str, after: dict[str, str] | str, **options: Any) -> Comparison:
        """What two programs build, compared."""
        return run_pair(self.probe, before, after, **options)


@pytest.fixture(scope="session")
def tensorflow_programs() -> Iterator[Programs]:
    """A running TensorFlow: this interpreter's, or that of `MIGRATE_TEST_PYTHON`; the test is skipped without one."""
    with Probe(os.environ.get("MIGRATE_TEST_PYTHON", sys.executable)) as probe:
        try:
            probe.start()
        except NoTensorFlow as error:
            pytest.skip(str(error))
        yield Programs(probe)
