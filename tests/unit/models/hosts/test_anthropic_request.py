"""Requests in the Anthropic format."""

from typing import Any

import pytest

from shoal.chat import Json, Message
from shoal.errors import RequestError
from shoal.models.hosts.anthropic_request import MAX_TOKENS, messages_request

ASK = Message.of("user", "Hi")


def made(*messages: Message, stream: bool = False, **options: Any) -> Json:
    return messages_request("theirs", messages or (ASK,), options, stream)


def wire(role: str, content: Any = None, **more: Any) -> Message:
    return Message.from_wire({"role": role, "content": content, **more})


def turns(*messages: Message) -> list[Json]:
    found: list[Json] = made(*messages)["messages"]
    return found


def said(text: str) -> Json:
    return {"type": "text", "text": text}


CALL = {"id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
USE = {"type": "tool_use", "id": "t1", "name": "f", "input": {"x": 1}}


def test_the_least() -> None:
    assert made() == {
        "model": "theirs",
        "max_tokens": MAX_TOKENS,
        "messages": [{"role": "user", "content": [said("Hi")]}],
    }
    assert made(stream=True)["stream"] is True


def test_system_prompts_are_gathered_at_the_top() -> None:
    request = made(
        wire("system", "One."),
        ASK,
        wire("developer", [{"type": "text", "text": "Two.", "cache_control": {"type": "ephemeral"}}]),
        wire("user", "More"),
    )
    assert request["system"] == [said("One."), {**said("Two."), "cache_control": {"type": "ephemeral"}}]
    assert request["messages"] == [{"role": "user", "content": [said("Hi"), said("More")]}]


def test_images_are_passed_on() -> None:
    parts = [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
        {"type": "image_url", "image_url": "data:image/png;base64,iVBORw0="},
    ]
    assert turns(wire("user", parts))[0]["content"] == [
        said("What is it?"),
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0="}},
    ]


def test_files_are_documents() -> None:
    pdf = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"}}
    known = {"type": "file", "file": {"file_id": "file_1"}}
    assert turns(wire("user", [pdf, known]))[0]["content"] == [
        {
            "type": "document",
            "title": "a.pdf",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
        },
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
    ]


def test_unknown_parts_pass_through() -> None:
    theirs = {"type": "search_result", "title": "x"}
    assert turns(wire("user", [theirs]))[0]["content"] == [theirs]


def test_tool_calls_and_results() -> None:
    assert turns(
        ASK,
        wire("assistant", "Wait.", tool_calls=[CALL, {**CALL, "id": "t2"}]),
        wire("tool", "7", tool_call_id="t1"),
        wire("tool", [{"type": "text", "text": "8"}], tool_call_id="t2"),
        wire("user", "And?"),
    ) == [
        {"role": "user", "content": [said("Hi")]},
        {"role": "assistant", "content": [said("Wait."), USE, {**USE, "id": "t2"}]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": [said("7")]},
                {"type": "tool_result", "tool_use_id": "t2", "content": [said("8")]},
                said("And?"),
            ],
        },
    ]


def test_calls_without_content_or_arguments() -> None:
    bare = {"id": "t1", "function": {"name": "f", "arguments": ""}}
    assert turns(ASK, wire("assistant", None, tool_calls=[bare]))[1]["content"] == [{**USE, "input": {}}]


def test_thoughts_go_back_first() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
    sealed = {"type": "redacted_thinking", "data": "d"}
    assistant = wire("assistant", "x", thinking_blocks=[{"index": 0, **thought}, sealed], reasoning_content="hm")
    assert turns(ASK, assistant)[1]["content"] == [thought, sealed, said("x")]


def test_empty_messages_are_left_out() -> None:
    assert turns(ASK, wire("assistant", ""), wire("user", [{"type": "text", "text": ""}])) == turns(ASK)


def test_blank_text_is_left_out() -> None:
    """Models send a line end before a tool call, and clients send it back; the format refuses it."""
    call = {"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    (_, said, _) = turns(ASK, wire("assistant", "\n", tool_calls=[call]), wire("tool", "1", tool_call_id="t"))
    assert [block["type"] for block in said["content"]] == ["tool_use"]


def test_tools() -> None:
    schema = {"type": "object", "properties": {"x": {"type": "integer"}}}
    function = {"name": "f", "description": "does", "parameters": schema, "strict": True}
    theirs = {"type": "web_search_20250305", "name": "web_search"}
    request = made(
        tools=[
            {"type": "function", "function": function},
            {"type": "function", "function": {"name": "g"}},
            {"type": "function", "function": {"name": "h", "parameters": {"properties": {"y": {}}}}},
            theirs,
        ]
    )
    assert request["tools"] == [
        {"name": "f", "description": "does", "input_schema": schema},
        {"name": "g", "input_schema": {"type": "object", "properties": {}}},
        {"name": "h", "input_schema": {"type": "object", "properties": {"y": {}}}},
        theirs,
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", {"type": "auto"}),
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        ({"type": "function", "function": {"name": "f"}}, {"type": "tool", "name": "f"}),
    ],
)
def test_tool_choice(choice: Any, expected: Json) -> None:
    assert made(tool_choice=choice)["tool_choice"] == expected


def test_one_tool_at_a_time() -> None:
    tools = [{"type": "function", "function": {"name": "g"}}]
    off = {"disable_parallel_tool_use": True}
    assert made(tools=tools, parallel_tool_calls=False)["tool_choice"] == {"type": "auto", **off}
    required = made(tools=tools, tool_choice="required", parallel_tool_calls=False)
    assert required["tool_choice"] == {"type": "any", **off}
    assert made(tools=tools, tool_choice="none", parallel_tool_calls=False)["tool_choice"] == {"type": "none"}
    assert "tool_choice" not in made(parallel_tool_calls=False)
    assert "tool_choice" not in made(tools=tools, parallel_tool_calls=True)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"max_tokens": 9}, {"max_tokens": 9}),
        ({"max_tokens": 9, "max_completion_tokens": 8}, {"max_tokens": 8}),
        ({"temperature": 1.7}, {"temperature": 1}),
        ({"temperature": 0.2, "top_p": 0.5}, {"temperature": 0.2, "top_p": 0.5}),
        ({"stop": "END"}, {"stop_sequences": ["END"]}),
        ({"stop": ["A", "B"]}, {"stop_sequences": ["A", "B"]}),
        ({"user": "u1"}, {"metadata": {"user_id": "u1"}}),
        ({"top_k": 5, "thinking": {"type": "adaptive"}}, {"top_k": 5, "thinking": {"type": "adaptive"}}),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 9000}},
            {"thinking": {"type": "enabled", "budget_tokens": 9000}, "max_tokens": 8192 + 9000},
        ),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 9000}, "max_tokens": 9500},
            {"thinking": {"type": "enabled", "budget_tokens": 9000}, "max_tokens": 9500},
        ),
        ({"thinking": {"budget_tokens": "x"}}, {"thinking": {"budget_tokens": "x"}}),
        ({"seed": 1, "logprobs": True, "frequency_penalty": 1, "stream_options": {}, "n": 1, "stop": None}, {}),
        ({"reasoning_effort": "minimal"}, {"output_config": {"effort": "low"}}),
        ({"reasoning_effort": "none"}, {}),
        ({"response_format": {"type": "json_object"}}, {}),
        (
            {
                "reasoning_effort": "high",
                "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
            },
            {"output_config": {"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object"}}}},
        ),
    ],
)
def test_options(options: Json, expected: Json) -> None:
    assert made(**options) == {**made(), **expected}


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"n": 2}, "n"),
        ({"tools": {}}, "tools"),
        ({"tools": ["x"]}, "tools[0]"),
        ({"tools": [{"type": "function"}]}, "tools[0]"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tool_choice": "f"}, "tool_choice"),
        ({"tool_choice": {"type": "function"}}, "tool_choice"),
        ({"functions": []}, "functions"),
        ({"function_call": "auto"}, "functions"),
    ],
)
def test_options_that_cannot_be_said(options: Json, param: str) -> None:
    with pytest.raises(RequestError) as caught:
        made(**options)
    assert caught.value.param == param


@pytest.mark.parametrize(
    ("message", "param"),
    [
        (wire("function", "7", name="f"), "messages[0].role"),
        (wire("tool", "7"), "messages[0].tool_call_id"),
        (wire("assistant", None, tool_calls=["x"]), "messages[0].tool_calls[0]"),
        (wire("assistant", None, tool_calls=[{"function": {}}]), "messages[0].tool_calls[0]"),
        (
            wire("assistant", None, tool_calls=[{"function": {"name": "f", "arguments": "{"}}]),
            "messages[0].tool_calls[0].function.arguments",
        ),
        (
            wire("assistant", None, tool_calls=[{"function": {"name": "f", "arguments": "[]"}}]),
            "messages[0].tool_calls[0].function.arguments",
        ),
        (wire("user", [{"type": "input_audio"}]), "messages[0].content[0]"),
        (wire("user", [{"type": "image_url"}]), "messages[0].content[0]"),
        (wire("user", [{"type": "image_url", "image_url": "file:///etc/passwd"}]), "messages[0].content[0]"),
        (wire("user", [{"type": "image_url", "image_url": "data:image/png,abc"}]), "messages[0].content[0]"),
        (wire("user", [{"type": "file", "file": "x"}]), "messages[0].content[0]"),
        (wire("user", ""), "messages"),
        (wire("system", "only"), "messages"),
    ],
)
def test_messages_that_cannot_be_said(message: Message, param: str) -> None:
    with pytest.raises(RequestError) as caught:
        made(message)
    assert caught.value.param == param
