"""The record of an exchange, as the ledger takes and gives it. It knows no table and no file, and nothing that was
said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shoal.call import OWN_HOST, Attempt
from shoal.chat import Usage
from shoal.impacts import Impacts


@dataclass(slots=True)
class Record:
    """One exchange. `started` is Unix time in seconds; `asked` the model that the caller named, `model` the one that
    answered and `reason` why; `outcome` "ok", "cancelled", "interrupted" (the process died meanwhile) or an error's
    code; `trust` what the trust layer did, in counts (`trust/masking/session.py`); `person` a keyed hash of whom the
    caller named (`retention/person.py`); `impacts` the sum over all attempts, None where nothing is metered; `team` and
    `user` those of the key then; `delivered` true once the last byte of the answer was handed to the operating system,
    None where that is not confirmed."""

    id: str
    tenant: str
    key_id: str
    started: float
    asked: str
    streamed: bool
    model: str | None = None
    reason: str | None = None
    confidence: float | None = None
    outcome: str = "open"
    first_piece_s: float | None = None
    latency_s: float = 0.0
    tags: dict[str, str] | None = None
    trust: dict[str, Any] | None = None
    person: str | None = None
    impacts: Impacts | None = None
    team: str | None = None
    user: str | None = None
    delivered: bool | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def calls(self) -> list[Attempt]:
        """The attempts that called a model: all but those of Shoal's own steps."""
        return [attempt for attempt in self.attempts if attempt.host != OWN_HOST]

    def usage(self) -> Usage:
        """The sum over all attempts, failed ones included."""
        total = Usage()
        for attempt in self.attempts:
            total = total.plus(attempt.usage)
        return total


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the trust layer did in one exchange (`Record.trust`), and the hosts that were called, reached or not."""

    trust: dict[str, Any]
    hosts: frozenset[str]
