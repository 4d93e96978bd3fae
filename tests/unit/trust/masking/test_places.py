"""Where the strings of a text stand: the same strings, in the same order, as masking visits them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.chat import Chat, Message
from shoal.trust.masking.places import places
from shoal.trust.masking.strings import Text, Visit

RECORDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def visited(text: str) -> list[str]:
    """The strings that masking looks at."""
    seen: list[str] = []

    def take(each: Text) -> str:
        seen.append(each.value)
        return each.value

    Visit(take).chat(Chat("m", (Message.of("user", text),)))
    return seen


def written(text: str) -> list[str]:
    """The strings as they stand in the text."""
    return [text[place[0] : place[-1]] for place in places(text)]


@pytest.mark.parametrize(
    ("text", "strings"),
    [
        ("plain", ["plain"]),
        ("", [""]),
        ('{"a": "b"}', ["a", "b"]),
        ('{"a": 12, "b": 1234567, "c": null}', ["a", "b", "1234567", "c"]),
        ('["x\\ny", "\\u0061\\ud83d\\ude00"]', ["x\\ny", "\\u0061\\ud83d\\ude00"]),
        ('{"a": "{\\"b\\": \\"c\\"}"}', ["a", "b", "c"]),
        ('{"a": "b"} and more', ['{"a": "b"} and more']),
        ('so {"a": "b\\n"} and more', ["so ", "a", "b\\n", " and more"]),
        ('{"a": "\\t"}\n\n{"b": 12345678.0}\nend', ["a", "\\t", '\n\n{"b": 12345678.0}\nend']),
        ("[12345678.0, -12345678, 12345678.5]", ["12345678"]),
    ],
)
def test_every_string_has_its_place(text: str, strings: list[str]) -> None:
    assert written(text) == strings


@given(RECORDS, st.booleans())
def test_places_go_the_way_of_the_visit(record: object, plain: bool) -> None:
    text = json.dumps(record, ensure_ascii=plain)
    inside = json.dumps({"in": text}, ensure_ascii=plain)
    for nested in (text, inside, json.dumps([json.dumps([text])]), f"so: {inside}!", f"{inside}\n{inside}\n- {text}"):
        seen, found = visited(nested), list(places(nested))
        assert [len(value) for value in seen] == [len(place) - 1 for place in found]
        for value, place in zip(seen, found, strict=True):
            assert list(place) == sorted(place)
            for at, char in enumerate(value):
                if char.isascii() and char.isalnum():
                    assert nested[place[at] : place[at + 1]] in (char, f"\\u{ord(char):04x}")
