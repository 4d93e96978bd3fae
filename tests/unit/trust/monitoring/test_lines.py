"""The texts of one choice: what is taken out of a delta, and how it comes back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from shoal.chat import Choice
from shoal.trust.monitoring.lines import ChoiceLines
from shoal.trust.monitoring.placing import Path, join, put


def lines(*, holds: bool = True, most: int = 200) -> ChoiceLines:
    return ChoiceLines(0, most, lambda _: 0, holds=holds)


def through(found: ChoiceLines, *choices: Choice) -> list[Choice]:
    """All that is taken is cleared at once."""
    for choice in choices:
        for said in found.take(choice):
            said.line.clear(said.unit, said.unit.text)
        found.place(choice)
    return list(choices)


CALL = {"index": 1, "id": "c", "type": "function", "function": {"name": "send", "arguments": '{"to": "x"}'}}
WHOLE: list[dict[str, Any]] = [
    {"role": "assistant", "content": "A text. And more"},
    {"content": "A text", "reasoning_content": "Thoughts", "refusal": None},
    {"content": None, "tool_calls": [CALL, {**CALL, "index": 2}]},
    {"tool_calls": [{"index": 0, "id": "c", "type": "custom", "custom": {"name": "run", "input": "ls -l"}}]},
    {"function_call": {"name": "send", "arguments": "{}"}},
    {"content": [{"type": "text", "text": "A part"}, {"type": "text", "text": "Another"}]},
    {"content": "A", "annotations": [{"type": "url_citation", "url_citation": {"title": "T", "url": "u"}}]},
    {"audio": {"id": "a", "data": "AAAA", "transcript": "Said aloud"}},
    {"tool_calls": "not a list"},
    {"tool_calls": [None, {"function": None}, {"function": {"arguments": "a"}}]},
    {"content": 7, "unknown": {"deep": [1, None, "text"]}},
]


@pytest.mark.parametrize("delta", WHOLE)
def test_what_is_cleared_comes_back_as_it_was(delta: dict[str, Any]) -> None:
    (out,) = through(lines(), Choice(copy.deepcopy(delta), 0, "stop", {"logprobs": None}))
    assert out.delta == delta
    assert out.extra == {"logprobs": None}


@pytest.mark.parametrize("delta", WHOLE)
def test_nothing_is_taken_out_where_nothing_is_held(delta: dict[str, Any]) -> None:
    choice = Choice(copy.deepcopy(delta), 0, "stop")
    lines(holds=False).take(choice)
    assert choice.delta == delta


def test_the_frame_of_a_call_goes_out_before_its_arguments() -> None:
    found = lines()
    first = Choice({"tool_calls": [{**CALL, "function": {"name": "send", "arguments": '{"to": "'}}]})
    found.take(first)
    assert first.delta["tool_calls"] == [{**CALL, "function": {"name": "send", "arguments": ""}}]
    second = Choice({"tool_calls": [{"index": 1, "function": {"arguments": 'x"'}}]})
    found.take(second)
    assert second.delta == {}
    (last,) = through(found, Choice({}, 0, "tool_calls"))
    assert last.delta == {"tool_calls": [{"index": 1, "function": {"arguments": '{"to": "x"'}}]}


def test_a_stop_lets_out_only_what_was_cleared() -> None:
    found = lines()
    choice = Choice({"role": "assistant", "content": "Fine. And not.", "annotations": ["x"]}, 0, "stop", {"p": [1]})
    first, *_ = found.take(choice)
    first.line.clear(first.unit, first.unit.text)
    found.stop(choice)
    assert choice == Choice({"role": "assistant", "content": "Fine. "}, 0, "content_filter", None)
    assert found.ended


def test_parts_of_a_list_keep_their_order() -> None:
    """A thought that is sealed has nothing to judge, and waits all the same behind one that has."""
    thought, sealed = {"type": "thinking", "thinking": "Hm"}, {"type": "redacted_thinking", "data": "AAAA"}
    found = lines()
    out = through(found, *(Choice({"thinking_blocks": [each]}) for each in (sealed, thought, sealed)))
    assert [choice.delta for choice in out] == [{"thinking_blocks": [sealed]}, {}, {}]
    (last,) = through(found, Choice({}, 0, "stop"))
    assert last.delta == {"thinking_blocks": [thought, sealed]}


def test_what_streams_in_an_object_is_whole() -> None:
    found = lines()
    pieces = ({"id": "a", "transcript": "Said "}, {"transcript": "aloud"}, {"expires_at": 1})
    through(found, *(Choice({"audio": piece}) for piece in pieces[:2]))
    (last,) = through(found, Choice({"audio": pieces[2]}, 0, "stop"))
    assert last.delta == {"audio": {"id": "a", "transcript": "Said aloud", "expires_at": 1}}


def test_a_role_is_said_once() -> None:
    found = lines()
    assert not found.is_empty(Choice({"role": "assistant"}))
    assert found.is_empty(Choice({"role": "assistant"}))
    assert not found.is_empty(Choice({}, 0, "stop"))


@pytest.mark.parametrize(
    ("path", "delta", "after"),
    [
        (Path("content"), {}, {"content": "x"}),
        (Path("content"), {"content": "a"}, {"content": "ax"}),
        (Path("content"), {"content": None}, {"content": "x"}),
        (
            Path("tool_calls", 3, "function", "arguments"),
            {"tool_calls": [{"index": 3, "function": {"name": "f", "arguments": "a"}}]},
            {"tool_calls": [{"index": 3, "function": {"name": "f", "arguments": "ax"}}]},
        ),
        (
            Path("tool_calls", 3, "function", "arguments"),
            {"tool_calls": [{"index": 0}]},
            {"tool_calls": [{"index": 0}, {"index": 3, "function": {"arguments": "x"}}]},
        ),
        (Path("function_call", -1, "function", "arguments"), {}, {"function_call": {"arguments": "x"}}),
    ],
)
def test_texts_are_put_where_they_belong(path: Path, delta: dict[str, Any], after: dict[str, Any]) -> None:
    put(delta, path, "x")
    assert delta == after


def test_logprobs_are_joined() -> None:
    one = {"logprobs": {"content": [1], "refusal": None}, "seed": 1}
    two = {"logprobs": {"content": [2], "refusal": None}, "seed": None}
    assert join(one, two) == {"logprobs": {"content": [1, 2], "refusal": None}, "seed": 1}
