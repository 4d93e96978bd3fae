"""Refusals before there is an exchange (a wrong key, over a limit), counted: however many come, they fill no disk."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from shoal.stores.audit_log import AuditEvent

EVERY_S = 1.0
MOST_KEYS = 16
MOST_CODES = 64
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
OTHER = "other"


class Refusals:
    """One entry for each code and second, with how many there were and which keys they came with (the ids of known
    keys, MOST_KEYS of them; the rest are counted as "other")."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is in seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, Counter[str]] = {}
        self._last: dict[str, float] = {}
        self._closing = False

    def add(self, code: str, key_id: str | None = None) -> None:
        """Counts one. `code` is an error's."""
        if not CODE.fullmatch(code):
            code = OTHER
        with self._lock:
            if code not in self._keys and len(self._keys) >= MOST_CODES:
                code = OTHER
            keys = self._keys.setdefault(code, Counter())
            known = key_id is not None and KEY_ID.fullmatch(key_id)
            name = key_id if known and key_id is not None else ""
            keys[name if name in keys or len(keys) < MOST_KEYS else OTHER] += 1

    def due(self) -> Iterator[AuditEvent]:
        """The entries whose second is over: the first of a code at once, all when closing."""
        now = self._clock()
        with self._lock:
            ripe = [code for code in self._keys if self._closing or now - self._last.get(code, -EVERY_S) >= EVERY_S]
            taken = {code: self._keys.pop(code) for code in ripe}
            self._last = {code: at for code, at in self._last.items() if now - at < EVERY_S}
            self._last.update(dict.fromkeys(ripe, now))
        for code, keys in taken.items():
            count = keys.total()
            del keys[""]
            yield AuditEvent("refused", time.time_ns(), {"code": code, "count": count, "keys": dict(keys)})

    def close(self) -> None:
        """From now on every entry is due."""
        self._closing = True
