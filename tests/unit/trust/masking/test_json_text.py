"""Strings in a JSON text change singly; all else stays as written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking.json_text import is_record, replaced, values

JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
RECORDS = JSONS.filter(lambda value: isinstance(value, dict | list))


def test_values_with_their_paths() -> None:
    text = '{"a": "x\\u00e9", "b": [1, {"c": "y"}, "z"], "n": -12.5e3}'
    found = [(each.said, each.path, each.name, each.number) for each in values(text)]
    assert found == [
        ("a", (), True, False),
        ("xé", ("a",), False, False),
        ("b", (), True, False),
        ("1", ("b", 0), False, True),
        ("c", ("b", 1), True, False),
        ("y", ("b", 1, "c"), False, False),
        ("z", ("b", 2), False, False),
        ("n", (), True, False),
        ("-12.5e3", ("n",), False, True),
    ]


def test_single_values_change_and_all_else_stays() -> None:
    text = ' {"a" :  "old", "big": 12345678901234567890123, "x": 1.50 } '
    changes = [(each, 'new "\n') for each in values(text) if each.said == "old"]
    assert replaced(text, changes) == ' {"a" :  "new \\"\\n", "big": 12345678901234567890123, "x": 1.50 } '


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", True),
        (" [1] ", True),
        ("[Jane]", False),
        ("{'a': 1}", False),
        ("plain", False),
        ("", False),
        ('"x"', False),
        ("[" * 199 + "]" * 199, True),
        ("[" * 300 + "]" * 300, False),
        ("[" * 100000 + "]" * 100000, False),
    ],
)
def test_what_is_a_record(text: str, expected: bool) -> None:
    assert is_record(text) is expected


@given(RECORDS)
def test_every_string_is_seen_and_can_be_changed(record: Any) -> None:
    text = json.dumps(record)
    assert is_record(text)
    marked = replaced(text, [(each, each.said + "!") for each in values(text) if not each.name and not each.number])
    assert json.loads(marked) == _marked(record)


def _marked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _marked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_marked(inner) for inner in value]
    return value + "!" if isinstance(value, str) else value
