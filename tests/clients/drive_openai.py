"""Drives a running gateway with the openai package of whichever Python runs this, and prints what it saw as JSON.

Usage: drive_openai.py BASE_URL KEY
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import openai

ASK: list[Any] = [{"role": "user", "content": "hi"}]
TOOL: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


def whole(client: openai.OpenAI) -> dict[str, Any]:
    reply = client.chat.completions.create(model="plain", messages=ASK)
    extra = reply.model_extra or {}
    took = (reply.usage.model_extra or {}).get("shoal", {}) if reply.usage else {}
    return {
        "energy_wh": took.get("energy_wh"),
        "content": reply.choices[0].message.content,
        "total_tokens": reply.usage.total_tokens if reply.usage else None,
        "answered_by": extra.get("shoal", {}).get("model"),
        "request_id": reply._request_id,
    }


def streamed(client: openai.OpenAI) -> dict[str, Any]:
    with client.chat.completions.create(
        model="plain", messages=ASK, stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)
    took = (chunks[-1].usage.model_extra or {}).get("shoal", {}) if chunks[-1].usage else {}
    return {
        "energy_wh": took.get("energy_wh"),
        "content": "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices),
        "finish": [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1],
        "total_tokens": chunks[-1].usage.total_tokens if chunks[-1].usage else None,
    }


def helper(client: openai.OpenAI) -> dict[str, Any]:
    """The package's own accumulating helper, which is the strictest reader of tool-call deltas."""
    with client.chat.completions.stream(model="tools", messages=ASK, tools=[TOOL]) as stream:
        kinds = {event.type for event in stream}
        call = stream.get_final_completion().choices[0].message.tool_calls
    assert call is not None
    return {"kinds": sorted(kinds), "id": call[0].id, "name": call[0].function.name, "args": call[0].function.arguments}


def models(client: openai.OpenAI) -> dict[str, Any]:
    return {"ids": [model.id for model in client.models.list()], "one": client.models.retrieve("plain").id}


def fault(call: Any) -> dict[str, Any]:
    try:
        call()
    except openai.APIError as error:
        return {"class": type(error).__name__, "code": error.code, "status": getattr(error, "status_code", None)}
    return {"class": "none"}


def faults(client: openai.OpenAI, url: str) -> dict[str, Any]:
    stranger = openai.OpenAI(base_url=url, api_key="sk-shoal-wrong-key", max_retries=0)

    def ask(model: str, who: openai.OpenAI = client, **more: Any) -> Any:
        reply = who.chat.completions.create(model=model, messages=ASK, **more)
        return list(reply) if more.get("stream") else reply

    return {
        "key": fault(lambda: ask("plain", stranger)),
        "model": fault(lambda: ask("nothing")),
        "field": fault(lambda: ask("plain", temperature="hot")),
        "limited": fault(lambda: ask("limited")),
        "limited_stream": fault(lambda: ask("limited", stream=True)),
        "cut": fault(lambda: ask("cut", stream=True)),
    }


async def at_once(url: str, key: str) -> list[str | None]:
    """Twenty requests at once through the asynchronous client, every other one streamed."""
    async with openai.AsyncOpenAI(base_url=url, api_key=key) as client:

        async def one(number: int) -> str | None:
            if number % 2:
                return (await client.chat.completions.create(model="plain", messages=ASK)).choices[0].message.content
            stream = await client.chat.completions.create(model="plain", messages=ASK, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

        return await asyncio.gather(*(one(number) for number in range(20)))


def main() -> None:
    url, key = sys.argv[1:]
    with openai.OpenAI(base_url=url, api_key=key, max_retries=0) as client:
        seen = {
            "version": openai.__version__,
            "whole": whole(client),
            "streamed": streamed(client),
            "helper": helper(client),
            "models": models(client),
            "faults": faults(client, url),
            "at_once": asyncio.run(at_once(url, key)),
        }
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
