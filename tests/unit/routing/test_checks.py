"""Checks of answers: tables of what is doubted and what is not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shoal.call import Call, Patience, Trail
from shoal.chat import Chat, Choice, Message, Passage, Piece
from shoal.models.registry import Registry
from shoal.routing.checks import Agreement, Check, Confidence, Form, Refusal, Reply, Support, Surprise, fits, same
from shoal.testing import ScriptedModel

PASSAGES = (Passage("p", "c", "s", "t", "The lamp costs 49 francs and ships within 3 days from Geneva."),)
SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}, "additionalProperties": False}
JSON_MODE: dict[str, Any] = {"response_format": {"type": "json_object"}}
SCHEMA_MODE: dict[str, Any] = {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}


def doubt(check: Check, said: str | Reply, passages: tuple[Passage, ...] = (), **options: Any) -> str | None:
    reply = Reply([Piece.of(said)]) if isinstance(said, str) else said
    chat = Chat("m", (Message.of("user", "What does it cost?"),), options, passages=passages)
    call = Call(exchange_id="e", tenant="t", opener=Registry({}), trail=Trail())
    found = asyncio.run(check.doubt(chat, reply, call))
    return found.reason if found is not None else None


def finished(text: str, finish: str) -> Reply:
    return Reply([Piece.of(text, finish)])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("The lamp costs 49 francs.", None),
        ("I'm happy to help: it costs 49.", None),
        ("", "empty"),
        ("  \n", "empty"),
        ("N/A", "empty"),
        ("I'm sorry, but I cannot help with that.", "declined"),
        ("I can’t answer this.", "declined"),
        ("I don't know.", "declined"),
        ("As an AI, I have no opinion.", "declined"),
        ("Es tut mir leid, das weiß ich nicht.", "declined"),
        (finished("The lamp costs", "length"), "ended by length"),
        (finished("x", "content_filter"), "ended by content_filter"),
        (Reply([Piece([Choice({"tool_calls": [{"index": 0}]}, 0, "tool_calls")])]), None),
    ],
)
def test_refusals(said: str | Reply, why: str | None) -> None:
    assert doubt(Refusal(), said) == why


@pytest.mark.parametrize(
    ("said", "options", "why"),
    [
        ("anything", {}, None),
        ('{"a": 1}', JSON_MODE, None),
        ("[1]", JSON_MODE, "not a JSON object"),
        ("{", JSON_MODE, "not JSON"),
        ('{"n": 1}', SCHEMA_MODE, None),
        ('{"n": "1"}', SCHEMA_MODE, "not of the schema"),
        ('{"n": 1, "m": 2}', SCHEMA_MODE, "not of the schema"),
        ("{}", SCHEMA_MODE, "not of the schema"),
    ],
)
def test_forms(said: str, options: dict[str, Any], why: str | None) -> None:
    assert doubt(Form(), said, **options) == why


@pytest.mark.parametrize("schema", [{"type": 5}, {"$ref": "http://127.0.0.1:9/s.json"}, {"$ref": "#/nowhere"}])
def test_a_schema_that_is_none_or_points_elsewhere_says_nothing(schema: dict[str, Any]) -> None:
    assert fits({"a": 1}, schema)


def probable(*logprobs: float) -> Reply:
    content = [{"token": "x", "logprob": each} for each in logprobs]
    return Reply([Piece([Choice({"content": "x"}, 0, "stop", {"logprobs": {"content": content}})])])


def test_log_probabilities() -> None:
    assert doubt(Surprise(-0.5), probable(-0.1, -0.2)) is None
    assert doubt(Surprise(-0.5), probable(-0.1, -2.0)) == "log-probability -1.05 < -0.5"
    assert doubt(Surprise(), "no numbers") == "no log-probabilities"
    assert doubt(Surprise(needed=False), "no numbers") is None
    assert Surprise().prepared(Chat("m", ())).options == {"logprobs": True}


def test_confidence() -> None:
    assert doubt(Confidence(0.7), Reply([Piece.of("x", confidence=0.8)])) is None
    assert doubt(Confidence(0.7), Reply([Piece.of("x", confidence=0.6)])) == "confidence 0.60 < 0.7"
    assert doubt(Confidence(), "x") == "no confidence"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("The lamp costs 49 francs [1].", None),
        ("It ships within 5 days.", "1 numbers are not in the passages"),
        ("Bananas ripen faster beside apples during summer.", "few of its words are in the passages"),
    ],
)
def test_grounding(said: str, why: str | None) -> None:
    assert doubt(Support(), said, PASSAGES) == why
    assert doubt(Support(), said) is None, "nothing to check against"


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("It is 42.", "So the result is 42", True),
        ("It is 42.", "It is 43.", False),
        ("Paris is the capital", "the capital is Paris", True),
        ("Paris", "Rome", False),
        ("", "", True),
    ],
)
def test_agreement_of_two(one: str, other: str, agree: bool) -> None:
    assert same(one, other) is agree


@pytest.mark.parametrize(("again", "why"), [("it is 42", None), ("it is 7", "0 of 2 answers agree")])
def test_a_model_that_does_not_say_it_again(again: str, why: str | None) -> None:
    model, trail = ScriptedModel([again], name="m"), Trail()
    call = Call(exchange_id="e", tenant="t", opener=Registry({"m": (model, Patience())}), trail=trail)
    chat = Chat("m", (Message.of("user", "6 * 7?"),))
    found = asyncio.run(Agreement(2).doubt(chat, Reply([Piece.of("42")]), call))
    assert (found.reason if found else None) == why
    assert [attempt.purpose.value for attempt in trail.attempts] == ["judge", "judge"]
