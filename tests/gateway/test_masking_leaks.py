"""Odd places of a request, and odd replies: no planted value reaches a model, and what comes back is whole."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from shoal.chat import Chat, Choice, Piece
from shoal.config.trust import TrustRules
from shoal.testing import ScriptedModel
from shoal.trust.masking.session import Session
from tests import web
from tests.gateway.house import Running, running
from tests.waiting import SOON_S

MAIL = "jane.planted@example.org"
CARD = 4111111111111111
SEALED = "Ab9+/" * 30
RULES = {
    "masking": {"tier": "patterns", "attachments": "pass", "fields": {"$.staff.pin": "CUSTOMER_PIN"}},
}


class Echo(ScriptedModel):
    """Plays what it is given, or says the last message again."""

    plays: list[Piece] | None = None
    play_thought: dict[str, Any] | None = None

    async def _play(self, script: Any, streamed: bool) -> Any:
        if self.play_thought is not None:
            self.play_thought["thinking"] = self.chats[-1].messages[-1].text
            self.play_thought = None
        for piece in self.plays or [Piece.of(self.chats[-1].messages[-1].text)]:
            yield piece


@pytest.fixture(scope="module")
def model() -> Echo:
    return Echo()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, model: Echo) -> Iterator[Running]:
    rules = TrustRules.model_validate(RULES)
    with running(tmp_path_factory.mktemp("data"), model, trust=rules, body_bytes=4_000_000) as found:
        yield found


async def thread_of() -> threading.Thread:
    return threading.current_thread()


def ask(house: Running, **body: Any) -> web.Response:
    body = {"model": "scripted", "messages": [{"role": "user", "content": "x"}], **body}
    return web.post(f"{house.url}/v1/chat/completions", json=body, headers={"x-api-key": house.member})


def sent(model: Echo) -> str:
    """All that the model saw, as JSON."""
    chat = model.chats[-1]
    return json.dumps([[message.wire for message in chat.messages], chat.options], ensure_ascii=False)


def user(**fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "x", **fields}]}


def tool(parameters: Any, **fields: Any) -> dict[str, Any]:
    function = {"name": "find", "parameters": {"type": "object", **parameters}}
    return {"tools": [{"type": "function", "function": function, **fields}]}


def called(**fields: Any) -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}, **fields}
    return {"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}


@pytest.mark.parametrize(
    "body",
    [
        {MAIL: "v"},
        {"new_option": CARD},
        {"new_option": [float(CARD)]},
        {"reasoning_effort": MAIL},
        {"stream_options": {"note": MAIL}},
        {"tool_choice": {"type": "function", "function": {"name": "find"}, "note": MAIL}},
        {"logit_bias": {MAIL: 1}},
        {"response_format": {"type": MAIL}},
        user(**{MAIL: 1}),
        user(new=float(CARD)),
        user(content=[{"type": "text", "text": "x", MAIL: "v"}]),
        user(content=[{"type": "text", "text": "x", "detail": MAIL, "cache_control": {"type": MAIL}}]),
        user(content=[{"type": "image_url", "image_url": {"url": "https://a.example/b"}, "caption": MAIL}]),
        called(id=MAIL),
        called(**{MAIL: 1}),
        called(function={"name": MAIL, "arguments": "{}"}),
        {"messages": [{"role": "tool", "tool_call_id": MAIL, "content": "x"}]},
        tool({"properties": {"a": {"default": {"name": MAIL, "type": MAIL, "pattern": MAIL}}}}),
        tool({"properties": {"a": {"examples": [{MAIL: 1}], "enum": [CARD], "const": CARD}}}),
        tool({"properties": {MAIL: {"type": "string"}}, "required": [MAIL]}),
        tool({}, more={"name": MAIL}),
        user(content=json.dumps({"card": float(CARD)})),
        user(content='Result: {"mail": "jane.planted\\u0040example.org"} as asked'),
        user(content='{"mail": "jane.planted\\u0040example.org"}\n{"a": 1}\n'),
        user(content='data: {"mail": "jane.planted\\u0040example.org"}\n\ndata: [DONE]\n'),
        user(content='{"odd": "\\ud800", "mail": "jane.planted@example.org"}'),
    ],
)
def test_no_place_of_a_request_lets_a_value_through(house: Running, model: Echo, body: dict[str, Any]) -> None:
    assert ask(house, **body).status_code == 200
    assert "planted" not in sent(model)
    assert str(CARD) not in sent(model)


def test_what_the_wire_format_says_stays(house: Running, model: Echo) -> None:
    said = {
        **called(),
        **tool({"properties": {"first_name": {"type": ["string", "null"]}}, "required": ["first_name"]}),
        "tool_choice": {"type": "function", "function": {"name": "find"}},
        "reasoning_effort": "low",
        "seed": CARD,
        "logit_bias": {"50256": -100},
    }
    ask(house, **said)
    assert [message.wire for message in model.chats[-1].messages] == said.pop("messages")
    assert model.chats[-1].options == said


def test_what_a_host_sealed_stays(house: Running, model: Echo) -> None:
    thoughts = [
        {"type": "thinking", "thinking": "hm", "signature": SEALED},
        {"type": "redacted_thinking", "data": SEALED},
    ]
    ask(house, messages=[{"role": "assistant", "content": "y", "thinking_blocks": thoughts}])
    assert model.chats[-1].messages[0].wire["thinking_blocks"] == thoughts


def test_a_signed_thought_comes_back_to_its_host_word_for_word(house: Running, model: Echo) -> None:
    thought: dict[str, Any] = {"type": "thinking", "signature": SEALED}
    model.plays = [Piece([Choice({"content": "y", "thinking_blocks": [thought]}, 0, "stop")])]
    first = f"I am {MAIL}"
    try:
        model.play_thought = thought
        reply = ask(house, **user(content=first)).json()["choices"][0]["message"]
    finally:
        model.plays = None
    turns = [{"role": "user", "content": first}, reply, {"role": "user", "content": f"and {MAIL}?"}]
    before = model.chats[-1].messages[0].text
    ask(house, messages=turns)
    after = model.chats[-1].messages
    assert after[1].wire["thinking_blocks"] == [{**thought, "thinking": before}]
    assert after[0].text == before


@pytest.mark.parametrize(
    "more", [{"note": MAIL}, {MAIL: 1}, {"summary": [{"text": MAIL}]}, {"type": MAIL}, {"n": CARD}]
)
def test_a_signed_thought_carries_nothing_else_to_its_host(house: Running, model: Echo, more: dict[str, Any]) -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": SEALED}
    model.plays = [Piece([Choice({"content": "y", "thinking_blocks": [thought]}, 0, "stop")])]
    try:
        reply = ask(house, **user(content=MAIL)).json()["choices"][0]["message"]
    finally:
        model.plays = None
    reply["thinking_blocks"][0] |= more
    assert ask(house, messages=[reply, {"role": "user", "content": "go on"}]).status_code == 200
    came = model.chats[-1].messages[0].wire["thinking_blocks"][0]
    assert (came["thinking"], came["signature"]) == ("hm", SEALED)
    assert "planted" not in sent(model)
    assert str(CARD) not in sent(model)


def test_a_number_in_a_known_field_is_masked_however_short(house: Running, model: Echo) -> None:
    ask(house, **user(content='{"staff": {"pin": 1234, "floor": 1235}}'))
    content = json.loads(model.chats[-1].messages[0].text)
    assert content["staff"]["pin"].startswith("<CUSTOMER_PIN_")
    assert content["staff"]["floor"] == 1235


def test_json_lines_come_back_as_they_were(house: Running) -> None:
    said = '{"mail": "jane.planted@example.org", "n": "a\\nb"}\n{"mail": "jane.planted@example.org", "n": "\\t"}\n'
    assert ask(house, **user(content=said)).json()["choices"][0]["message"]["content"] == said


@pytest.mark.parametrize("cut", [1, 9, 30])
def test_the_input_of_custom_tools_comes_back(house: Running, model: Echo, cut: int) -> None:
    ask(house, **user(content=MAIL), shoal={"conversation": "custom"})
    said = f"to {model.chats[-1].messages[0].text}, {model.chats[-1].messages[0].text[:cut]}"
    first = {"index": 0, "id": "c", "type": "custom", "custom": {"name": "send", "input": said[:cut]}}
    rest = {"index": 0, "custom": {"input": said[cut:]}}
    model.plays = [
        Piece([Choice({"tool_calls": [first]})]),
        Piece([Choice({"tool_calls": [rest]})]),
        Piece([Choice({}, 0, "tool_calls")]),
    ]
    try:
        text = ask(house, **user(content=MAIL), shoal={"conversation": "custom"}, stream=True).text
    finally:
        model.plays = None
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    calls = [call for each in events for call in each["choices"][0]["delta"].get("tool_calls", ())]
    whole = "".join(call["custom"]["input"] for call in calls)
    assert whole.startswith(f"to {MAIL}, ")
    assert not any("function" in call for call in calls)


@pytest.mark.parametrize("odd", [[12345678] * 100_000, [""] * 100_000], ids=["numbers", "empty strings"])
def test_much_that_is_no_text_leaves_the_event_loop_too(
    house: Running, monkeypatch: pytest.MonkeyPatch, odd: list[Any]
) -> None:
    moved: list[threading.Thread] = []
    mask = Session._mask

    def noting(self: Session, chat: Chat) -> Chat:
        moved.append(threading.current_thread())
        return mask(self, chat)

    monkeypatch.setattr(Session, "_mask", noting)
    served = asyncio.run_coroutine_threadsafe(thread_of(), house.loop).result(SOON_S)
    assert ask(house, metadata={"odd": odd}).status_code == 200
    assert served not in moved
