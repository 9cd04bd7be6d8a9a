"""Where a file lies as other programs want to know it, and names of findings that outlive a shifted line."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from migrate.model import Finding

__all__ = ["charset", "fingerprints", "from_root", "root_uri", "uri"]


def from_root(path: str, root: str) -> str | None:
    """The path from `root` with `/` between its parts, None where it does not lie below."""
    try:
        relative = os.path.relpath(os.path.abspath(path), os.path.abspath(root))
    except ValueError:  # another drive
        return None
    if relative == os.pardir or relative.startswith(os.pardir + os.sep):
        return None
    return relative.replace(os.sep, "/")


def uri(path: str, root: str) -> tuple[str, bool]:
    """A percent-encoded URI reference, and whether it is relative to the root."""
    relative = from_root(path, root)
    if relative is None:
        return "file://" + quote(os.fsencode(os.path.abspath(path))), False
    encoded = quote(os.fsencode(relative))
    # A colon in the first part would read as a scheme (RFC 3986, 4.2); `quote` has already encoded it.
    return encoded, True


def root_uri(root: str) -> str:
    """The root as a `file:` URI that ends with a slash, as others resolve relative ones against it."""
    return Path(os.path.abspath(root)).as_uri().rstrip("/") + "/"


def charset(encoding: str) -> str:
    """Python's name of an encoding as the registered one, which other programs know: `iso8859-1` is `iso-8859-1`."""
    return f"iso-{encoding[3:]}" if encoding.startswith("iso8859") else encoding


def fingerprints(findings: Iterable[Finding], root: str) -> Iterator[tuple[Finding, str]]:
    """Each finding with 64 hexadecimal digits that stay the same while lines above it come and go.

    They are made of the path from the root, the code, the message, and the how-manieth of its kind in the file it is.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        path = from_root(finding.path, root) or finding.path
        key = (path, finding.code, finding.message)
        parts = (*key, str(seen[key]))
        seen[key] += 1
        yield finding, hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
