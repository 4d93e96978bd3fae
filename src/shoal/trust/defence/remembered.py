"""What classifiers found in texts seen before, so that a conversation's history is not scored anew in every turn.

A text is known by a keyed hash whose key dies with the process; no text is kept. Bounded, shared by threads.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
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

    def of(self, texts: Sequence[str], find: Callable[[Sequence[str]], Sequence[T]], setting: float = 0.0) -> list[T]:
        """What `find` says of each text, or has said of it with the same setting. It is asked once, about all that is
        new."""
        keys = [self._key(text, setting) for text in texts]
        with self._lock:
            known = {key: self._found[key] for key in keys if key in self._found}
            for key in known:
                self._found.move_to_end(key)
        new = [at for at, key in enumerate(keys) if key not in known]
        if not new:
            return [known[key] for key in keys]
        found = dict(zip(new, find([texts[at] for at in new]), strict=True))
        with self._lock:
            self._found.update((keys[at], each) for at, each in found.items() if keys[at])
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return [found[at] if at in found else known[key] for at, key in enumerate(keys)]

    def _key(self, text: str, setting: float) -> bytes:
        """b"" for a text that is not worth it."""
        if len(text) < SHORTEST:
            return b""
        told = f"{setting}/{text}".encode("utf-8", "surrogatepass")
        return blake2b(told, key=self._salt, digest_size=16).digest()
