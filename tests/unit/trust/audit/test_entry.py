"""Entries: what is written down for good, and that nothing which a caller wrote freely is among it."""

from __future__ import annotations

import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.call import Attempt, Purpose
from shoal.chat import Chat, Json, Message, Passage, Usage
from shoal.stores.ledger import Record
from shoal.trust.audit.entry import KEPT, conversation_mac, entry_of, model_name, parameters_of
from shoal.trust.audit.macs import mac

KEY = b"k" * 32
CANARY = "canary-7f3a"


def chat(**options: Any) -> Chat:
    return Chat("auto", (Message.of("user", "x"), Message.of("user", "y")), options)


def kept(**options: Any) -> Json:
    told = parameters_of(chat(**options))
    assert (told.pop("messages"), told.pop("passages")) == (2, 0)
    return told


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"temperature": 0.2, "top_p": 1, "seed": -3, "n": 2}, {"temperature": 0.2, "top_p": 1, "seed": -3, "n": 2}),
        ({"temperature": CANARY, "top_p": True, "max_tokens": None, "seed": [1]}, {}),
        ({"temperature": math.inf, "top_p": math.nan, "seed": 2**70}, {}),
        ({"seed": 2**32 - 1, "max_tokens": 10**7}, {"seed": 2**32 - 1, "max_tokens": 10**7}),
        ({"seed": 4111111111111111, "n": 15551234567, "max_tokens": 2**63 - 1}, {}),
        ({"logprobs": True, "store": False, "parallel_tool_calls": CANARY}, {"logprobs": True, "store": False}),
        ({"reasoning_effort": "high", "verbosity": CANARY}, {"reasoning_effort": "high"}),
        ({"tool_choice": "required"}, {"tool_choice": "required"}),
        ({"tool_choice": {"type": "function", "function": {"name": CANARY}}}, {"tool_choice": "function"}),
        ({"tool_choice": CANARY}, {}),
        ({"tool_choice": {"type": [CANARY]}}, {}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": CANARY}}},
            {"response_format": "json_schema"},
        ),
        ({"tools": [{"function": {"name": CANARY}}, {}]}, {"tools": 2}),
        ({"tools": CANARY}, {}),
        ({"user": CANARY, "metadata": {CANARY: CANARY}, "stop": [CANARY], CANARY: 1}, {}),
    ],
)
def test_only_numbers_switches_and_known_words_are_kept(options: Json, expected: Json) -> None:
    assert kept(**options) == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(KEPT)) | st.text(), VALUES, max_size=8))
def test_whatever_the_options_are_no_free_text_is_kept_and_json_can_be_written(options: Json) -> None:
    told = parameters_of(chat(**options))
    assert set(told) <= set(KEPT) | {"messages", "passages"}
    for value in told.values():
        assert isinstance(value, int | float) or value.isidentifier()
    assert orjson.loads(orjson.dumps(told)) == told


def record(**more: Any) -> Record:
    fields = {"id": "ex_1", "tenant": "acme", "key_id": "k1", "started": 1.0, "asked": "auto", "streamed": True}
    return Record(**{**fields, "outcome": "ok", **more})


def wire(of: Record, **more: Any) -> Json:
    return entry_of(of, policy="p1", parameters={"n": 1}, **{"asked": "auto", **more}).wire()


def test_an_entry_tells_ids_numbers_and_versions() -> None:
    attempts = [
        Attempt("m", "west", Purpose.ANSWER, 1.0, 0, "host_timeout", usage=Usage(1, 0)),
        Attempt("m", "east", Purpose.ANSWER, 1.0, 1, "ok", usage=Usage(10, 20, 3, 4)),
    ]
    told = wire(
        record(model="m", latency_s=1.23456789, attempts=attempts),
        prompt_mac="a",
        reply_mac="b",
        conversation="c",
        ended=7,
    )
    assert told == {
        "kind": "exchange",
        "time": 7,
        "exchange": "ex_1",
        "tenant": "acme",
        "key": "k1",
        "outcome": "ok",
        "asked": "auto",
        "model": "m",
        "streamed": True,
        "policy": "p1",
        "template": None,
        "parameters": {"n": 1},
        "tokens": {"prompt": 11, "completion": 20, "cached": 3, "reasoning": 4},
        "energy_j": None,
        "entities": {},
        "trust": {},
        "hosts": ("east", "west"),
        "attempts": 2,
        "latency_s": 1.234568,
        "prompt_mac": "a",
        "reply_mac": "b",
        "conversation": "c",
    }


def test_entities_are_counts_and_other_accounts_stay_as_they_are() -> None:
    trust = {
        "mode": "enforce",
        "masked": {"PERSON": [2, 0.1]},
        "observed": {"URL": [1, 0.5]},
        "defence": {"jailbreak": [0.9, "block"]},
    }
    told = wire(record(trust=trust))
    assert told["entities"] == {"masked": {"PERSON": 2}, "observed": {"URL": 1}}
    assert told["trust"] == {"mode": "enforce", "defence": {"jailbreak": [0.9, "block"]}}


def test_a_model_that_nobody_knows_is_a_keyed_hash() -> None:
    """The caller may have written anything there."""
    assert model_name("gpt", KEY, {"gpt"}) == "gpt"
    assert model_name(CANARY, KEY, {"gpt"}) == "unknown:" + mac(KEY, "model", CANARY.encode())[:16]


def test_the_model_that_answers_by_its_name() -> None:
    told = wire(record(asked="unknown", model="unknown", outcome="model_not_found"), asked="unknown:12")
    assert (told["asked"], told["model"]) == ("unknown:12", "unknown:12")
    told = wire(record(asked="auto", model="shoal/answer"))
    assert (told["asked"], told["model"]) == ("auto", "shoal/answer")
    assert wire(record(outcome="draining"))["model"] is None


def test_tags_and_reasons_are_left_out() -> None:
    told = wire(record(tags={CANARY: CANARY}, reason=CANARY))
    assert CANARY not in json.dumps(told)


def test_a_conversation_is_a_keyed_hash() -> None:
    assert conversation_mac(KEY, None) is None
    assert conversation_mac(KEY, "c") != conversation_mac(b"o" * 32, "c")
    assert conversation_mac(KEY, "\ud800")


def test_passages_count() -> None:
    asked = Chat("auto", (), passages=(Passage("p", "c", "s", "t", "text"),))
    assert parameters_of(asked) == {"messages": 0, "passages": 1}
