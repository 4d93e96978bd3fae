"""Thoughts that a host has signed: they come back to it word for word, or it refuses the conversation.

A signed thought goes to the client as the host wrote it, with its placeholders, and a mark of ours behind the
signature: which scope its placeholders belong to, and an HMAC that only this gateway can make for this key. A thought
that comes back with its mark has been masked already: what it says goes on as it is, without the mark, and all else in
it is looked at anew. So a conversation that nobody named keeps its placeholders all the same. It masks nothing, and
keeps no text longer than its reply.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import islice
from typing import Any

from shoal.chat import Json, Message

LISTS = frozenset({"thinking_blocks", "reasoning_details"})
_TEXTS = ("thinking", "text")
_MARK = "~shoal."
_MAC_BYTES = 20
# So many marks are tried for a scope: those of a conversation are ours, and a request full of others costs nothing.
_MOST_TRIED = 200


class Seals:
    """Marks and recognises the thoughts of one caller. `key` gives at least 16 bytes and is asked for once there is a
    thought; `scope` is the name of this exchange's scope, without "."."""

    def __init__(self, key: Callable[[], bytes], scope: str) -> None:
        self._make_key = key
        self.scope = scope
        # (choice, list, index of the thought) -> what has been said of it so far.
        self._said: dict[tuple[int, str, int | None], list[str]] = {}

    def sealed(self, choice: int, name: str, thoughts: list[Any]) -> list[Any]:
        """Thoughts on their way out, whole or piece by piece: those with a signature have the mark behind it. A piece
        without an index goes on with the thought that has not been signed yet."""
        return [
            self._sealed((choice, name, _index(each)), each, whole=at > 0) if isinstance(each, dict) else each
            for at, each in enumerate(thoughts)
        ]

    def _sealed(self, key: tuple[int, str, int | None], thought: Json, whole: bool) -> Json:
        text, signature = _text(thought), thought.get("signature")
        said = self._said.setdefault(key, [])
        said.append(text)
        if not isinstance(signature, str) or not signature:
            return thought
        del self._said[key]
        # With an unsigned one before it in its list, it is no last piece of that one where it says something itself.
        told = text if whole and text and key[2] is None else "".join(said)
        return {**thought, "signature": f"{signature}{_MARK}{self.scope}.{self._mac(self.scope, signature, told)}"}

    def opened(self, thought: Any) -> Json | None:
        """What a thought of ours says and its signature, without the mark; None for anything else. Its other fields
        may be anybody's."""
        found = _marked(thought)
        if found is None:
            return None
        signature, scope, mac = found
        if not hmac.compare_digest(mac.encode(), self._mac(scope, signature, _text(thought)).encode()):
            return None
        return {**{name: said for name in _TEXTS if isinstance(said := thought.get(name), str)}, "signature": signature}

    def scope_of(self, messages: Sequence[Message]) -> str:
        """The name of the scope in which the last thought of ours was masked; "" where there is none."""
        marked = (thought for thought in _thoughts(messages) if _marked(thought) is not None)
        for thought in islice(marked, _MOST_TRIED):
            if self.opened(thought) is not None:
                return str(thought["signature"]).rpartition(_MARK)[2].partition(".")[0]
        return ""

    @cached_property
    def _key(self) -> bytes:
        return self._make_key()

    def _mac(self, scope: str, signature: str, said: str) -> str:
        parts = (part.encode("utf-8", "surrogatepass") for part in (scope, signature, said))
        message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return base64.urlsafe_b64encode(hmac.digest(self._key, message, sha256)[:_MAC_BYTES]).decode().rstrip("=")


def _thoughts(messages: Sequence[Message]) -> Iterator[Any]:
    """All thoughts, the last one first."""
    for message in reversed(messages):
        for name in LISTS & message.wire.keys():
            held = message.wire[name]
            yield from reversed(held) if isinstance(held, list) else ()


def _index(thought: Json) -> int | None:
    index = thought.get("index")
    return index if isinstance(index, int) else None


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
