"""The Anthropic dialect: replies, whole and streamed."""

from typing import Any

import orjson
import pytest

from shoal.chat import Chat, Choice, Json, Message, Piece
from shoal.errors import HostCut, HostFailed, HostGarbled, HostRateLimited
from shoal.models.hosts.anthropic import AnthropicDialect
from shoal.models.hosts.rows import rows
from shoal.testing import reply_wire

DIALECT = AnthropicDialect("h", "theirs", rows()["anthropic"])
USAGE = {"input_tokens": 5, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2, "output_tokens": 4}


def whole(wire: Any) -> Piece:
    return DIALECT.whole(orjson.dumps(wire))


def message(*blocks: Any, stop: str = "end_turn") -> Json:
    return {"type": "message", "content": list(blocks), "stop_reason": stop, "usage": USAGE}


def streamed(*wires: Any, end: bool = True) -> list[Piece]:
    reading = DIALECT.reading()
    pieces = [reading.read(wire if isinstance(wire, bytes) else orjson.dumps(wire)) for wire in wires]
    if end:
        reading.end()
    return [piece for piece in pieces if piece is not None]


def start(index: int, **block: Any) -> Json:
    return {"type": "content_block_start", "index": index, "content_block": block}


def more(index: int, kind: str, **delta: Any) -> Json:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}


def stop(index: int) -> Json:
    return {"type": "content_block_stop", "index": index}


BEGIN = {"type": "message_start", "message": {"usage": {"input_tokens": 5, "cache_read_input_tokens": 3}}}
PING = {"type": "ping"}
CLOSE = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}}
END = {"type": "message_stop"}


def test_request() -> None:
    body = orjson.loads(DIALECT.body(Chat("m", (Message.of("user", "Hi"),), stream=True)))
    assert body["model"] == "theirs"
    assert body["stream"] is True


def test_whole_reply() -> None:
    piece = whole(reply_wire("anthropic", "Hello"))
    assert piece.choices == [Choice({"role": "assistant", "content": "Hello"}, 0, "stop")]


def test_usage_counts_cached_input() -> None:
    usage = whole(message()).usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens) == (10, 3, 4)
    assert usage.wire == {
        "prompt_tokens": 10,
        "completion_tokens": 4,
        "total_tokens": 14,
        "prompt_tokens_details": {"cached_tokens": 3, "cache_creation_tokens": 2},
    }


def test_whole_reply_with_thoughts_and_tools() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
    use = {"type": "tool_use", "id": "t1", "name": "f", "input": {"x": 1}}
    server = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
    text = {"type": "text", "text": "Wait."}
    piece = whole(message(thought, server, text, use, {**use, "id": "t2", "input": {}}, stop="tool_use"))
    assert piece.choices[0].finish_reason == "tool_calls"
    assert piece.choices[0].delta == {
        "role": "assistant",
        "content": "Wait.",
        "reasoning_content": "hm",
        "thinking_blocks": [thought],
        "tool_calls": [
            {"index": 0, "id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}},
            {"index": 1, "id": "t2", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        ],
    }


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("something_new", "stop"),
    ],
)
def test_stop_reasons(theirs: str, ours: str) -> None:
    assert whole(message(stop=theirs)).choices[0].finish_reason == ours
    wire = {"type": "message_delta", "delta": {"stop_reason": theirs}}
    assert streamed(wire)[0].choices[0].finish_reason == ours


@pytest.mark.parametrize("wire", [{}, {"content": "x"}, {"content": ["x"]}, {"content": None}])
def test_wrong_shapes_are_garbled(wire: Any) -> None:
    with pytest.raises(HostGarbled):
        whole(wire)


def test_an_error_inside_a_good_reply() -> None:
    with pytest.raises(HostFailed):
        whole({"type": "error", "error": {"type": "overloaded_error", "message": "x"}})


def test_stream() -> None:
    pieces = streamed(
        BEGIN,
        start(0, type="text", text=""),
        PING,
        more(0, "text_delta", text="Hel"),
        more(0, "text_delta", text="lo"),
        stop(0),
        CLOSE,
        END,
    )
    assert [piece.text for piece in pieces] == ["Hel", "lo", ""]
    assert pieces[2].choices[0].finish_reason == "stop"
    usage = pieces[2].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens) == (8, 3, 4)


def test_later_counts_that_are_null_erase_nothing() -> None:
    close = {**CLOSE, "usage": {"input_tokens": None, "cache_read_input_tokens": None, "output_tokens": 4}}
    usage = streamed(BEGIN, more(0, "text_delta", text="x"), close, END)[-1].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens) == (8, 3, 4)


def test_streamed_tool_calls() -> None:
    pieces = streamed(
        BEGIN,
        start(0, type="text", text="Wait."),
        stop(0),
        start(1, type="tool_use", id="t1", name="f", input={}),
        more(1, "input_json_delta", partial_json=""),
        more(1, "input_json_delta", partial_json='{"x":'),
        more(1, "input_json_delta", partial_json="1}"),
        stop(1),
        start(2, type="tool_use", id="t2", name="g", input={}),
        stop(2),
        start(3, type="tool_use", id="t3", name="g", input={"y": 2}),
        stop(3),
        CLOSE,
        END,
    )
    calls = [call for piece in pieces for choice in piece.choices for call in choice.delta.get("tool_calls", ())]
    assert calls == [
        {"index": 0, "id": "t1", "type": "function", "function": {"name": "f", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"x":'}},
        {"index": 0, "function": {"arguments": "1}"}},
        {"index": 1, "id": "t2", "type": "function", "function": {"name": "g", "arguments": ""}},
        {"index": 1, "function": {"arguments": "{}"}},
        {"index": 2, "id": "t3", "type": "function", "function": {"name": "g", "arguments": '{"y":2}'}},
    ]
    assert pieces[0].text == "Wait."


def test_streamed_thoughts() -> None:
    pieces = streamed(
        start(0, type="thinking", thinking="", signature=""),
        more(0, "thinking_delta", thinking="h"),
        more(0, "thinking_delta", thinking="m"),
        more(0, "signature_delta", signature="s"),
        stop(0),
        start(1, type="redacted_thinking", data="d"),
        stop(1),
        CLOSE,
    )
    deltas = [choice.delta for piece in pieces for choice in piece.choices]
    assert deltas == [
        {"reasoning_content": "h"},
        {"reasoning_content": "m"},
        {"thinking_blocks": [{"index": 0, "type": "thinking", "thinking": "hm", "signature": "s"}]},
        {"thinking_blocks": [{"index": 1, "type": "redacted_thinking", "data": "d"}]},
        {},
    ]


def test_what_is_unknown_is_passed_over() -> None:
    unknown = (
        {"type": "something_new"},
        start(0, type="web_search_tool_result"),
        more(0, "citations_delta", citation={}),
        more(7, "input_json_delta", partial_json="{"),
        stop(0),
    )
    assert streamed(*unknown, end=False) == []


def test_the_end() -> None:
    streamed(CLOSE)
    streamed(END)
    with pytest.raises(HostCut):
        streamed(BEGIN, more(0, "text_delta", text="x"))
    with pytest.raises(HostCut):
        streamed({"type": "message_delta", "delta": {"stop_reason": None}})


def test_an_error_inside_a_stream() -> None:
    with pytest.raises(HostRateLimited):
        streamed(BEGIN, {"type": "error", "error": {"type": "rate_limit_error", "message": "x"}})


@pytest.mark.parametrize(
    "wire",
    [
        b"{",
        {"type": "content_block_delta", "index": 0, "delta": "x"},
        {"type": "content_block_start", "index": 0},
        {"type": "content_block_stop", "index": []},
        {"type": "message_start", "message": 7},
        {"type": "message_delta"},
    ],
)
def test_a_garbled_stream(wire: Any) -> None:
    with pytest.raises(HostGarbled):
        streamed(wire)
