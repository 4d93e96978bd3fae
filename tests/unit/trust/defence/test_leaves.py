"""The texts of messages and passages, and those inside JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.chat import Message, Passage, Trust
from shoal.trust.defence.leaves import (
    data_texts,
    holds_data,
    leaves,
    rewritten,
    texts,
    trusted_texts,
    with_passage,
    with_texts,
)

PASSAGE = Passage("1", "docs", "a.md", "Title", "Text")
LOWERED = Message.from_wire(
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "mine"},
            {"type": "text", "text": "theirs", "shoal": {"trust": "retrieved"}},
            {"type": "image_url", "image_url": {"url": "data:,"}},
            {"type": "text", "text": ""},
        ],
    }
)


def test_texts_have_the_labels_of_their_parts() -> None:
    assert list(texts(LOWERED)) == [(Trust.USER, "mine"), (Trust.RETRIEVED, "theirs"), (Trust.USER, "")]
    assert list(texts(Message.of("tool", "x"))) == [(Trust.TOOL, "x")]
    assert list(texts(Message("assistant", {"role": "assistant", "content": None}, Trust.MEMORY))) == []


def test_which_messages_hold_data() -> None:
    assert holds_data(LOWERED)
    assert holds_data(Message.of("tool", "x"))
    assert not holds_data(Message.of("user", "x"))
    assert list(data_texts([LOWERED, Message.of("user", "x")], [PASSAGE])) == ["theirs", "Title", "Text"]
    said = [Message.of(role, role) for role in ("system", "user", "assistant", "tool")]
    assert list(trusted_texts(said)) == ["system", "user"]


def test_only_what_changes_is_made_anew() -> None:
    changed = with_texts(LOWERED, lambda label, text: text.upper() if label is Trust.RETRIEVED else text)
    assert [text for _, text in texts(changed)] == ["mine", "THEIRS", ""]
    assert changed.wire["content"][2] == LOWERED.wire["content"][2]
    assert with_texts(LOWERED, lambda _, text: text) is LOWERED
    assert with_passage(PASSAGE, str) is PASSAGE
    assert with_passage(PASSAGE, str.upper) == Passage("1", "docs", "a.md", "TITLE", "TEXT")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ["plain"]),
        ("", [""]),
        ('{"a": "b", "c": [1, true, "d"]}', ["a", "b", "c", "d"]),
        (json.dumps({"a": json.dumps({"b": "c"})}), ["a", "b", "c"]),
        ('{"a": "b"}\n{"a": "c"}\nrest', ["a", "b", "a", "c", "rest"]),
        ("{broken", ["{broken"]),
    ],
)
def test_leaves(text: str, expected: list[str]) -> None:
    assert leaves(text) == expected
    assert rewritten(text, lambda leaf: leaf) == text


def test_json_stays_json() -> None:
    inner = json.dumps({"b": 'say "hi"'})
    text = json.dumps({"a": inner, "n": 1.50})
    said = json.loads(rewritten(text, lambda leaf: leaf.replace("hi", '"\n')))
    assert json.loads(said["a"]) == {"b": 'say ""\n"'}


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_json_is_read_in_the_order_of_writing(value: object) -> None:
    text = json.dumps([value])
    found = iter(leaves(text))
    rewritten(text, lambda leaf: leaf if leaf == next(found) else "wrong")
    assert next(found, None) is None
