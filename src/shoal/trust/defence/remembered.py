"""What classifiers found in texts seen before, so that a conversation's history is not scored anew in every turn.

A text is known by a keyed hash whose key dies with the process; no text is kept. Bounded, shared by threads.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Generic, TypeVar

MOST = 10_000
SHORTEST = 64
"""Characters of a text that is worth it."""
T = TypeVar("T")


class Remembered(Generic[T]):
    """Findings by text."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._salt = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._found: OrderedDict[bytes, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._found)

    def of(self, text: str, find: Callable[[str], T], setting: float = 0.0) -> T:
        """What `find` says of the text, or has said of it with the same setting."""
        if len(text) < SHORTEST:
            return find(text)
        told = f"{setting}/{text}".encode("utf-8", "surrogatepass")
        key = blake2b(told, key=self._salt, digest_size=16).digest()
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = find(text)
        with self._lock:
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return found
