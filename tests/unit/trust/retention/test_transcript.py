"""Transcripts: what masking has been through is kept, and nothing else."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.chat import Chat, Choice, Message, Passage, Piece
from shoal.trust.retention import transcript as module
from shoal.trust.retention.transcript import Transcript, prompt_of


def prompt(*messages: dict[str, Any], **more: Any) -> Any:
    chat = Chat("m", tuple(map(Message.from_wire, messages)), **more)
    return orjson.loads(prompt_of(chat).reveal())


def test_messages_passages_and_tools_are_kept_and_no_other_field() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "send", "arguments": "{}"}}
    found = prompt(
        {"role": "user", "content": "hello", "extra": "raw"},
        {"role": "assistant", "content": None, "tool_calls": [call], "audio": {"data": "raw"}},
        {"role": "tool", "content": "done", "tool_call_id": "c"},
        options={"user": "raw", "metadata": {"a": "raw"}, "tools": [{"type": "function"}], "temperature": 1},
        passages=(Passage("1.2", "papers", "a.txt", "On fish", "silver"),),
    )
    assert found == {
        "messages": [
            {"role": "user", "content": "hello"},
            {"role": "assistant", "tool_calls": [call], "content": []},
            {"role": "tool", "tool_call_id": "c", "content": "done"},
        ],
        "passages": [{"collection": "papers", "source": "a.txt", "title": "On fish", "text": "silver"}],
        "tools": [{"type": "function"}],
    }


def test_of_what_is_not_text_only_the_kind_is_kept() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:raw"}}
    parts = [{"type": "text", "text": "see", "x": "raw"}, picture, {"type": "refusal", "refusal": "no"}]
    (message,) = prompt({"role": "user", "content": parts})["messages"]
    assert message["content"] == [
        {"type": "text", "text": "see"},
        {"type": "image_url", "left_out": True},
        {"type": "refusal", "refusal": "no"},
    ]


def test_of_a_long_prompt_the_newest_messages_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHARS", 100)
    said = [{"role": "user", "content": letter * 40} for letter in "abc"]
    kept = prompt(*said, options={"tools": [{"description": "d" * 40}]})
    assert kept["messages"] == [{"role": "user", "left_out": True}] * 2 + said[2:]
    assert kept["tools"] == {"left_out": True}


def test_half_a_surrogate_pair_is_kept() -> None:
    chat = Chat("m", (Message.of("user", "half \ud800"),))
    assert "\\ud800" in prompt_of(chat).reveal()


def reply(*pieces: Piece) -> Any:
    transcript = Transcript()
    for piece in pieces:
        transcript.add(piece)
    return orjson.loads(transcript.reply().reveal())


def delta(index: int = 0, **fields: Any) -> Piece:
    return Piece([Choice(fields, index)])


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(0, 20), max_size=4))
def test_a_reply_is_the_same_however_it_was_cut(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [delta(content=text[a:b]) for a, b in pairwise(edges)]
    assert reply(*pieces) == {"choices": [{"index": 0, **({"content": text} if text else {})}]}


def test_choices_calls_and_thoughts_are_kept_apart() -> None:
    found = reply(
        delta(1, content="second"),
        delta(reasoning_content="thought", tool_calls=[{"index": 1, "function": {"name": "b", "arguments": "{"}}]),
        delta(tool_calls=[{"index": 0, "function": {"name": "a"}}, {"index": 1, "function": {"arguments": "}"}}]),
        delta(content="fi"),
        delta(content=[{"type": "text", "text": "rst"}, {"type": "image"}], refusal="no"),
    )
    assert found["choices"] == [
        {
            "index": 0,
            "reasoning_content": "thought",
            "content": "first",
            "refusal": "no",
            "tool_calls": [{"name": "a"}, {"name": "b", "arguments": "{}"}],
        },
        {"index": 1, "content": "second"},
    ]


@pytest.mark.parametrize("calls", [5, "x", [5], [{}], [{"function": 5}], [{"function": {"name": 5}}], None])
def test_what_is_no_call_is_no_trouble(calls: Any) -> None:
    assert reply(delta(content="x", tool_calls=calls))["choices"][0]["content"] == "x"


def test_a_long_reply_is_cut_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHARS", 10)
    assert reply(*[delta(content="12345")] * 2) == {"choices": [{"index": 0, "content": "1234512345"}]}
    cut = reply(*[delta(content="1234")] * 9)
    assert cut == {"choices": [{"index": 0, "content": "1234123412"}], "cut": True}


def test_nothing_said_is_no_choice() -> None:
    assert reply() == {"choices": []}
