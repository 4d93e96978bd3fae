"""Drives a running gateway with the openai package of whichever Python runs this, and prints what of its replies and
moderations it saw as JSON.

Usage: drive_monitoring.py BASE_URL KEY TEXT
"""

from __future__ import annotations

import json
import sys
from typing import Any

import openai

ASK: list[Any] = [{"role": "user", "content": "hi"}]


def moderated(client: openai.OpenAI, text: str) -> dict[str, Any]:
    one = client.moderations.create(input=text)
    several = client.moderations.create(input=["A fine day.", text], model="omni-moderation-latest")
    return {
        "model": one.model,
        "flagged": [result.flagged for result in (*one.results, *several.results)],
        "violence": (one.results[0].categories.violence, one.results[0].category_scores.violence),
        "minors": one.results[0].categories.sexual_minors,
    }


def streamed(client: openai.OpenAI, model: str, **more: Any) -> dict[str, Any]:
    with client.chat.completions.create(model=model, messages=ASK, stream=True, **more) as stream:
        chunks = [chunk for chunk in stream if chunk.choices]
    return {
        "content": "".join(chunk.choices[0].delta.content or "" for chunk in chunks),
        "finish": [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices[0].finish_reason],
        "raw": "".join(chunk.model_dump_json() for chunk in chunks),
    }


def helper(client: openai.OpenAI, model: str) -> str:
    """The package's own accumulating helper has an error for this end."""
    said = ""
    try:
        with client.chat.completions.stream(model=model, messages=ASK) as stream:
            for event in stream:
                said += event.delta if event.type == "content.delta" else ""
            stream.get_final_completion()
    except openai.ContentFilterFinishReasonError:
        return said
    return "no error"


def whole(client: openai.OpenAI, model: str) -> dict[str, Any]:
    reply = client.chat.completions.create(model=model, messages=ASK)
    return {"content": reply.choices[0].message.content, "finish": reply.choices[0].finish_reason}


def main() -> None:
    url, key, text = sys.argv[1:]
    with openai.OpenAI(base_url=url, api_key=key, max_retries=0) as client:
        seen = {
            "version": openai.__version__,
            "moderated": moderated(client, text),
            "streamed": streamed(client, "harmful", logprobs=True),
            "fine": streamed(client, "fine"),
            "helper": helper(client, "harmful"),
            "whole": whole(client, "harmful"),
        }
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
