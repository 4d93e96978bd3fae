"""A transcript: the masked prompt and the masked reply of an exchange as they are kept, in JSON. It takes the fields
that masking has been through and no other, and of what is not text only the kind.

It must be given what the models saw, before placeholders are restored.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from shoal.chat import Chat, Choice, Json, Message, Passage, Piece
from shoal.trust.sensitive import Sensitive

MOST_CHARS = 4_000_000
FIELDS = ("role", "name", "refusal", "reasoning_content", "tool_calls", "function_call", "tool_call_id")
TEXTS = ("content", "reasoning_content", "refusal")
TEXT_PARTS = ("text", "refusal")


def prompt_of(chat: Chat) -> Sensitive:
    """Messages, passages and tools of a masked chat. Beyond MOST_CHARS the older ones are left out, and said to be."""
    room = MOST_CHARS
    kept: list[Json] = []
    for message in reversed(chat.messages):
        wire = _message(message)
        room -= len(_json(wire))
        kept.append(wire if room >= 0 else {"role": message.role, "left_out": True})
    prompt: Json = {"messages": kept[::-1]}
    for name, value in (("passages", list(map(_passage, chat.passages))), ("tools", chat.options.get("tools"))):
        if value:
            room -= len(_json(value))
            prompt[name] = value if room >= 0 else {"left_out": True}
    return Sensitive(_json(prompt))


def _message(message: Message) -> Json:
    kept = {name: message.wire[name] for name in FIELDS if name in message.wire}
    content = message.wire.get("content")
    if isinstance(content, str):
        return {**kept, "content": content}
    return {**kept, "content": [_part(part.wire) for part in message.parts()]}


def _part(wire: Json) -> Json:
    kind = wire.get("type")
    if kind in TEXT_PARTS:
        return {"type": kind, kind: wire.get(kind)}
    return {"type": kind, "left_out": True}


def _passage(passage: Passage) -> Json:
    return {
        "collection": passage.collection,
        "source": passage.source,
        "title": passage.title,
        "text": passage.text,
    }


class Transcript:
    """Gathers the pieces of a masked reply. What comes after MOST_CHARS is left out, and said to be."""

    __slots__ = ("_calls", "_cut", "_left", "_texts")

    def __init__(self) -> None:
        self._texts: dict[int, dict[str, list[str]]] = {}
        self._calls: dict[int, dict[int, dict[str, list[str]]]] = {}
        self._left = MOST_CHARS
        self._cut = False

    def add(self, piece: Piece) -> None:
        """Takes in a piece as it came from the model."""
        for choice in piece.choices:
            self._add(choice)

    def reply(self) -> Sensitive:
        """All choices so far."""
        numbers = sorted(self._texts.keys() | self._calls.keys())
        wire: Json = {"choices": [self._choice(number) for number in numbers]}
        if self._cut:
            wire["cut"] = True
        return Sensitive(_json(wire))

    def _add(self, choice: Choice) -> None:
        texts = self._texts.setdefault(choice.index, {})
        for name in TEXTS:
            self._keep(texts, name, choice.delta.get(name))
        calls = choice.delta.get("tool_calls")
        for at, call in enumerate(calls if isinstance(calls, list) else ()):
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict):
                parts = self._calls.setdefault(choice.index, {}).setdefault(call.get("index", at), {})
                for name in ("name", "arguments"):
                    self._keep(parts, name, function.get(name))

    def _keep(self, texts: dict[str, list[str]], name: str, said: Any) -> None:
        if isinstance(said, list):
            said = "".join(part["text"] for part in said if isinstance(part, dict) and _is_text(part))
        if not isinstance(said, str) or not said:
            return
        self._cut = self._cut or len(said) > self._left
        kept = said[: self._left]
        self._left -= len(kept)
        texts.setdefault(name, []).append(kept)

    def _choice(self, number: int) -> Json:
        wire: Json = {"index": number}
        wire.update({name: "".join(said) for name, said in self._texts.get(number, {}).items()})
        calls = self._calls.get(number)
        if calls:
            wire["tool_calls"] = [_joined(calls[at]) for at in sorted(calls)]
        return wire


def _is_text(part: Json) -> bool:
    return part.get("type") == "text" and isinstance(part.get("text"), str)


def _joined(call: dict[str, list[str]]) -> Json:
    return {name: "".join(said) for name, said in call.items()}


def _json(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # half a surrogate pair, which a plug-in's model may say
        return json.dumps(value)
