"""POST /v1/chat/completions: what goes in and what comes out, whole and streamed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from shoal.chat import Choice, Citation, Passage, Piece, Usage
from shoal.errors import HostCut, HostRateLimited, HostRejected
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running

ASK = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}
PASSAGE = Passage("p1", "known", "a.md", "A > B", "The quote. More.")


def call_delta(**function: str) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "function": function}]}


TOOLS = ScriptedModel(
    [
        Piece([Choice({"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"name": "f"}}]})]),
        Piece([Choice(call_delta(arguments='{"a":'))]),
        Piece([Choice(call_delta(arguments="1}"))]),
        Piece([Choice({}, 0, "tool_calls")], Usage(1, 2)),
    ],
    name="tools",
)
CITING = ScriptedModel(
    [Piece.of("The quote. [1]", "stop", usage=Usage(3, 4), citations=(Citation(1, PASSAGE, "The quote."),))],
    name="citing",
)
CUT = ScriptedModel(["half", HostCut("the host ended early", host="h")], name="cut")
LIMITED = ScriptedModel([HostRateLimited("wait", host="h", retry_after_s=6.2)], name="limited")
REJECTED = ScriptedModel(
    [HostRejected("no", host="h", status=422, param="temperature", detail="too hot")], name="rejected"
)
EXTRA = ScriptedModel(
    [
        Piece(
            [Choice({"content": "x"}, 0, "stop", {"logprobs": None, "seen": 1})],
            Usage(1, 1),
            extra={"system_fingerprint": "f"},
        )
    ],
    name="extra",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    models = (ScriptedModel(["Hel", "lo"]), TOOLS, CITING, CUT, LIMITED, REJECTED, EXTRA)
    with running(tmp_path_factory.mktemp("data"), *models) as found:
        yield found


@pytest.fixture
def client(house: Running) -> Iterator[web.Client]:
    with web.Client(base_url=house.url, headers={"authorization": f"Bearer {house.member}"}) as client:
        yield client


def chunks(client: web.Client, **body: Any) -> list[dict[str, Any]]:
    """The JSON of a stream's events, less the end mark, which must be there unless an error came."""
    answer = client.post("/v1/chat/completions", json={**ASK, "stream": True, **body})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = answer.text.removesuffix("\n\n").split("\n\n")
    assert all(event.startswith("data: ") for event in events)
    if events[-1] == "data: [DONE]":
        events.pop()
    return [orjson.loads(event[6:]) for event in events]


def test_a_whole_reply_is_a_full_object(client: web.Client) -> None:
    answer = client.post("/v1/chat/completions", json=ASK)
    body = answer.json()
    assert answer.status_code == 200
    assert body["id"].startswith("chatcmpl-")
    assert (body["object"], body["model"]) == ("chat.completion", "scripted")
    assert body["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello", "refusal": None},
            "finish_reason": "stop",
            "logprobs": None,
        }
    ]
    assert body["usage"] == {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    assert body["shoal"]["model"] == "scripted"
    assert body["shoal"]["route"] == {"asked": "scripted", "reason": "named by the caller"}
    assert answer.headers["x-shoal-exchange"] == answer.headers["x-request-id"] == body["shoal"]["exchange_id"]
    assert answer.headers["x-shoal-model"] == "scripted"
    assert answer.headers["x-shoal-route"] == "named by the caller"


def test_a_stream_has_a_role_first_shoal_on_the_finish_and_no_usage_unasked(client: web.Client) -> None:
    found = chunks(client)
    assert [chunk["choices"][0]["delta"].get("content") for chunk in found] == ["Hel", "lo", None]
    assert found[0]["choices"][0]["delta"]["role"] == "assistant"
    assert found[-1]["choices"][0]["finish_reason"] == "stop"
    assert found[-1]["shoal"]["model"] == "scripted"
    assert not any("usage" in chunk or ("shoal" in chunk and chunk is not found[-1]) for chunk in found)
    assert len({chunk["id"] for chunk in found}) == 1
    assert {chunk["object"] for chunk in found} == {"chat.completion.chunk"}


def test_usage_rides_on_a_chunk_of_its_own_if_asked_for(client: web.Client) -> None:
    found = chunks(client, stream_options={"include_usage": True})
    assert found[-1]["choices"] == []
    assert found[-1]["usage"] == {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    assert all(chunk["usage"] is None for chunk in found[:-1])


def test_streamed_tool_calls_keep_index_and_id(client: web.Client) -> None:
    found = [
        call for chunk in chunks(client, model="tools") for call in chunk["choices"][0]["delta"].get("tool_calls", ())
    ]
    assert [call["index"] for call in found] == [0, 0, 0]
    assert [call.get("id") for call in found] == ["c1", None, None]
    assert "".join(call["function"].get("arguments", "") for call in found) == '{"a":1}'


def test_pieces_of_tool_calls_are_joined_in_a_whole_reply(client: web.Client) -> None:
    choice = client.post("/v1/chat/completions", json={**ASK, "model": "tools"}).json()["choices"][0]
    assert choice["message"]["tool_calls"] == [
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    ]


def test_citations_ride_on_the_reply(client: web.Client) -> None:
    expected = [
        {"number": 1, "collection": "known", "source": "a.md", "title": "A > B", "passage": "p1", "quote": "The quote."}
    ]
    assert client.post("/v1/chat/completions", json={**ASK, "model": "citing"}).json()["shoal"]["citations"] == expected
    assert chunks(client, model="citing")[-1]["shoal"]["citations"] == expected


def test_unknown_fields_of_a_host_pass(client: web.Client) -> None:
    body = client.post("/v1/chat/completions", json={**ASK, "model": "extra"}).json()
    assert body["system_fingerprint"] == "f"
    assert body["choices"][0]["seen"] == 1
    assert chunks(client, model="extra")[0]["system_fingerprint"] == "f"


def test_unknown_fields_of_a_request_reach_the_model(house: Running, client: web.Client) -> None:
    model = next(iter(house.gateway._fast.values()))._house.models.find("scripted")[0]  # type: ignore[attr-defined]
    client.post("/v1/chat/completions", json={**ASK, "future": {"x": [1]}, "tools": [], "shoal": {"tags": {"a": "b"}}})
    assert model.chats[-1].options == {"future": {"x": [1]}, "tools": []}
    assert dict(model.chats[-1].shoal.tags) == {"a": "b"}


def test_a_failure_before_the_first_piece_is_an_http_error_even_on_a_stream(client: web.Client) -> None:
    for stream in (False, True):
        answer = client.post("/v1/chat/completions", json={**ASK, "model": "limited", "stream": stream})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "7"
        assert answer.json()["error"]["code"] == "host_rate_limited"


def test_a_hosts_rejection_keeps_status_param_and_words(client: web.Client) -> None:
    answer = client.post("/v1/chat/completions", json={**ASK, "model": "rejected"})
    assert answer.status_code == 422
    assert answer.json()["error"]["param"] == "temperature"
    assert "too hot" in answer.json()["error"]["message"]


def test_a_failure_in_the_middle_is_an_error_event_and_the_end(client: web.Client) -> None:
    answer = client.post("/v1/chat/completions", json={**ASK, "model": "cut", "stream": True})
    assert "[DONE]" not in answer.text
    last = orjson.loads(answer.text.strip().split("\n\n")[-1][6:])
    assert last["error"]["code"] == "host_cut"


def test_collections_are_searched_and_attached(house: Running, client: web.Client) -> None:
    house.retriever.passages = [PASSAGE]
    client.post("/v1/chat/completions", json={**ASK, "shoal": {"collections": ["known"]}})
    assert house.retriever.asked[-1] == ("hi", ("known",))


def test_header_twins(house: Running, client: web.Client) -> None:
    headers = {"x-shoal-tags": "team=a, x=1", "x-shoal-optimize": "cost", "x-shoal-conversation": "c-1"}
    answer = client.post("/v1/chat/completions", json=ASK, headers=headers)
    record = house.ledger.get(answer.headers["x-shoal-exchange"])
    assert record is not None
    assert record.tags == {"team": "a", "x": "1"}


def test_the_deadline_of_the_request(client: web.Client, tmp_path: Path) -> None:
    import asyncio

    slow = ScriptedModel([asyncio.Event()], name="slow")
    with running(tmp_path, slow) as house, web.Client(headers={"x-api-key": house.member}) as other:
        body = {**ASK, "model": "slow", "shoal": {"deadline_s": 0.05}}
        answer = other.post(f"{house.url}/v1/chat/completions", json=body)
        assert answer.status_code == 504
        assert answer.json()["error"]["code"] == "deadline_exceeded"
        assert answer.headers["x-should-retry"] == "false"
        assert (slow.running, slow.cancelled) == (0, 1)
