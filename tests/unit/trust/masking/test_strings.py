"""Every string of a chat is visited; the structure stays."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shoal.chat import Chat, Message, Passage, Trust
from shoal.trust.masking.strings import Text, Visit

SECRET = "S3CRET"


def seen(chat: Chat) -> list[Text]:
    found: list[Text] = []

    def take(text: Text) -> str:
        found.append(text)
        return text.value

    assert Visit(take).chat(chat) == chat
    return found


def hidden(chat: Chat) -> Chat:
    return Visit(lambda text: text.value.replace(SECRET, "<X>")).chat(chat)


def wire_of(chat: Chat) -> str:
    return json.dumps([[message.wire for message in chat.messages], chat.options, [p.text for p in chat.passages]])


FULL = Chat(
    "m",
    messages=(
        Message.of("system", f"You serve {SECRET}."),
        Message.from_wire(
            {
                "role": "user",
                "name": SECRET,
                "content": [
                    {"type": "text", "text": f"hi {SECRET}", "shoal": {"trust": "tool"}},
                    {"type": "text", "text": "more", "extra": {"deep": [SECRET]}},
                ],
                "unknown": {SECRET: [SECRET, {"k": SECRET}]},
            }
        ),
        Message.from_wire(
            {
                "role": "assistant",
                "content": None,
                "refusal": SECRET,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {
                            "name": "find",
                            "arguments": json.dumps({"q": SECRET, "in": json.dumps([SECRET])}),
                        },
                    }
                ],
            }
        ),
        Message.from_wire(
            {"role": "tool", "tool_call_id": "call_1", "name": "find", "content": json.dumps([{"a": SECRET}])}
        ),
    ),
    options={
        "user": SECRET,
        "metadata": {"who": SECRET, SECRET: "x"},
        "temperature": 0.5,
        "stop": [SECRET],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "find",
                    "description": f"finds {SECRET}",
                    "parameters": {
                        "type": "object",
                        "properties": {
                            "type": {"type": "string", "enum": [SECRET, "b"]},
                            "name": {"description": SECRET},
                        },
                        "required": ["type"],
                    },
                },
            }
        ],
        "never_heard_of": {"a": [{"b": SECRET}]},
    },
    passages=(Passage("p", "c", f"{SECRET}.md", SECRET, f"about {SECRET}"),),
)


def test_no_string_is_left_out() -> None:
    masked = hidden(FULL)
    assert SECRET not in wire_of(masked)
    assert SECRET not in repr([(p.title, p.source, p.text) for p in masked.passages])
    assert wire_of(masked).count("<X>") == wire_of(FULL).count(SECRET)


def test_the_structure_stays() -> None:
    masked = hidden(FULL)
    assert [message.role for message in masked.messages] == ["system", "user", "assistant", "tool"]
    call = masked.messages[2].wire["tool_calls"][0]
    assert (call["id"], call["type"], call["function"]["name"]) == ("call_1", "function", "find")
    arguments = json.loads(call["function"]["arguments"])
    assert (arguments["q"], json.loads(arguments["in"])) == ("<X>", ["<X>"])
    schema = masked.options["tools"][0]["function"]["parameters"]
    assert list(schema["properties"]) == ["type", "name"]
    assert schema["properties"]["type"]["enum"] == ["<X>", "b"]
    assert masked.options["temperature"] == 0.5


def test_labels_of_parts() -> None:
    labels = {text.value: text.label for text in seen(FULL)}
    assert labels[f"hi {SECRET}"] is Trust.TOOL
    assert labels["more"] is Trust.USER
    assert labels[f"You serve {SECRET}."] is Trust.SYSTEM
    assert labels[f"about {SECRET}"] is Trust.RETRIEVED


def test_names_of_people_are_masked_whole() -> None:
    whole = [text for text in seen(FULL) if text.kind]
    assert [(text.value, text.bare) for text in whole] == [(SECRET, True), (SECRET, True)]


def test_values_of_records_know_their_field() -> None:
    chat = Chat("m", (Message.of("tool", '{"customer": {"bsn": "111222333", "order": 1112223334, "n": 7}}'),))
    assert [(text.value, text.path, text.heading, text.number) for text in seen(chat) if text.path] == [
        ("111222333", ("customer", "bsn"), "bsn", False),
        ("1112223334", ("customer", "order"), "order", True),
    ]


def test_a_number_that_is_masked_becomes_a_string() -> None:
    chat = Chat(
        "m", (Message.of("tool", '{"card": 4111111111111111, "n": 1.50}'),), options={"metadata": {"c": 123456789}}
    )
    masked = Visit(lambda text: "<N>" if text.number else text.value).chat(chat)
    assert masked.messages[0].wire["content"] == '{"card": "<N>", "n": 1.50}'
    assert masked.options == {"metadata": {"c": "<N>"}}


def test_what_did_not_change_is_the_same() -> None:
    masked = Visit(lambda text: text.value).chat(FULL)
    assert all(one is other for one, other in zip(masked.messages, FULL.messages, strict=True))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON, st.text(max_size=30))
def test_any_shape_is_visited_and_rebuilt(odd: Any, option: Any, said: str) -> None:
    message = Message.from_wire(
        {"role": "user", "content": said, "odd": odd, "tool_calls": [odd], "function_call": odd}
    )
    chat = Chat("m", (message,), options={"x": option, "tools": option, "user": option})
    seen(chat)
