"""Signed thoughts: the mark that they carry, and who can make it."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.chat import Json, Message
from shoal.trust.masking.sealed import Seals

THOUGHT = {"type": "thinking", "thinking": "<PERSON_k7f3m2qa> is here", "signature": "c2ln"}


def seals(key: bytes = b"k" * 32, scope: str = "ex_1") -> Seals:
    return Seals(lambda: key, scope)


def marked(thought: Json = THOUGHT, **how: Any) -> Json:
    out: Json = seals(**how).sealed(0, "thinking_blocks", [thought])[0]
    return out


def said(*thoughts: Any) -> Message:
    return Message.of("assistant", "y", thinking_blocks=list(thoughts))


def test_a_thought_comes_back_as_it_was() -> None:
    assert marked()["signature"] != THOUGHT["signature"]
    assert seals(scope="ex_2").opened(marked()) == {"thinking": THOUGHT["thinking"], "signature": "c2ln"}


def test_only_what_was_signed_is_ours() -> None:
    more = {"note": "Jane", "summary": ["Jane"], "type": "Jane"}
    assert seals().opened({**marked(), **more}) == {"thinking": THOUGHT["thinking"], "signature": "c2ln"}


def test_its_scope_is_found_again() -> None:
    assert seals(scope="ex_9").scope_of([said(), said("odd", marked()), Message.of("user", "x")]) == "ex_1"
    assert seals(scope="ex_9").scope_of([said(THOUGHT)]) == ""


@pytest.mark.parametrize(
    "thought",
    [
        THOUGHT,
        marked(key=b"x" * 32),
        marked() | {"thinking": "Jane is here"},
        marked() | {"signature": marked()["signature"].replace("ex_1", "ex_2")},
        marked() | {"signature": f"{marked()['signature']}x"},
        marked() | {"signature": "~shoal."},
        {"signature": 5},
        "text",
        None,
    ],
)
def test_nobody_else_makes_the_mark(thought: Any) -> None:
    assert seals().opened(thought) is None


def test_a_thought_in_pieces_gets_one_mark() -> None:
    held = seals()
    pieces = [
        {"type": "reasoning.text", "index": 0, "text": "<PERSON_k7f3"},
        {"type": "reasoning.text", "index": 1, "text": "other"},
        {"type": "reasoning.text", "index": 0, "text": "m2qa>"},
        {"type": "reasoning.text", "index": 0, "signature": "c2ln"},
    ]
    out = [held.sealed(0, "reasoning_details", [piece])[0] for piece in pieces]
    assert out[:3] == pieces[:3]
    whole = {"type": "reasoning.text", "text": "<PERSON_k7f3m2qa>", "signature": out[3]["signature"]}
    assert seals().opened(whole) == {"text": "<PERSON_k7f3m2qa>", "signature": "c2ln"}


def test_pieces_without_an_index_are_one_thought_however_they_are_gathered() -> None:
    pieces: list[Json] = [{"thinking": "<PERSON_"}, {"thinking": "k7f3m2qa>"}, {"thinking": "", "signature": "c2ln"}]
    one, many = seals(), seals()
    single = [one.sealed(0, "thinking_blocks", [piece])[0] for piece in pieces]
    assert single == many.sealed(0, "thinking_blocks", pieces)
    whole = {"thinking": "<PERSON_k7f3m2qa>", "signature": single[2]["signature"]}
    assert seals().opened(whole) is not None


def test_a_whole_thought_behind_one_without_a_signature() -> None:
    out = seals().sealed(0, "thinking_blocks", [{"thinking": "a"}, {"thinking": "b", "signature": "c2ln"}])
    assert seals().opened(out[1]) is not None


@pytest.mark.parametrize("index", [[1], {}, "x", None, 1.5])
def test_an_odd_index_counts_as_none(index: Any) -> None:
    out = seals().sealed(0, "reasoning_details", [{"text": "a", "index": index, "signature": "c2ln"}])
    assert seals().opened(out[0]) is not None


def test_many_marks_of_others_cost_little() -> None:
    other = marked(key=b"x" * 32)
    assert seals().scope_of([said(marked(), *[other] * 10_000)]) == ""


def test_without_a_signature_nothing_is_marked() -> None:
    thoughts = [{"type": "redacted_thinking", "data": "x"}, {"type": "thinking", "thinking": "a", "signature": ""}, 5]
    assert seals().sealed(0, "thinking_blocks", thoughts) == thoughts
