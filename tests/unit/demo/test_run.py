"""The demo asks over HTTP and reads what the SDK gives back, errors included."""

from __future__ import annotations

import asyncio
import io

import orjson
from openai import OpenAI
from rich.console import Console

from demo.messages import Message
from demo.run import ask, run
from demo.verdict import Answer
from shoal.chat import Json
from shoal.testing import ScriptedHost, Step, response, sends

QUESTION = Message("1", "Which port?", "docs", {"source": "a.md", "phrases": ["8600"]})
REPLY: Json = {
    "id": "x",
    "object": "chat.completion",
    "created": 1,
    "model": "shoal/answer",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Port 8600. [1]"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    "shoal": {
        "model": "shoal/answer",
        "route": {"asked": "auto", "reason": "it fits", "confidence": 0.9},
        "citations": [{"number": 1, "source": "a.md", "quote": "Port 8600."}],
    },
}


def says(body: Json, status: int = 200) -> Step:
    """A step that answers with this JSON."""
    return sends(response(orjson.dumps(body), status))


async def asked(step: Step) -> tuple[Answer, Json]:
    async with ScriptedHost(otherwise=step) as host:
        client = OpenAI(base_url=host.url, api_key="k", max_retries=0)
        answer = await asyncio.to_thread(ask, client, QUESTION, [])
        await asyncio.to_thread(client.close)
        return answer, host.requests[0].json


def test_an_answer_with_its_sources() -> None:
    answer, sent = asyncio.run(asked(says(REPLY)))
    assert (answer.text, answer.model, answer.sources) == ("Port 8600. [1]", "shoal/answer", ("a.md",))
    assert answer.confidence == 0.9
    assert answer.latency_s > 0
    assert sent["model"] == "auto"
    assert sent["shoal"] == {"collections": ["shoal-docs"]}


def test_a_gateway_that_is_not_shoal() -> None:
    plain = {name: value for name, value in REPLY.items() if name != "shoal"}
    answer, _ = asyncio.run(asked(says({**plain, "model": "big"})))
    assert (answer.model, answer.sources, answer.confidence) == ("big", (), None)


def test_an_error_is_a_result() -> None:
    wire = {"error": {"message": "no", "type": "server_error", "param": None, "code": "model_failed"}}
    answer, _ = asyncio.run(asked(says(wire, 500)))
    assert (answer.error, answer.model, answer.text) == ("InternalServerError", "", "")


def test_run_warms_up_and_keeps_the_order() -> None:
    async def all_of_them() -> int:
        async with ScriptedHost(otherwise=says(REPLY)) as host:
            client = OpenAI(base_url=host.url, api_key="k", max_retries=0)
            messages = [QUESTION, Message("2", "Hello", "large", "large")]
            results = await asyncio.to_thread(run, client, messages, Console(file=io.StringIO()))
            await asyncio.to_thread(client.close)
            assert [result.message.id for result in results] == ["1", "2"]
            assert [result.right for result in results] == [True, False]
            return len(host.requests)

    assert asyncio.run(all_of_them()) == 3
