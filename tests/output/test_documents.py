"""A document that is written item by item is the one that the standard library writes at once."""

from __future__ import annotations

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from migrate.output.documents import write_json

_PLAIN = st.none() | st.booleans() | st.integers() | st.text()
_VALUES = st.recursive(_PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def written(document: Any) -> str:
    out = io.BytesIO()
    write_json(document, out)
    return out.getvalue().decode("ascii")


def streamed(value: Any) -> Any:
    """The same with an iterator for every list that mappings and lists lead to."""
    match value:
        case dict():
            return {key: streamed(own) for key, own in value.items()}
        case list():
            return iter([streamed(own) for own in value])
        case _:
            return value


@given(_VALUES)
def test_pieces_make_the_document_of_the_standard_library(value):
    expected = json.dumps(value, indent=2) + "\n"
    assert written(value) == expected
    assert written(streamed(value)) == expected


def test_items_are_written_as_they_come():
    out = io.BytesIO()
    seen = []

    def items():
        for number in range(3):
            seen.append(len(out.getvalue()))
            yield {"number": number}

    write_json({"items": items()}, out)
    assert seen == sorted(set(seen))  # the first was written before the second was made
