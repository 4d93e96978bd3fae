"""The audit log: what happened in each exchange, provably, and nothing that was said.

Entries are taken at once and written in batches by a thread; each is durable within about BATCH_S. How a chain is
proved whole is `trust/audit/verify.py`'s to know.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import orjson
import structlog

from shoal.errors import AuditFailed
from shoal.stores.audit_chain import SEGMENT_BYTES, Chain, Json, Signer
from shoal.stores.audit_heads import FILE, HeadSink, append

BATCH_S = 0.2
BATCH_ROWS = 1000
MOST_WAITING = 20_000
# What an entry of odd values may raise when it is made JSON, also where they change meanwhile.
UNWRITABLE = (TypeError, ValueError, LookupError, AttributeError, RuntimeError)


class Entry(Protocol):
    """What a line of the log says: `time` is when it happened in Unix nanoseconds, `wire` a JSON object with its
    `kind`."""

    @property
    def time(self) -> int: ...

    def wire(self) -> Json: ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One exchange: numbers, names that the operator gave, and keyed hashes.

    `time` is its end in Unix nanoseconds; `policy` and `template` the versions that held; `asked` the model that the
    caller named (a keyed hash where there is no such model), `model` the one that answered; `parameters` only numbers
    and known words; `tokens` by kind; `energy_j` joules, None where unmetered; `entities` counts by what became of them
    and type; `trust` scores and actions by step; `hosts` those called, reached or not; `prompt_mac` and `reply_mac`
    HMAC-SHA256 over the masked view, under the tenant's own key; `conversation` likewise."""

    exchange: str
    time: int
    tenant: str
    key_id: str
    outcome: str
    asked: str
    policy: str
    model: str | None = None
    streamed: bool = False
    template: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    energy_j: float | None = None
    entities: Mapping[str, Any] = field(default_factory=dict)
    trust: Mapping[str, Any] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    attempts: int = 0
    latency_s: float = 0.0
    prompt_mac: str | None = None
    reply_mac: str | None = None
    conversation: str | None = None

    def wire(self) -> Json:
        return {
            "kind": "exchange",
            "time": self.time,
            "exchange": self.exchange,
            "tenant": self.tenant,
            "key": self.key_id,
            "outcome": self.outcome,
            "asked": self.asked,
            "model": self.model,
            "streamed": self.streamed,
            "policy": self.policy,
            "template": self.template,
            "parameters": self.parameters,
            "tokens": self.tokens,
            "energy_j": self.energy_j,
            "entities": self.entities,
            "trust": self.trust,
            "hosts": self.hosts,
            "attempts": self.attempts,
            "latency_s": round(self.latency_s, 6),
            "prompt_mac": self.prompt_mac,
            "reply_mac": self.reply_mac,
            "conversation": self.conversation,
        }


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that happened beside the exchanges, such as refusals or an erasure. `facts` hold counts and names that
    the operator gave, never what was said."""

    kind: str
    time: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    def wire(self) -> Json:
        return {"kind": self.kind, "time": self.time, **self.facts}


class AuditLog(Protocol):
    """Where entries go. `check` raises AuditFailed where requests must not be taken, because what they do could not be
    written down."""

    def add(self, entry: Entry) -> None: ...

    def check(self) -> None: ...

    def close(self) -> None: ...


class FileAuditLog:
    """The log in files: one chain of this process in a folder that others may share.

    The chain begins with the first entry. While writing fails, entries wait in memory, MOST_WAITING at most; how many
    were dropped beyond that is written down afterwards."""

    def __init__(
        self,
        folder: Path,
        signer: Signer,
        *,
        refuse: bool = True,
        head_s: float = 10.0,
        sink: str | None = None,
        due: Callable[[], Iterable[Entry]] = tuple,
        about: Mapping[str, Any] | None = None,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        """`refuse` says what `check` does while writing fails; `due` is asked before each write for what else there is;
        `about` stands in the chain's first line."""
        self._folder, self._signer, self._refuse, self._head_s = folder, signer, refuse, head_s
        self._due = due
        self._about = dict(about or {})
        self._segment_bytes = segment_bytes
        self._chain: Chain | None = None
        self._waiting: deque[Entry] = deque()
        self._dropped = 0
        self._lock = threading.Lock()
        self._failing = False
        self._head_failing = False
        self._headed, self._next_head = -1, 0.0
        self._wake, self._closing = threading.Event(), threading.Event()
        self._log = structlog.get_logger("shoal.audit")
        self._sink = HeadSink(sink) if sink is not None else None
        self._thread = threading.Thread(target=self._run, name="shoal-audit", daemon=True)
        self._thread.start()

    def add(self, entry: Entry) -> None:
        """Takes the entry; it is durable within about BATCH_S."""
        if len(self._waiting) >= MOST_WAITING:
            with self._lock:
                self._dropped += 1
            return
        self._waiting.append(entry)
        if len(self._waiting) == BATCH_ROWS:
            self._wake.set()

    def check(self) -> None:
        """Raises AuditFailed while writing fails or lags far behind, where the policy is to refuse."""
        dead = not self._thread.is_alive() and not self._closing.is_set()
        if self._refuse and (self._failing or dead or len(self._waiting) >= MOST_WAITING // 2):
            raise AuditFailed(
                "the audit record cannot be written, so no request is taken: make room in the audit folder, or set "
                'audit.when_full = "go_on"'
            )

    def close(self) -> None:
        """Writes what is left, ends the chain, sends its last head and stops the threads."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        if self._sink is not None:
            self._sink.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(BATCH_S)
            self._wake.clear()
            self._flush()
            self._send_head()
        self._flush()
        self._end()

    def _flush(self) -> None:
        if not self._failing:
            self._waiting.extend(self._due())
        while self._waiting or self._dropped:
            # By number: iterating over a deque fails where another thread adds to it.
            batch = [self._waiting[at] for at in range(min(BATCH_ROWS, len(self._waiting)))]
            dropped = self._dropped if len(batch) == len(self._waiting) else 0
            gap = [AuditEvent("gap", time.time_ns(), {"dropped": dropped})] if dropped else []
            try:
                self._write([*batch, *gap])
            except OSError as error:
                self._fail(error)
                return
            self._written(len(batch), dropped)

    def _write(self, entries: list[Entry]) -> None:
        if self._chain is None:
            self._chain = Chain(self._folder, self._signer, self._about, self._segment_bytes)
        elif self._chain.is_lost:
            self._begin_anew(self._chain)
        self._chain.write([*map(self._body, entries)], [entry.time for entry in entries])

    def _begin_anew(self, lost: Chain) -> None:
        """A chain whose file was taken away is named by a new one, so that it is missed."""
        self._log.error("audit_chain_lost", chain=lost.id, records=lost.records)
        self._chain = Chain(self._folder, self._signer, self._about, self._segment_bytes, [lost.end])
        self._headed, self._next_head = -1, 0.0
        lost.close()

    def _written(self, entries: int, dropped: int) -> None:
        for _ in range(entries):
            self._waiting.popleft()
        with self._lock:
            self._dropped -= dropped
        if self._failing:
            self._failing = False
            self._log.warning("audit_write_succeeded", dropped=dropped)

    def _body(self, entry: Entry) -> bytes:
        """A record that cannot be written as JSON must not hold up the others, nor vanish."""
        try:
            return orjson.dumps(entry.wire())
        except UNWRITABLE as error:
            self._log.error("audit_record_unwritable", cause=type(error).__name__)
            return orjson.dumps(AuditEvent("unwritable", entry.time, {"type": type(entry).__name__}).wire())

    def _fail(self, error: OSError) -> None:
        if not self._failing:
            policy = "refuse" if self._refuse else "go_on"
            self._log.error("audit_write_failed", cause=error.strerror or type(error).__name__, when_full=policy)
        self._failing = True

    def _send_head(self, *, last: bool = False) -> None:
        """Every `head_s` seconds, if there is anything new."""
        chain, now = self._chain, time.monotonic()
        if chain is None or chain.seq == self._headed or (now < self._next_head and not last):
            return
        head = chain.head()
        self._headed, self._next_head = chain.seq, now + self._head_s
        if self._sink is not None:
            self._sink.offer(head)
        try:
            append(self._folder / FILE, head)
            self._head_failing = False
        except OSError as error:
            if not self._head_failing:
                self._log.error("audit_head_failed", cause=error.strerror or type(error).__name__)
            self._head_failing, self._headed = True, -1

    def _end(self) -> None:
        """The chain's last line says that nothing was cut off."""
        if self._waiting or self._dropped:
            self._log.error("audit_records_lost", records=len(self._waiting) + self._dropped)
        if self._chain is None:
            return
        try:
            if not self._waiting:
                self._write([AuditEvent("end", time.time_ns(), {"records": self._chain.records})])
        except OSError as error:
            self._fail(error)
        self._send_head(last=True)
        self._chain.close()
