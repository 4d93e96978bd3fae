"""Feedback: what people say of an answer. Ratings and outcomes are counted; what they write is masked by whoever calls,
and kept sealed, as content is, for the days of the tenant, if it has opted in.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import urandom

from shoal.errors import PermissionDenied, RequestError
from shoal.stores.day_keys import day_of
from shoal.stores.feedback import FeedbackCounts, FeedbackRow, SqlFeedback
from shoal.trust.retention.sealing import Envelope
from shoal.trust.sensitive import Sensitive

KIND = "feedback"
MOST_PER_EXCHANGE = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of an answer; `reason` and `edited` must be masked."""

    rating: str | None = None
    outcome: str | None = None
    reason: Sensitive | None = None
    edited: Sensitive | None = None


@dataclass(frozen=True, slots=True)
class About:
    """The exchange that feedback is for, and the key of whoever gives it."""

    exchange_id: str
    tenant: str
    key_id: str
    person: str | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback as it was kept; `at` is Unix time in seconds."""

    id: str
    exchange_id: str
    key_id: str
    at: float
    said: Said


class FeedbackBook:
    """Takes and lists feedback. `days` are the days for which each tenant that opted in keeps text."""

    def __init__(self, store: SqlFeedback, envelope: Envelope, days: Mapping[str, int]) -> None:
        self._store = store
        self._envelope = envelope
        self._days = days

    def check_text(self, tenant: str) -> None:
        """Raises PermissionDenied where the tenant keeps no text."""
        if tenant not in self._days:
            raise PermissionDenied(
                "this tenant keeps no text: send rating and outcome alone, or have the operator set audit.tenants.NAME "
                'content = "masked" with masking enforced'
            )

    def add(self, about: About, said: Said, now: float | None = None) -> Feedback:
        """Stores it, durably. Raises RequestError where the exchange has MOST_PER_EXCHANGE already, PermissionDenied,
        SQLAlchemyError."""
        if self._store.number(about.exchange_id, about.tenant) >= MOST_PER_EXCHANGE:
            raise RequestError(f"this exchange has {MOST_PER_EXCHANGE} feedbacks already: no more are taken")
        at = time.time() if now is None else now
        texts = {name: text.reveal() for name in ("reason", "edited") if (text := getattr(said, name)) is not None}
        row = FeedbackRow(
            id=f"fb_{int(at * 1000):012x}{urandom(8).hex()}",
            exchange_id=about.exchange_id,
            tenant=about.tenant,
            day=day_of(at),
            key_id=about.key_id,
            person=about.person,
            at=at,
            rating=said.rating,
            outcome=said.outcome,
            sealed=None,
        )
        if texts:
            self._add_sealed(row, json.dumps(texts).encode())
        else:
            self._store.add(row)
        return Feedback(row.id, row.exchange_id, row.key_id, at, said)

    def of(self, exchange_id: str, tenant: str) -> list[Feedback]:
        """The feedback to an exchange, oldest first; text only where its day is not over. Raises StorageError,
        SQLAlchemyError."""
        return [self._opened(row, wrapped) for row, wrapped in self._store.of(exchange_id, tenant)]

    def counts(self, since: float, tenant: str | None = None) -> FeedbackCounts:
        """What was said since then (Unix seconds), in counts."""
        return self._store.counts(since, tenant)

    def _add_sealed(self, row: FeedbackRow, plain: bytes) -> None:
        self.check_text(row.tenant)
        made = self._envelope.make(row.tenant, row.day, row.day + self._days[row.tenant])
        self._store.add_sealed(made, lambda wrapped: self._sealed(row, wrapped, plain))

    def _sealed(self, row: FeedbackRow, wrapped: bytes, plain: bytes) -> FeedbackRow:
        sealed = self._envelope.seal(wrapped, row.tenant, row.day, plain, KIND, row.exchange_id, row.id)
        return replace(row, sealed=sealed)

    def _opened(self, row: FeedbackRow, wrapped: bytes | None) -> Feedback:
        texts: dict[str, str] = {}
        if row.sealed is not None and wrapped is not None:
            about = (KIND, row.exchange_id, row.id)
            texts = json.loads(self._envelope.open(wrapped, row.tenant, row.day, row.sealed, *about))
        given = {name: Sensitive(text) for name, text in texts.items()}
        said = Said(row.rating, row.outcome, given.get("reason"), given.get("edited"))
        return Feedback(row.id, row.exchange_id, row.key_id, row.at, said)
