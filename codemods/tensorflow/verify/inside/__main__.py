"""Loads this directory as the package `_migrate_probe`, leaves no trace of it on `sys.path`, and serves requests."""

import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NAME = "_migrate_probe"


def load() -> None:
    """Makes `_migrate_probe` importable: a name that no program of a user's has."""
    init = os.path.join(HERE, "__init__.py")
    spec = importlib.util.spec_from_file_location(NAME, init, submodule_search_locations=[HERE])
    if spec is None or spec.loader is None:
        raise ImportError("cannot load " + init)
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != HERE]
    load()
    sys.exit(importlib.import_module(NAME + ".serve").main())
