"""The fields of a reply on its way out: streams, calls, and what comes whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shoal.chat import Choice, Piece
from shoal.config.trust import Masking, ToolGrant
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.placeholders import Scope
from shoal.trust.masking.policy import Policy
from shoal.trust.masking.reply import ReplyUnmasker
from shoal.trust.masking.sealed import Seals
from shoal.trust.masking.vault import Vault

NAME = 'Jane "JD" Doe'


def reply(**settings: Any) -> tuple[ReplyUnmasker, str]:
    vault = Vault(Scope(b"k" * 32))
    token = vault.mask(NAME, [Entity("PERSON", 0, len(NAME), 1.0, "t")])
    return ReplyUnmasker(vault, Policy(Masking(**settings))), token


def said(unmasker: ReplyUnmasker, *choices: Choice) -> list[Choice]:
    return [each for choice in choices for each in unmasker.restore(Piece([choice])).choices]


@pytest.mark.parametrize("field", ["content", "reasoning_content", "reasoning", "refusal"])
def test_texts_stream_each_by_itself(field: str) -> None:
    unmasker, token = reply()
    first, second = token[:7], token[7:]
    out = said(
        unmasker,
        Choice({field: f"I am {first}"}),
        Choice({field: "other"}, 1),
        Choice({field: f"{second}."}),
        Choice({}, 0, "stop"),
    )
    assert "".join(each.delta.get(field, "") for each in out if each.index == 0) == f"I am {NAME}."
    assert [each.delta.get(field) for each in out if each.index == 1] == ["other"]


def test_what_is_held_back_goes_out_with_the_finish_reason() -> None:
    unmasker, token = reply()
    out = said(unmasker, Choice({"content": f"a {token[:5]}"}), Choice({}, 0, "length"))
    assert [each.delta for each in out] == [{"content": "a "}, {"content": token[:5]}]
    assert unmasker.end() is None


def test_what_is_held_back_goes_out_at_an_end_without_a_reason() -> None:
    unmasker, token = reply()
    said(
        unmasker,
        Choice({"content": token[:5]}),
        Choice({"tool_calls": [{"index": 2, "function": {"arguments": "<P"}}]}, 1),
    )
    rest = unmasker.end()
    assert rest is not None
    assert [(each.index, each.delta) for each in rest.choices] == [
        (0, {"content": token[:5]}),
        (1, {"tool_calls": [{"index": 2, "function": {"arguments": "<P"}}]}),
    ]
    assert unmasker.end() is None


def test_arguments_of_calls_stay_json() -> None:
    unmasker, token = reply()
    arguments = json.dumps({"to": token, "in": json.dumps([token])})
    out = said(
        unmasker,
        Choice({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "send", "arguments": ""}}]}),
        *(Choice({"tool_calls": [{"index": 0, "function": {"arguments": mark}}]}) for mark in arguments),
        Choice({}, 0, "tool_calls"),
    )
    parts = [call["function"]["arguments"] for each in out for call in each.delta.get("tool_calls", ())]
    whole = json.loads("".join(parts))
    assert (whole["to"], json.loads(whole["in"])) == (NAME, [NAME])


def test_tools_without_the_grant_keep_the_placeholder() -> None:
    unmasker, token = reply(tools={"send": ToolGrant(grant=("EMAIL_ADDRESS",))})
    call = {"index": 0, "function": {"name": "send", "arguments": json.dumps({"to": token})}}
    other = {"index": 1, "function": {"name": "other", "arguments": json.dumps({"to": token})}}
    out = said(unmasker, Choice({"tool_calls": [call, other]}, 0, "tool_calls"))
    first, second = out[0].delta["tool_calls"]
    assert json.loads(first["function"]["arguments"]) == {"to": token}
    assert json.loads(second["function"]["arguments"]) == {"to": NAME}


def test_all_else_that_is_said_comes_whole() -> None:
    unmasker, token = reply()
    note = {"type": "url_citation", "url_citation": {"title": token, "url": f"https://a.example/?q={token}"}}
    piece = Piece(
        [Choice({"annotations": [note], "role": "assistant"}, extra={"note": token})], extra={"more": [token]}
    )
    out = unmasker.restore(piece)
    found = out.choices[0].delta["annotations"][0]["url_citation"]
    assert found == {"title": NAME, "url": f"https://a.example/?q={token}"}
    assert out.choices[0].extra == {"note": NAME}
    assert out.extra == {"more": [NAME]}


def test_logprobs_show_what_the_model_said() -> None:
    unmasker, token = reply()
    logprobs = {"content": [{"token": token}]}
    out = said(unmasker, Choice({"content": token}, 0, "stop", {"logprobs": logprobs}))
    assert out[0].extra == {"logprobs": logprobs}


@pytest.mark.parametrize("odd", [None, 3, "x", [], [1], {"function": 1}, {"index": "a", "function": {"arguments": 1}}])
def test_odd_shapes_pass(odd: Any) -> None:
    unmasker, _ = reply()
    piece = Piece([Choice({"tool_calls": [odd], "function_call": odd, "content": odd}, 0, "stop")])
    unmasker.restore(piece)


def test_contents_in_parts_stream_too() -> None:
    unmasker, token = reply()
    first, second = token[:7], token[7:]
    out = said(
        unmasker,
        Choice({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": f"so {first}"}]}]}),
        Choice({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": second}]}]}),
        Choice(
            {"content": [{"type": "text", "text": f"I am {first}"}, {"type": "text", "text": f"{second}, {first}"}]}
        ),
        Choice({}, 0, "stop"),
    )
    parts = [part for each in out for part in each.delta.get("content", ())]
    thoughts = [inner["text"] for part in parts if part["type"] == "thinking" for inner in part["thinking"]]
    assert "".join(thoughts) == f"so {NAME}"
    assert "".join(part["text"] for part in parts if part["type"] == "text") == f"I am {NAME}, {first}"


def test_transcripts_stream_too() -> None:
    unmasker, token = reply()
    out = said(
        unmasker,
        Choice({"audio": {"id": "a", "transcript": f"I am {token[:7]}"}}),
        Choice({"audio": {"data": "AAAA", "transcript": f"{token[7:]} {token[:5]}"}}),
        Choice({}, 0, "stop"),
    )
    assert [each.delta["audio"].get("id") for each in out] == ["a", None, None]
    assert "".join(each.delta["audio"]["transcript"] for each in out) == f"I am {NAME} {token[:5]}"


def test_a_signed_thought_stays_masked_and_gets_its_mark() -> None:
    unmasker, token = reply()
    unmasker._seals = Seals(lambda: b"k" * 32, "ex_1")
    thought = {"type": "thinking", "thinking": token, "signature": "c2ln"}
    (out,) = said(unmasker, Choice({"reasoning_content": token, "thinking_blocks": [thought]}))
    assert out.delta["reasoning_content"] == NAME
    assert out.delta["thinking_blocks"][0]["thinking"] == token
    assert Seals(lambda: b"k" * 32, "").opened(out.delta["thinking_blocks"][0]) is not None


@pytest.mark.parametrize(
    ("held", "last", "whole"),
    [
        (
            [{"type": "text", "text": "<PER"}],
            "so ",
            [{"type": "text", "text": "so "}, {"type": "text", "text": "<PER"}],
        ),
        ("<PER", [{"type": "image"}], [{"type": "image"}, {"type": "text", "text": "<PER"}]),
    ],
)
def test_a_content_may_change_its_shape(held: Any, last: Any, whole: list[Any]) -> None:
    unmasker, _ = reply()
    out = said(unmasker, Choice({"content": held}), Choice({"content": last}, 0, "stop"))
    assert out[1].delta == {"content": whole}


@pytest.mark.parametrize("cut", [1, 9, 30])
def test_a_summary_of_thoughts_is_a_text_like_others(cut: int) -> None:
    unmasker, token = reply()
    unmasker._seals = Seals(lambda: b"k" * 32, "ex_1")
    spoken = f"I think of {token}, {token[:4]}"
    parts = [{"type": "reasoning.summary", "index": 1, "summary": part} for part in (spoken[:cut], spoken[cut:])]
    out = said(unmasker, *[Choice({"reasoning_details": [part]}) for part in parts], Choice({}, 0, "stop"))
    thoughts = [thought for each in out for thought in each.delta["reasoning_details"]]
    assert "".join(thought["summary"] for thought in thoughts) == f"I think of {NAME}, {token[:4]}"
    assert {thought["index"] for thought in thoughts} == {1}


def test_no_mark_vouches_for_what_was_put_back() -> None:
    unmasker, token = reply()
    unmasker._seals = seals = Seals(lambda: b"k" * 32, "ex_1")
    thought = {"text": "hm", "summary": f"{token}.", "signature": "c2ln"}
    (out,) = said(unmasker, Choice({"reasoning_details": [thought]}))
    came = out.delta["reasoning_details"][0]
    assert came["summary"] == f"{NAME}."
    assert seals.opened(came) == {"text": "hm", "signature": "c2ln"}
