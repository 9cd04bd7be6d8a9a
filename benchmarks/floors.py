"""What nobody can be faster than in Python: reading every file, and `ast.parse` of those that need it.

`python floors.py read TREE` walks and reads; `python floors.py check TREE` also parses what holds both words;
`python floors.py parse TREE` does so without reading anything twice; `python floors.py every TREE` parses every file.
"""

from __future__ import annotations

import ast
import contextlib
import os
import sys
import warnings


def main(what: str, tree: str) -> None:
    warnings.simplefilter("ignore")
    for folder, _, names in os.walk(tree):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), "rb") as file:
                    data = file.read()
                called = b"Variable(" in data and b"tensorflow" in data
                if what == "every" or (what != "read" and called):
                    _parse(data)


def _parse(data: bytes) -> None:
    with contextlib.suppress(SyntaxError, ValueError):  # Python 2
        ast.parse(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
