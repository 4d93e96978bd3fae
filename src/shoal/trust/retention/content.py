"""Content, only where a tenant has opted in: the masked prompt and reply of an exchange, sealed, until their day is
over. Plain text never touches the database.

It is written by a thread, off the way of a request; the same thread destroys at start and every hour what has expired.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from shoal.config import Settings
from shoal.errors import ShoalError
from shoal.stores.contents import ContentRow, Keys, Reading, SqlContents
from shoal.stores.database import Database
from shoal.stores.day_keys import DayKey, any_key, day_of
from shoal.stores.feedback import SqlFeedback
from shoal.trust.keys import RootKey
from shoal.trust.masking.policy import Policy
from shoal.trust.retention.sealing import Envelope
from shoal.trust.sensitive import Sensitive

BATCH_S = 0.25
BATCH_ROWS = 100
MOST_WAITING = 10_000
MOST_WAITING_CHARS = 64_000_000
SHRED_S, AGAIN_S = 3600.0, 60.0
KIND = "content"


@dataclass(frozen=True, slots=True)
class Content:
    """What was said in an exchange, masked; `at` is Unix time in seconds when it was kept, `person` a keyed hash."""

    exchange_id: str
    tenant: str
    key_id: str
    person: str | None
    at: float
    prompt: Sensitive
    reply: Sensitive


@dataclass(frozen=True, slots=True)
class Shredded:
    """What `shred` did: keys destroyed, contents and texts of feedback removed; `clean` is False where the database's
    log could not be emptied yet."""

    keys: int
    contents: int
    texts: int
    clean: bool


@dataclass(slots=True)
class _Waiting:
    """What is not written yet."""

    queue: deque[Content] = field(default_factory=deque)
    index: dict[str, Content] = field(default_factory=dict)
    chars: int = 0

    def add(self, content: Content) -> None:
        self.queue.append(content)
        self.index[content.exchange_id] = content
        self.chars += _chars(content)

    def full(self, content: Content) -> bool:
        return len(self.queue) >= MOST_WAITING or self.chars + _chars(content) > MOST_WAITING_CHARS

    def remove(self, written: Sequence[Content]) -> None:
        for each in written:
            self.queue.popleft()
            self.index.pop(each.exchange_id, None)
            self.chars -= _chars(each)


class ContentStore:
    """Keeps, reads and shreds content. `days` are the days for which each tenant that opted in keeps it."""

    def __init__(
        self,
        contents: SqlContents,
        feedback: SqlFeedback,
        envelope: Envelope,
        days: Mapping[str, int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._contents = contents
        self._feedback = feedback
        self._envelope = envelope
        self._days = days
        self._clock = clock
        self._waiting = _Waiting()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._log = structlog.get_logger("shoal.content")
        self._thread = threading.Thread(target=self._run, name="shoal-content", daemon=True)
        self._thread.start()

    def keeps(self, tenant: str) -> bool:
        """Whether this tenant has opted in."""
        return tenant in self._days

    def keep(
        self, exchange_id: str, tenant: str, key_id: str, person: str | None, prompt: Sensitive, reply: Sensitive
    ) -> None:
        """Takes masked content of a tenant that has opted in, and nothing of any other; it is in the database within
        about BATCH_S. While the database fails, so much waits in memory as MOST_WAITING and MOST_WAITING_CHARS say."""
        if not self.keeps(tenant):
            return
        content = Content(exchange_id, tenant, key_id, person, self._clock(), prompt, reply)
        with self._lock:
            full = self._waiting.full(content)
            if not full:
                self._waiting.add(content)
        if full:
            self._log.error("content_dropped", exchange=exchange_id)
        elif len(self._waiting.queue) >= BATCH_ROWS:
            self._wake.set()

    def read(self, exchange_id: str, tenant: str, key_id: str) -> Content | None:
        """The content of an exchange of that tenant; None where none is kept. Writes down first that the owner of
        `key_id` reads it. Raises StorageError, SQLAlchemyError."""
        with self._lock:
            waiting = self._waiting.index.get(exchange_id)
        if waiting is None or waiting.tenant != tenant:
            found = self._contents.read(exchange_id, tenant)
            waiting = None if found is None else self._opened(*found)
        if waiting is not None:
            self._contents.note_reading(exchange_id, tenant, Reading(key_id, self._clock()))
        return waiting

    def names(self, tenant: str, since: float) -> list[str]:
        """The tenant's exchanges whose content was kept on the day of `since` (Unix seconds) or later, and written by
        now."""
        return self._contents.names(tenant, day_of(since))

    def readings(self, exchange_id: str, tenant: str) -> list[Reading]:
        """Who has read it, oldest first."""
        return self._contents.readings(exchange_id, tenant)

    def shred(self, now: float) -> Shredded:
        """Destroys the keys of days that are over at `now` (Unix seconds), then what was sealed with them. A tenant's
        days are those of its settings or those when it was kept, the fewer. Raises SQLAlchemyError."""
        today = day_of(now)
        keys = self._contents.destroy_keys(lambda key: self._expires(key) <= today)
        clean = self._contents.scrub()
        contents, texts = self._contents.sweep(), self._feedback.sweep()
        return Shredded(keys, contents, texts, clean)

    def flush(self) -> None:
        """Writes what waits, as far as the database lets it."""
        with self._writing:
            while self._waiting.queue and self._flush_batch():
                continue

    def close(self) -> None:
        """Writes what is left and stops the thread."""
        self._closing.set()
        self._wake.set()
        self._thread.join()

    def _expires(self, key: DayKey) -> int:
        days = self._days.get(key.tenant)
        return key.expires if days is None else min(key.expires, key.day + days)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._closing.is_set():
            if time.monotonic() >= due:
                due = time.monotonic() + (SHRED_S if self._shredded() else AGAIN_S)
            self._wake.wait(BATCH_S)
            self._wake.clear()
            self.flush()
        self.flush()

    def _shredded(self) -> bool:
        """Whether what has expired is gone now, to the last byte."""
        try:
            done = self.shred(self._clock())
        except SQLAlchemyError as error:
            self._log.error("content_not_shredded", cause=type(error).__name__)
            return False
        if done.keys or done.contents or done.texts or not done.clean:
            counts = {"keys": done.keys, "contents": done.contents, "texts": done.texts, "clean": done.clean}
            self._log.info("content_shredded", **counts)
        return done.clean

    def _flush_batch(self) -> bool:
        with self._lock:
            batch = [self._waiting.queue[at] for at in range(min(BATCH_ROWS, len(self._waiting.queue)))]
        try:
            self._write(batch)
        except OperationalError as error:
            self._log.error("content_write_failed", waiting=len(self._waiting.queue), cause=type(error).__name__)
            return False
        except (SQLAlchemyError, ShoalError):
            self._write_singly(batch)
        with self._lock:
            self._waiting.remove(batch)
        return True

    def _write(self, batch: Sequence[Content]) -> None:
        self._contents.write(lambda keys: self._sealed(batch, keys))

    def _write_singly(self, batch: Sequence[Content]) -> None:
        """One content that cannot be sealed or stored must not hold up the others."""
        for content in batch:
            try:
                self._write([content])
            except (SQLAlchemyError, ShoalError) as error:
                self._log.error("content_refused", exchange=content.exchange_id, cause=type(error).__name__)

    def _sealed(self, batch: Sequence[Content], keys: Keys) -> list[ContentRow]:
        rows: list[ContentRow] = []
        wrapped: dict[tuple[str, int], bytes] = {}
        for each in batch:
            tenant, day = each.tenant, day_of(each.at)
            if (tenant, day) not in wrapped:
                wrapped[tenant, day] = keys(self._envelope.make(tenant, day, day + self._days[tenant]))
            plain = json.dumps({"at": each.at, "prompt": each.prompt.reveal(), "reply": each.reply.reveal()}).encode()
            sealed = self._envelope.seal(wrapped[tenant, day], tenant, day, plain, KIND, each.exchange_id)
            rows.append(ContentRow(each.exchange_id, tenant, day, each.key_id, each.person, sealed))
        return rows

    def _opened(self, row: ContentRow, wrapped: bytes) -> Content:
        plain = json.loads(self._envelope.open(wrapped, row.tenant, row.day, row.sealed, KIND, row.exchange_id))
        prompt, reply = Sensitive(plain["prompt"]), Sensitive(plain["reply"])
        return Content(row.exchange_id, row.tenant, row.key_id, row.person, plain["at"], prompt, reply)


def days_kept(settings: Settings) -> dict[str, int]:
    """The tenants that have opted in, with the days for which they keep content. Where masking is not enforced there is
    no masked content, so nothing is kept, and the log says so."""
    kept: dict[str, int] = {}
    for name, audit in settings.audit.tenants.items():
        if audit.content != "masked":
            continue
        if Policy(settings.trust.masking_of(name), settings.trust.mode).strongest == "enforce":
            kept[name] = audit.retention_days
        else:
            structlog.get_logger("shoal.content").warning("content_not_kept", tenant=name, cause="masking not enforced")
    return kept


def open_content(settings: Settings, root: RootKey, database: Database) -> ContentStore | None:
    """The store; None where nobody has opted in and nothing of earlier days waits to expire."""
    days = days_kept(settings)
    if not days and not any_key(database):
        return None
    return ContentStore(SqlContents(database), SqlFeedback(database), Envelope(root), days)


def _chars(content: Content) -> int:
    return len(content.prompt) + len(content.reply)
