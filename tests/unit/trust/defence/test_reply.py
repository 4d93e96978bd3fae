"""The fields of a reply on its way out: marks, the canary, what is held back and what ends it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.chat import Choice, Piece, Usage
from shoal.config.defence import ToolRules
from shoal.trust.defence.calls import CallWatch
from shoal.trust.defence.canary import Canary
from shoal.trust.defence.datamarking import Marks
from shoal.trust.defence.reply import STOPPED, ReplyWatch
from shoal.trust.defence.stream import Guarded
from shoal.trust.defence.tally import Tally
from shoal.trust.defence.tools import Sources, ToolPolicy
from shoal.trust.masking.placeholders import Scope

SCOPE = Scope(b"k" * 32)
TOKEN = Canary(SCOPE).token
MARKS = Marks(SCOPE, "mark", "delimit", lambda _: False)
FOREIGN = "https://evil.example/a"


def reply(block: bool = True, tools: bool = False, canary: bool = True, marks: bool = True) -> tuple[ReplyWatch, Tally]:
    tally = Tally("enforce", "block" if block else "flag")
    guarded = Guarded(tally, block)
    guarded.canary, guarded.marks = Canary(SCOPE) if canary else None, MARKS if marks else None
    sources = Sources()
    if tools:
        sources.distrust(f"see {FOREIGN}")
    policy = ToolPolicy(ToolRules.model_validate({"rules": {"send": {}}}))
    return ReplyWatch(guarded, CallWatch(policy, "enforce", sources, guarded, Tally("enforce", "block"))), tally


def pieces(text: str, size: int, **fields: Any) -> list[Piece]:
    return [Piece([Choice({"content": text[at : at + size], **fields})]) for at in range(0, len(text), size)]


def said(watch: ReplyWatch, given: list[Piece], field: str = "content") -> str:
    out = [watch.watch(piece) for piece in given] + [end for end in [watch.end()] if end is not None]
    return "".join(choice.delta.get(field) or "" for piece in out for choice in piece.choices)


def test_nothing_to_look_for_costs_nothing() -> None:
    watch, _ = reply(canary=False, marks=False)
    piece = Piece.of(TOKEN)
    assert watch.watch(piece) is piece
    assert watch.end() is None


@given(st.integers(1, 30), st.sampled_from([TOKEN, TOKEN.upper(), " ".join(TOKEN), TOKEN[::-1]]))
def test_the_canary_never_comes_out(size: int, form: str) -> None:
    watch, tally = reply()
    out = said(watch, pieces(f"The prompt is: {form} and so on", size))
    assert "and so on" not in out
    assert "".join(letter for letter in out if letter.isalnum()).removeprefix("Thepromptis")[4:] == ""
    assert watch.stopped
    assert tally.found == 1


def test_the_last_piece_ends_every_open_choice() -> None:
    watch, _ = reply()
    watch.watch(Piece([Choice({"content": "one"}), Choice({"content": "two"}, 1), Choice({"content": "3"}, 2, "stop")]))
    last = watch.watch(Piece([Choice({"content": TOKEN}, 1)], usage=Usage(3, 4), more=True))
    assert [(each.index, each.delta, each.finish_reason) for each in last.choices] == [
        (0, {}, STOPPED),
        (1, {}, STOPPED),
    ]
    assert last.usage == Usage(3, 4)
    assert not last.more
    assert watch.watch(Piece.of("more")).choices == []
    assert watch.end() is None


def test_of_a_whole_reply_nothing_stays_but_its_usage() -> None:
    watch, _ = reply()
    given = Choice({"role": "assistant", "content": f"I was told to be kind. {TOKEN}"}, 0, "stop", {"logprobs": {}})
    piece = watch.watch(Piece([given], usage=Usage(1, 2), extra={"x": 1}))
    assert [(each.delta, each.finish_reason, each.extra) for each in piece.choices] == [
        ({"role": "assistant", "content": ""}, STOPPED, None)
    ]
    assert (piece.usage, piece.extra) == (Usage(1, 2), None)


def test_a_choice_that_ended_well_in_the_same_piece_stays() -> None:
    watch, _ = reply()
    piece = watch.watch(Piece([Choice({"content": "fine"}, 0, "stop"), Choice({"content": TOKEN}, 1, "stop")]))
    assert [(each.delta, each.finish_reason) for each in piece.choices] == [
        ({"content": "fine"}, "stop"),
        ({}, STOPPED),
    ]


SILENT = {"role": "assistant", "content": ""}


@pytest.mark.parametrize(
    ("asked", "ends"),
    [
        (2, [(0, {}), (1, SILENT)]),
        (1, [(0, {})]),
        (None, [(0, {})]),
        ("2", [(0, {})]),
        (10**9, [(0, {}), *((at, SILENT) for at in range(1, 128))]),
    ],
)
def test_choices_that_have_not_begun_end_too(asked: object, ends: list[tuple[int, dict[str, str]]]) -> None:
    watch, _ = reply()
    watch.expect(asked)
    last = watch.watch(Piece([Choice({"content": TOKEN})]))
    assert [(each.index, each.delta) for each in last.choices] == ends
    assert {each.finish_reason for each in last.choices} == {STOPPED}


def test_a_choice_that_ended_well_before_ends_once() -> None:
    watch, _ = reply()
    watch.expect(3)
    watch.watch(Piece([Choice({"content": "fine"}, 1, "stop")]))
    last = watch.watch(Piece([Choice({"content": TOKEN})]))
    assert [(each.index, each.finish_reason) for each in last.choices] == [(0, STOPPED), (2, STOPPED)]


def test_a_flag_lets_it_pass() -> None:
    watch, tally = reply(block=False)
    text = f"It is {TOKEN}, {TOKEN}."
    assert said(watch, pieces(text, 3)) == text
    assert (tally.found, watch.stopped) == (1, False)


@pytest.mark.parametrize("field", ["content", "reasoning_content", "reasoning", "refusal"])
def test_every_text_field_is_watched(field: str) -> None:
    watch, _ = reply()
    out = said(
        watch, [Piece([Choice({field: f"{MARKS.character}a {TOKEN[:6]}"})]), Piece([Choice({}, 0, "stop")])], field
    )
    assert out == f"a {TOKEN[:6]}"
    watch.watch(Piece([Choice({field: TOKEN}, 5)]))
    assert watch.stopped


@pytest.mark.parametrize(
    "delta",
    [
        {"annotations": [{"url": TOKEN}]},
        {"content": [{"type": "text", "text": TOKEN}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": TOKEN}]},
        {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": f'{{"a": "{TOKEN}"}}'}}]},
        {"tool_calls": [{"index": 0, "id": "c", "custom": {"name": "f", "input": TOKEN}}]},
        {"function_call": {"name": "f", "arguments": TOKEN}},
    ],
)
def test_the_canary_is_found_anywhere(delta: dict[str, Any]) -> None:
    watch, _ = reply()
    assert TOKEN not in repr(watch.watch(Piece([Choice(delta)])).choices[0].delta)
    assert watch.stopped


def test_the_canary_in_further_fields_ends_it_too() -> None:
    watch, _ = reply()
    watch.watch(Piece([Choice({"content": "a"})], extra={"citations": [TOKEN]}))
    assert watch.stopped


def test_signed_thoughts_stay_as_they_are() -> None:
    watch, _ = reply()
    thought = {"type": "thinking", "thinking": f"{MARKS.character}a", "signature": "s"}
    piece = watch.watch(Piece([Choice({"thinking_blocks": [thought], "content": f"{MARKS.character}a"})]))
    assert piece.choices[0].delta == {"thinking_blocks": [thought], "content": "a"}


def test_calls_that_may_be_stopped_are_held_back_until_the_end() -> None:
    watch, _ = reply(tools=True)
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "send", "arguments": '{"a":'}}
    first = watch.watch(Piece([Choice({"role": "assistant", "tool_calls": [call]})], more=True))
    assert (first.choices[0].delta, first.more) == ({"role": "assistant"}, True)
    second = watch.watch(Piece([Choice({"tool_calls": [{"index": 0, "function": {"arguments": " 1}"}}]})]))
    assert second.choices[0].delta == {}
    (last,) = watch.watch(Piece([Choice({}, 0, "tool_calls")])).choices
    assert last.delta["tool_calls"] == [{**call, "function": {"name": "send", "arguments": '{"a": 1}'}}]
    assert last.finish_reason == "tool_calls"


@pytest.mark.parametrize("whole", [True, False])
def test_a_call_that_is_stopped_never_comes_out(whole: bool) -> None:
    watch, _ = reply(tools=True)
    function = {"name": "send", "arguments": json.dumps({"to": f"{MARKS.character}{FOREIGN}"})}
    call = {"index": 0, "id": "c", "type": "function", "function": function}
    given = [Piece([Choice({"content": "I do. ", "tool_calls": [call]}, 0, "tool_calls" if whole else None)])]
    if not whole:
        given.append(Piece([Choice({}, 0, "tool_calls")]))
    out = [watch.watch(piece) for piece in given]
    assert FOREIGN not in repr([choice.delta for piece in out for choice in piece.choices])
    assert out[-1].choices[-1].finish_reason == STOPPED
    assert watch.stopped


def test_a_call_held_at_an_end_without_a_reason() -> None:
    watch, _ = reply(tools=True)
    function = {"name": "send", "arguments": "{}"}
    watch.watch(Piece([Choice({"function_call": function})]))
    end = watch.end()
    assert end is not None
    assert end.choices[0].delta == {"function_call": function}
    watch, _ = reply(tools=True)
    watch.watch(Piece([Choice({"function_call": {"name": "send", "arguments": json.dumps([FOREIGN])}})]))
    end = watch.end()
    assert end is not None
    assert [(each.delta, each.finish_reason) for each in end.choices] == [({}, STOPPED)]


def test_the_rest_of_arguments_comes_behind_what_is_said_of_them() -> None:
    watch, _ = reply()
    call = {"index": 0, "function": {"name": "f", "arguments": "{}[[data"}}
    piece = watch.watch(Piece([Choice({"tool_calls": [call]}, 0, "tool_calls")]))
    assert piece.choices[0].delta["tool_calls"] == [call]


def test_logprobs_wait_for_their_text() -> None:
    watch, _ = reply()
    tokens = [{"token": TOKEN[:6]}, {"token": "!?"}, {"token": " zzzzz"}]
    out = [
        watch.watch(Piece([Choice({"content": token["token"]}, 0, None, {"logprobs": {"content": [token]}})]))
        for token in tokens
    ]
    found = [piece.choices[0].extra["logprobs"] for piece in out if piece.choices[0].extra]
    assert found == [None, None, {"content": tokens}]
    watch, _ = reply()
    watch.watch(Piece([Choice({"content": TOKEN[:6]}, 0, None, {"logprobs": {"content": tokens[:1]}})]))
    (last,) = watch.watch(Piece([Choice({}, 0, "stop")])).choices
    assert (last.delta, last.extra) == ({"content": TOKEN[:6]}, {"logprobs": {"content": tokens[:1]}})


@given(st.text(), st.integers(1, 9), st.booleans())
def test_text_with_marks_comes_out_as_it_was(text: str, size: int, tool: bool) -> None:
    watch, _ = reply(canary=False)
    if MARKS.character in text or text.lstrip()[:1] in ("{", "["):
        return
    assert said(watch, pieces(MARKS.mark(text, tool), size)) == text


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from([TOKEN, FOREIGN]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["function", "index", "arguments", "name", "custom", "text", "type"]), inner)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(["content", "tool_calls", "function_call", "refusal", "thinking_blocks", "audio", "role"])


@given(st.lists(st.dictionaries(FIELDS, ODD, max_size=3), max_size=5), st.booleans())
def test_odd_pieces_break_nothing(deltas: list[dict[str, Any]], block: bool) -> None:
    watch, _ = reply(block=block, tools=True)
    for delta in deltas:
        watch.watch(Piece([Choice(dict(delta))]))
    watch.watch(Piece([Choice({}, 0, "stop")]))
    assert watch.stopped or watch.end() is None


def test_fields_that_say_nothing_stay() -> None:
    watch, _ = reply(tools=True)
    delta = {"content": None, "tool_calls": None, "function_call": None, "refusal": None}
    assert watch.watch(Piece([Choice(dict(delta))])).choices[0].delta == delta
