"""The file of known leftovers: what `--baseline` names does not count for `--strict`."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable

from migrate.model import Finding
from migrate.settings import SettingsError

__all__ = ["beyond", "write"]

VERSION = 1


def write(findings: Iterable[Finding], path: str) -> None:
    """Writes how many findings of each code each file has, so that moved lines do not matter.

    Raises `SettingsError` where the file cannot be written.
    """
    left: dict[str, dict[str, int]] = {}
    for (name, code), number in sorted(_count(findings, path).items()):
        left.setdefault(name, {})[code] = number
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            json.dump({"version": VERSION, "left": left}, file, indent=2)
            file.write("\n")
    except OSError as error:
        raise SettingsError(f"--baseline: {path} cannot be written: {error.strerror}") from error


def beyond(findings: Iterable[Finding], path: str) -> list[Finding]:
    """The findings that the file at `path` does not know of, the last ones of each file and code.

    Raises `SettingsError` where it is not a baseline.
    """
    known = _read(path)
    new = []
    for finding in findings:
        key = _key(finding, path)
        if known[key]:
            known[key] -= 1
        else:
            new.append(finding)
    return new


def _read(path: str) -> Counter[tuple[str, str]]:
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if data["version"] != VERSION:
            raise SettingsError(f"--baseline: {path} is of version {data['version']}, this is version {VERSION}")
        return Counter({(name, code): _number(n) for name, codes in data["left"].items() for code, n in codes.items()})
    except FileNotFoundError as error:
        raise SettingsError(f"--baseline: {path} does not exist; --write-baseline makes it") from error
    except OSError as error:
        raise SettingsError(f"--baseline: {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"--baseline: {path} is not a baseline; --write-baseline makes one") from error


def _number(value: object) -> int:
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"{value!r} is no number of calls")
    return value


def _count(findings: Iterable[Finding], path: str) -> Counter[tuple[str, str]]:
    return Counter(_key(finding, path) for finding in findings)


def _key(finding: Finding, path: str) -> tuple[str, str]:
    """Files are named from where the baseline lies, so that it can be shared."""
    root = os.path.dirname(os.path.abspath(path))
    return os.path.relpath(os.path.abspath(finding.path), root).replace(os.sep, "/"), finding.code
