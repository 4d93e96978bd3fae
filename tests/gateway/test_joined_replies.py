"""A whole reply out of several pieces: what streams is joined, in calls of every kind and in sound."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from shoal.chat import Choice, Json, Piece
from shoal.gateway.openai_reply import EventWriter, whole_wire


def joined(*deltas: Json) -> Json:
    pieces = [Piece([Choice(delta)]) for delta in deltas]
    message: Json = whole_wire("r", 1, "m", pieces, {})["choices"][0]["message"]
    return message


@pytest.mark.parametrize(
    ("kind", "field", "name"), [("function", "arguments", "send"), ("custom", "input", "send"), ("function", "x", None)]
)
def test_calls(kind: str, field: str, name: str | None) -> None:
    first: Json = {"index": 0, "id": "c", "type": kind, kind: {"name": "send", field: "<PER"}}
    out = joined({"tool_calls": [first]}, {"tool_calls": [{"index": 0, kind: {"name": name, field: "SON"}}]})
    said = "SON" if field == "x" else "<PERSON"
    assert out["tool_calls"] == [{"id": "c", "type": kind, kind: {"name": "send", field: said}}]


@pytest.mark.parametrize(
    ("name", "pieces", "whole"),
    [
        ("function_call", [{"name": "f", "arguments": "{"}, {"arguments": "}"}], {"name": "f", "arguments": "{}"}),
        ("audio", [{"id": "a", "transcript": "I am <P"}, {"transcript": "x"}], {"id": "a", "transcript": "I am <Px"}),
        ("audio", [{"id": "a"}, {"transcript": "x", "id": None}], {"id": "a", "transcript": "x"}),
        ("audio", [{"transcript": 5}, {"transcript": "x"}], {"transcript": "x"}),
    ],
)
def test_objects(name: str, pieces: list[Any], whole: Json) -> None:
    assert joined(*({name: piece} for piece in pieces))[name] == whole


def test_what_comes_after_a_finish_reason_stays_behind_it() -> None:
    """Some hosts give a finish reason with every chunk, or say more after it."""
    writer = EventWriter("r", 1, "m", False)
    for delta, finish in (({"content": "a"}, "stop"), ({"content": "b"}, None), ({}, "stop")):
        writer.add(Piece([Choice(delta, 0, finish)]))
    *chunks, last = (orjson.loads(event[6:]) for event in writer.end({"model": "m"}).split(b"\n\n")[:-2])
    assert [chunk["choices"][0]["delta"].get("content") for chunk in chunks] == ["a", "b"]
    assert (last["choices"][0]["finish_reason"], last["shoal"]) == ("stop", {"model": "m"})
