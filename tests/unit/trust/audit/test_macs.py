"""Keyed hashes: of prompts in canonical form, of replies however they were cut."""

from __future__ import annotations

import asyncio
import hmac
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.chat import Chat, Choice, Json, Message, Passage, Piece
from shoal.trust.audit import macs
from shoal.trust.audit.macs import ReplyMac, mac, prompt_mac

KEY, OTHER = b"k" * 32, b"o" * 32


def of(chat: Chat, key: bytes = KEY) -> str:
    return asyncio.run(prompt_mac(key, chat))


def ask(text: str = "hello", **more: Any) -> Chat:
    return Chat("auto", (Message.of("user", text),), **more)


def test_a_prompt_is_the_hmac_of_its_canonical_json() -> None:
    body = b'[[{"content":"hello","role":"user"}],[],{"n":1}]'
    assert of(ask(options={"n": 1})) == hmac.new(KEY, b"prompt\n" + body, sha256).hexdigest()


def test_the_order_of_keys_counts_for_nothing() -> None:
    one, two = {"role": "user", "content": "a", "name": "b"}, {"name": "b", "content": "a", "role": "user"}
    assert of(Chat("auto", (Message.from_wire(one),))) == of(Chat("m", (Message.from_wire(two),)))


@pytest.mark.parametrize(
    "other",
    [
        ask("Hello"),
        ask(options={"n": 2}),
        ask(passages=(Passage("1", "c", "s", "t", "text"),)),
        Chat("auto", (Message.of("user", "hello"), Message.of("user", ""))),
    ],
)
def test_whatever_is_asked_counts(other: Chat) -> None:
    assert of(other) != of(ask())


def test_another_key_gives_another_hash() -> None:
    assert of(ask(), OTHER) != of(ask())


@pytest.mark.parametrize("odd", ["\ud800", 2**80, "é"])
def test_odd_strings_and_numbers_have_one_too(odd: Any) -> None:
    assert of(ask(options={"x": odd})) != of(ask(options={"x": "y"}))


def test_a_long_prompt_has_the_same_hash_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    long = ask("a" * 1000)
    inline = of(long)
    monkeypatch.setattr(macs, "INLINE_BYTES", 10)
    assert of(long) == inline


def reply(*deltas: Json, index: int = 0) -> str | None:
    read = ReplyMac()
    for delta in deltas:
        read.read(Piece([Choice(delta, index)]))
    return read.digest(KEY)


def test_a_reply_is_the_hmac_over_its_channels() -> None:
    lines = f"0.content {sha256(b'hello').hexdigest()}\n0.refusal {sha256(b'no').hexdigest()}\n"
    assert reply({"refusal": "no"}, {"content": "hello"}) == mac(KEY, "reply", lines.encode())


def test_no_reply_has_no_hash() -> None:
    assert reply() is None
    assert reply({"role": "assistant", "content": ""}, {"content": None}) is None


@given(st.text(min_size=1), st.data())
def test_a_reply_has_the_same_hash_however_it_was_cut(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert reply(*({"content": each} for each in pieces)) == reply({"content": text})


def call(index: int, **function: Any) -> Json:
    return {"tool_calls": [{"index": index, "function": function}]}


def test_tool_calls_count_by_their_index() -> None:
    whole = {
        "tool_calls": [
            {"index": 0, "function": {"name": "f", "arguments": '{"a":1}'}},
            {"index": 1, "function": {"name": "g", "arguments": "{}"}},
        ]
    }
    cut = [call(0, name="f", arguments=""), call(1, name="g"), call(0, arguments='{"a'), call(0, arguments='":1}')]
    assert reply(*cut, call(1, arguments="{}")) == reply(whole)
    assert reply(call(0, name="f")) != reply(call(1, name="f")) != reply(call(0, name="g"))


@pytest.mark.parametrize(
    "one", [{"content": "a"}, {"reasoning_content": "a"}, {"refusal": "a"}, {"content": ["a"]}, call(0, arguments="a")]
)
def test_channels_and_choices_are_told_apart(one: Json) -> None:
    assert reply(one) != reply({"content": "b"})
    assert reply(one) != reply(one, index=1)
    assert [each for each in ({"content": "a"}, {"refusal": "a"}) if reply(each) == reply(one)] in ([], [one])


@pytest.mark.parametrize("odd", [{"tool_calls": 1}, {"tool_calls": [1, {}, {"function": 2}]}, {"content": 0}])
def test_odd_deltas_break_nothing(odd: Json) -> None:
    assert reply(odd) is None
