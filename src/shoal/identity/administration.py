"""How the organisation's keys and people are changed: one change at a time, written down, done once however often it
is asked for. What a change does is `key_admin.py`'s and `people_admin.py`'s to know."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from os import urandom
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import orjson
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from shoal.chat import Json
from shoal.errors import ChangedMeanwhile, Conflict, StorageUnreachable
from shoal.identity.identity import Identity
from shoal.identity.keys import Key
from shoal.stores.answers import KeptAnswer, keep_answer, kept_answer
from shoal.stores.changes import changing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

T = TypeVar("T")
KEEP_S = 86_400.0
NONCE_BYTES = 12


class Notice(Protocol):
    """Who is told of changes. `check` raises where a change could not be written down; `within` stores an event in the
    change's own transaction, `after` is told once that has ended."""

    def check(self) -> None: ...

    def within(self, connection: Connection, name: str, tenant: str, facts: Mapping[str, Any]) -> None: ...

    def after(self, name: str, tenant: str, facts: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a change or a reading gives: a JSON body, and the revision of the thing that it shows."""

    body: Json | None = field(repr=False)
    revision: int | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key that a caller chose, and a digest of their request."""

    key: str
    request: bytes


@dataclass(slots=True)
class Change:
    """A transaction under way: who makes it, when (Unix seconds), and what is to be told of it."""

    connection: Connection
    actor: Key
    now: float
    notes: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def note(self, name: str, tenant: str, **facts: Any) -> None:
        """Says what was done; `facts` hold names and numbers alone."""
        self.notes.append((name, tenant, {**facts, "actor": self.actor.id}))


def expect(revision: int, expected: int | None) -> None:
    """Raises ChangedMeanwhile where the caller knows another revision."""
    if expected is not None and expected != revision:
        raise ChangedMeanwhile("it was changed since you read it: read it again, and decide anew")


class Administration:
    """Runs changes and readings. `seal` is a key of 32 bytes for answers that are kept."""

    def __init__(
        self, engine: Engine, identity: Identity, notice: Notice, seal: bytes, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self._identity = identity
        self._notice = notice
        self._seal = seal
        self._clock = clock

    def read(self, actor: Key, work: Callable[[Change], T]) -> T:
        """Raises StorageUnreachable, and what `work` does."""
        try:
            with self._engine.connect() as connection:
                return work(Change(connection, actor, self._clock()))
        except SQLAlchemyError as error:
            raise _unreachable(error) from None

    def change(self, actor: Key, work: Callable[[Change], Answer], once: Once | None = None) -> Answer:
        """Does it, or with `once` gives the answer that was given before. Remembered keys are forgotten, so that it
        holds at once in this process. Raises Conflict, StorageUnreachable, AuditFailed, and what `work` does."""
        self._notice.check()
        try:
            with changing(self._engine) as connection:
                change = Change(connection, actor, self._clock())
                answer = self._kept(change, once)
                if answer is not None:
                    return answer
                answer = work(change)
                self._keep(change, once, answer)
                for name, tenant, facts in change.notes:
                    self._notice.within(connection, name, tenant, facts)
        except SQLAlchemyError as error:
            raise _unreachable(error) from None
        finally:
            self._identity.forget()
        for note in change.notes:
            self._notice.after(*note)
        return answer

    def _kept(self, change: Change, once: Once | None) -> Answer | None:
        if once is None:
            return None
        kept = kept_answer(change.connection, change.actor.id, _digest(once.key), change.now - KEEP_S)
        if kept is None:
            return None
        if not hmac.compare_digest(kept.request, once.request):
            raise Conflict("this Idempotency-Key was used for another request: use a new one for each change")
        body, revision = orjson.loads(
            self._box(once.key).decrypt(kept.sealed[:NONCE_BYTES], kept.sealed[NONCE_BYTES:], None)
        )
        return Answer(body, revision, kept.status)

    def _keep(self, change: Change, once: Once | None, answer: Answer) -> None:
        if once is None:
            return
        nonce = urandom(NONCE_BYTES)
        sealed = nonce + self._box(once.key).encrypt(nonce, orjson.dumps([answer.body, answer.revision]), None)
        kept = KeptAnswer(change.actor.id, _digest(once.key), once.request, answer.status, sealed, change.now)
        keep_answer(change.connection, kept, change.now - KEEP_S)

    def _box(self, key: str) -> AESGCM:
        """An answer may hold a new key: the database alone does not open it, nor does it with the root key, since what
        the caller chose is kept as a digest."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # loaded with the first change

        return AESGCM(hmac.digest(self._seal, b"answer\x00" + key.encode(), sha256))


def _digest(key: str) -> bytes:
    return sha256(key.encode()).digest()


def _unreachable(error: Exception) -> StorageUnreachable:
    return StorageUnreachable(f"the database does not answer ({type(error).__name__}): try again in a moment")
