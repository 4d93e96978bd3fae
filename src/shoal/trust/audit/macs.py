"""Keyed hashes of prompts and replies: whoever has the text and the key can show that it is the one in the record;
nobody else can even guess. It keeps no text."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from shoal.chat import Chat, Choice, Piece

if TYPE_CHECKING:
    from hashlib import _Hash

# Longer ones are hashed in a thread, at about 1 GB/s.
INLINE_BYTES = 256 * 1024
TEXTS = ("content", "reasoning_content", "refusal")


def mac(key: bytes, purpose: str, data: bytes) -> str:
    """HMAC-SHA256 in hexadecimal; no two purposes share one."""
    return hmac.digest(key, purpose.encode() + b"\n" + data, sha256).hex()


def prompt_bytes(chat: Chat) -> bytes:
    """The canonical JSON of what a chat asks: messages, passages (id and text) and options, keys sorted."""
    asked = [[each.wire for each in chat.messages], [[each.id, each.text] for each in chat.passages], chat.options]
    try:
        return orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # numbers beyond 64 bits, halves of surrogate pairs
        return json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()


async def prompt_mac(key: bytes, chat: Chat) -> str:
    """The keyed hash of what a chat asks."""
    data = prompt_bytes(chat)
    if len(data) > INLINE_BYTES:
        return await asyncio.to_thread(mac, key, "prompt", data)
    return mac(key, "prompt", data)


class ReplyMac:
    """The keyed hash of a reply, read piece by piece; the same however it was cut into pieces.

    It is the HMAC over a line for each channel (a choice's content, the arguments of its first tool call, ...): the
    channel's name and the SHA-256 of all its text, in the order of the names."""

    __slots__ = ("_channels",)

    def __init__(self) -> None:
        self._channels: dict[tuple[int, str], _Hash] = {}

    def read(self, piece: Piece) -> None:
        """Takes in a piece."""
        for choice in piece.choices:
            for name, text in _texts(choice):
                channel = (choice.index, name)
                found = self._channels.get(channel)
                if found is None:
                    found = self._channels[channel] = sha256()
                found.update(text.encode("utf-8", "surrogatepass"))

    def digest(self, key: bytes) -> str | None:
        """The keyed hash; None where nothing was said."""
        if not self._channels:
            return None
        lines = (f"{at}.{name} {each.hexdigest()}\n" for (at, name), each in sorted(self._channels.items(), key=_name))
        return mac(key, "reply", "".join(lines).encode())


def _name(item: tuple[tuple[int, str], object]) -> tuple[int, str]:
    return item[0]


def _texts(choice: Choice) -> Iterator[tuple[str, str]]:
    delta = choice.delta
    for name in TEXTS:
        if text := delta.get(name):
            yield name, text if isinstance(text, str) else json.dumps(text, sort_keys=True)
    calls = delta.get("tool_calls")
    if isinstance(calls, list):
        for at, call in enumerate(calls):
            yield from _call_texts(at, call)


def _call_texts(at: int, call: Any) -> Iterator[tuple[str, str]]:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return
    number = call.get("index", at)
    for name in ("name", "arguments"):
        if isinstance(text := function.get(name), str) and text:
            yield f"tool_calls.{number}.{name}", text
