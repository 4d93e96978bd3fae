"""The OpenAI dialect, against hosts that keep to it and hosts that do not."""

from typing import Any

import orjson
import pytest

from shoal.chat import Chat, Choice, Json, Message, Passage, Piece
from shoal.errors import HostCut, HostError, HostFailed, HostGarbled, HostMisconfigured, HostRateLimited, RequestError
from shoal.models.hosts.openai import OpenAIDialect
from shoal.models.hosts.rows import Row, rows
from shoal.testing import reply_wire

ASK = (Message.of("user", "Hi", name="ann"),)


def dialect(row: str = "openai") -> OpenAIDialect:
    return OpenAIDialect("h", "theirs", rows()[row])


def sent(chat: Chat, row: str = "openai") -> Json:
    wire: Json = orjson.loads(dialect(row).body(chat))
    return wire


def whole(wire: Any) -> Piece:
    return dialect().whole(orjson.dumps(wire))


def streamed(*wires: Any) -> list[Piece]:
    reading = dialect().reading()
    pieces = [reading.read(wire if isinstance(wire, bytes) else orjson.dumps(wire)) for wire in wires]
    pieces.append(reading.end())
    return [piece for piece in pieces if piece is not None]


def delta(finish: str | None = None, index: int | None = 0, **said: Any) -> Json:
    choice: Json = {"delta": said, "finish_reason": finish}
    return {"id": "c", "choices": [choice if index is None else {"index": index, **choice}]}


END = (delta("stop"), b"[DONE]")


def test_unknown_fields_go_out_untouched() -> None:
    options = {"temperature": 0.5, "tools": [{"type": "function"}], "theirs": {"a": [1, None]}, "seed": None}
    assert sent(Chat("ours", ASK, options)) == {
        "model": "theirs",
        "messages": [{"role": "user", "content": "Hi", "name": "ann"}],
        **options,
    }


def test_a_stream_asks_for_usage() -> None:
    options = {"stream_options": {"include_usage": False, "more": 1}}
    assert sent(Chat("m", ASK, stream=True))["stream_options"] == {"include_usage": True}
    assert sent(Chat("m", ASK, options, stream=True))["stream_options"] == {"include_usage": True, "more": 1}
    assert sent(Chat("m", ASK, {"stream_options": None}, stream=True))["stream_options"] == {"include_usage": True}
    assert "stream_options" not in sent(Chat("m", ASK))


def test_quirks_of_a_row() -> None:
    options = {"max_completion_tokens": 9, "seed": 4, "store": True, "temperature": 1}
    mistral = sent(Chat("m", ASK, options, stream=True), "mistral")
    assert mistral == {
        "model": "theirs",
        "messages": [ASK[0].wire],
        "stream": True,
        "max_tokens": 9,
        "random_seed": 4,
        "temperature": 1,
    }
    groq = sent(Chat("m", ASK, {"logprobs": True}), "groq")
    assert groq == {"model": "theirs", "messages": [{"role": "user", "content": "Hi"}]}
    assert ASK[0].wire["name"] == "ann"


def test_passages_are_a_message() -> None:
    chat = Chat("m", ASK, passages=(Passage("p", "c", "s", "t", "Dogs bark."),))
    assert "[1] t\nDogs bark." in sent(chat)["messages"][0]["content"]


def test_too_deep_is_the_callers_fault() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    with pytest.raises(RequestError, match="nested too deeply"):
        dialect().body(Chat("m", ASK, {"theirs": deep}))


def test_whole_reply() -> None:
    wire = reply_wire("openai", "Hello")
    wire |= {"system_fingerprint": "fp", "usage": {**wire["usage"], "theirs": 1}}
    wire["choices"][0]["logprobs"] = {"content": []}
    piece = whole(wire)
    said = {"role": "assistant", "content": "Hello"}
    assert piece.choices == [Choice(said, 0, "stop", {"logprobs": {"content": []}})]
    assert piece.extra == {"system_fingerprint": "fp"}
    assert piece.usage is not None
    assert (piece.usage.prompt_tokens, piece.usage.completion_tokens) == (7, 2)
    assert piece.usage.wire == {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9, "theirs": 1}


def test_whole_reply_with_tool_calls() -> None:
    calls = [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"function": {"name": "f", "arguments": {"x": 1}}},
    ]
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    made = whole({"choices": [{"message": message, "finish_reason": "tool_calls"}]}).choices[0].delta["tool_calls"]
    assert made[0] == {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert made[1]["index"] == 1
    assert made[1]["id"].startswith("call_")
    assert made[1]["function"] == {"name": "f", "arguments": '{"x":1}'}


@pytest.mark.parametrize(
    "wire",
    [
        {},
        {"choices": []},
        {"choices": None},
        {"choices": {}},
        {"choices": ["x"]},
        {"choices": [{"delta": {}}]},
        {"choices": [{"message": "x"}]},
        {"choices": [{"message": {}, "index": "0"}]},
        {"choices": [{"message": {}, "finish_reason": 7}]},
        {"choices": [{"message": {"tool_calls": "x"}}]},
        {"choices": [{"message": {"tool_calls": ["x"]}}]},
        {"choices": [{"message": {"tool_calls": [{"function": "x"}]}}]},
    ],
)
def test_wrong_shapes_are_garbled(wire: Any) -> None:
    with pytest.raises(HostGarbled, match="no chat reply"):
        whole(wire)


def test_an_error_inside_a_good_reply() -> None:
    with pytest.raises(HostRateLimited):
        whole({"error": {"code": 429, "message": "x"}})
    with pytest.raises(HostFailed):
        whole({"error": "out of memory"})
    with pytest.raises(HostMisconfigured):
        whole({"object": "error", "type": "NotFoundError", "code": 404, "message": "x"})


def test_stream() -> None:
    pieces = streamed(
        delta(role="assistant", content=""),
        delta(content="Hel"),
        {**delta(content="lo"), "usage": None, "theirs": 1},
        delta("stop"),
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
        b"[DONE]",
    )
    assert [piece.text for piece in pieces] == ["", "Hel", "lo", ""]
    assert pieces[2].extra == {"theirs": 1}
    assert pieces[3].choices[0].finish_reason == "stop"
    assert pieces[3].usage is not None
    assert pieces[3].usage.total_tokens == 5


def test_usage_on_the_last_chunk_with_a_choice() -> None:
    pieces = streamed(delta(content="x"), {**delta("stop"), "usage": {"prompt_tokens": 3}}, b"[DONE]")
    assert pieces[1].usage is not None
    assert pieces[1].choices[0].finish_reason == "stop"


def test_chunks_that_say_nothing_are_passed_over() -> None:
    assert streamed({"id": "c", "choices": [], "usage": None}, {"choices": None}, *END) == streamed(*END)


def test_a_missing_choice_index_and_delta_are_mended() -> None:
    pieces = streamed(delta(index=None, content="x"), {"choices": [{"finish_reason": "stop"}]}, b"[DONE]")
    assert pieces[0].choices == [Choice({"content": "x"})]
    assert pieces[1].choices == [Choice({}, 0, "stop")]


@pytest.mark.parametrize("tail", [(b"[DONE]",), ()])
@pytest.mark.parametrize("between", ["stop", "", None])
def test_a_finish_reason_with_every_chunk_is_that_of_the_last(between: str | None, tail: tuple[bytes, ...]) -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}, "theirs": 1}
    wires = (delta("stop", content="a"), delta(between, content="b"), delta("length", content="c"), usage)
    pieces = streamed(*wires, *tail)
    assert [(piece.text, piece.choices[0].finish_reason) for piece in pieces] == [
        ("a", None),
        ("b", None),
        ("c", "length"),
    ]
    assert pieces[2].usage is not None
    assert pieces[2].extra == {"theirs": 1}


def test_choices_that_end_one_after_the_other_end_together() -> None:
    pieces = streamed(delta("stop", 0, content="a"), delta("length", 1, content="b"), b"[DONE]")
    assert [piece.choices for piece in pieces] == [
        [Choice({"content": "a"}, 0)],
        [Choice({"content": "b"}, 1, "length"), Choice({}, 0, "stop")],
    ]


def test_several_choices() -> None:
    pieces = streamed(delta(index=0, content="a"), delta(index=1, content="b"), *END)
    assert [choice.index for piece in pieces[:2] for choice in piece.choices] == [0, 1]


def test_the_end() -> None:
    streamed(delta(content="x"), b"[DONE]")
    streamed(delta(content="x"), delta("stop"))
    with pytest.raises(HostCut):
        streamed(delta(content="x"))
    with pytest.raises(HostCut):
        streamed()


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ({"error": {"message": "x", "type": "server_error"}}, HostFailed),
        (
            {"error": {"message": "x", "code": 429}, "choices": [{"delta": {}, "finish_reason": "error"}]},
            HostRateLimited,
        ),
        ({"object": "error", "message": "x", "code": 500}, HostFailed),
        (b"{", HostGarbled),
        (b'{"choices":[{"delta":"x"}]}', HostGarbled),
    ],
)
def test_an_error_inside_a_stream(wire: Any, kind: type[HostError]) -> None:
    with pytest.raises(kind):
        streamed(delta(content="x"), wire)


def calls(*deltas: Any) -> list[Json]:
    """The tool-call deltas that come out."""
    return [
        call
        for piece in streamed(*(delta(tool_calls=each) for each in deltas), *END)
        for choice in piece.choices
        for call in choice.delta.get("tool_calls", ())
    ]


def function(arguments: str | None = None, name: str | None = None, **more: Any) -> Json:
    made = {"name": name, "arguments": arguments}
    return {"function": {key: value for key, value in made.items() if value is not None}, **more}


def joined(deltas: list[Json]) -> list[tuple[str, str, str]]:
    """(id, name, arguments) of each call, put together as a strict client does."""
    made: dict[int, list[str]] = {}
    for each in deltas:
        call = made.setdefault(each["index"], ["", "", ""])
        call[0] += each.get("id", "")
        call[1] += each["function"].get("name", "")
        call[2] += each["function"].get("arguments", "")
    return [(call[0], call[1], call[2]) for _, call in sorted(made.items())]


TOOL_STREAMS = {
    "as OpenAI sends it": [
        [function("", "f", index=0, id="a", type="function")],
        [function('{"x":', index=0)],
        [function("1}", index=0)],
        [function("{}", "g", index=1, id="b", type="function")],
    ],
    "no index": [
        [function("", "f", id="a")],
        [function('{"x":')],
        [function("1}")],
        [function("{}", "g", id="b")],
    ],
    "no index, the id each time": [
        [function("", "f", id="a")],
        [function('{"x":', id="a")],
        [function("1}", id="a")],
        [function("{}", "g", id="b")],
    ],
    "id and name each time": [
        [function("", "f", index=0, id="a")],
        [function('{"x":', "f", index=0, id="a")],
        [function("1}", "f", index=0, id="a")],
        [function("{}", "g", index=1, id="b")],
    ],
    "every call has index 0": [
        [function('{"x":1}', "f", index=0, id="a")],
        [function("{}", "g", index=0, id="b")],
    ],
    "numbered from 1": [
        [function('{"x":1}', "f", index=1, id="a")],
        [function("{}", "g", index=2, id="b")],
    ],
    "null and empty fields": [
        [function('{"x":', "f", index=0, id="a", type=None)],
        [function("1}", "", index=0, id="")],
        [function("{}", "g", index=1, id="b")],
    ],
    "both in one delta": [[function('{"x":1}', "f", id="a"), function("{}", "g", id="b")]],
}  # fmt: skip


@pytest.mark.parametrize("deltas", TOOL_STREAMS.values(), ids=TOOL_STREAMS)
def test_tool_calls(deltas: list[list[Json]]) -> None:
    made = calls(*deltas)
    assert joined(made) == [("a", "f", '{"x":1}'), ("b", "g", "{}")]
    firsts = [call for call in made if "id" in call]
    assert [call["type"] for call in firsts] == ["function", "function"]
    assert all(isinstance(call["function"]["arguments"], str) for call in firsts)


def test_calls_of_custom_tools_have_no_function() -> None:
    begin = {"index": 0, "id": "a", "type": "custom", "custom": {"name": "f", "input": ""}}
    made = calls([begin], [{"index": 0, "custom": {"input": "x"}}])
    assert made == [begin, {"index": 0, "custom": {"input": "x"}}]


@pytest.mark.parametrize("index", [None, 0])
def test_a_missing_id_is_made_once(index: int | None) -> None:
    more: Any = {} if index is None else {"index": index}
    made = calls([function("", "f", **more)], [function("{}", **more)])
    assert made[0]["id"].startswith("call_")
    assert "id" not in made[1]
    assert joined(made)[0][1:] == ("f", "{}")


def test_calls_without_index_and_id_begin_with_a_name() -> None:
    made = calls([function("{}", "f")], [function("{}", "g")])
    assert [call["index"] for call in made] == [0, 1]
    assert made[0]["id"] != made[1]["id"]


def test_the_row_may_be_bare() -> None:
    assert orjson.loads(OpenAIDialect("h", "x", Row("openai")).body(Chat("m", ASK)))["model"] == "x"
