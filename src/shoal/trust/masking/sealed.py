"""Thoughts that a host has signed: they come back to it word for word, or it refuses the conversation.

A signed thought goes to the client as the host wrote it, with its placeholders, and a mark of ours behind the
signature: which scope its placeholders belong to, and an HMAC that only this gateway can make for this key. A thought
that comes back with its mark has been masked already and goes on as it is, without the mark; so a conversation that
nobody named keeps its placeholders all the same. It masks nothing, and keeps no text longer than its reply.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from hashlib import sha256
from typing import Any

from shoal.chat import Json, Message

LISTS = frozenset({"thinking_blocks", "reasoning_details"})
_TEXTS = ("thinking", "text", "summary")
_MARK = "~shoal."
_MAC_BYTES = 20


class Seals:
    """Marks and recognises the thoughts of one caller. `key` gives at least 16 bytes and is asked for once there is a
    thought; `scope` is the name of this exchange's scope, without "."."""

    def __init__(self, key: Callable[[], bytes], scope: str) -> None:
        self._make_key = key
        self.scope = scope
        # (choice, list, index of the thought) -> what has been said of it so far.
        self._said: dict[tuple[int, str, Any], str] = {}

    def sealed(self, choice: int, name: str, thoughts: list[Any]) -> list[Any]:
        """Thoughts on their way out, whole or piece by piece: those with a signature have the mark behind it."""
        return [
            self._sealed((choice, name, each.get("index", at)), each) if isinstance(each, dict) else each
            for at, each in enumerate(thoughts)
        ]

    def _sealed(self, key: tuple[int, str, Any], thought: Json) -> Json:
        said = self._said[key] = self._said.get(key, "") + _text(thought)
        signature = thought.get("signature")
        if not isinstance(signature, str) or not signature:
            return thought
        del self._said[key]
        return {**thought, "signature": f"{signature}{_MARK}{self.scope}.{self._mac(self.scope, signature, said)}"}

    def opened(self, thought: Any) -> Json | None:
        """A thought of ours without its mark; None for anything else."""
        found = _marked(thought)
        if found is None:
            return None
        signature, scope, mac = found
        if not hmac.compare_digest(mac.encode(), self._mac(scope, signature, _text(thought)).encode()):
            return None
        return {**thought, "signature": signature}

    def scope_of(self, messages: Iterable[Message]) -> str:
        """The name of the scope in which the last thought of ours was masked; "" where there is none."""
        found = ""
        for thought in _thoughts(messages):
            if self.opened(thought) is not None:
                found = thought["signature"].rpartition(_MARK)[2].partition(".")[0]
        return found

    @cached_property
    def _key(self) -> bytes:
        return self._make_key()

    def _mac(self, scope: str, signature: str, said: str) -> str:
        parts = (part.encode("utf-8", "surrogatepass") for part in (scope, signature, said))
        message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return base64.urlsafe_b64encode(hmac.digest(self._key, message, sha256)[:_MAC_BYTES]).decode().rstrip("=")


def _thoughts(messages: Iterable[Message]) -> Iterator[Any]:
    for message in messages:
        for name in LISTS & message.wire.keys():
            held = message.wire[name]
            yield from held if isinstance(held, list) else ()


def _marked(thought: Any) -> tuple[str, str, str] | None:
    """The signature, scope and HMAC of a thought that has a mark."""
    signature = thought.get("signature") if isinstance(thought, dict) else None
    if not isinstance(signature, str) or _MARK not in signature:
        return None
    plain, _, mark = signature.rpartition(_MARK)
    scope, _, mac = mark.partition(".")
    return plain, scope, mac


def _text(thought: Json) -> str:
    return "".join(said for name in _TEXTS if isinstance(said := thought.get(name), str))
