"""The lines of a journal: how they are framed, and how a record is written in one. It knows no file.

A line is the length and the CRC-32 of its JSON, eight hexadecimal digits each, then the JSON, which holds no line
break:

    0000004f 1c291ca3 ["delivered","ex_0190..."]

It is `["open", fields]`, `["closed", fields]`, `["amended", fields, cause]` or `["delivered", id]`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any
from zlib import crc32

import orjson

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.impacts import RANGES, Basis, Impacts, Range, Tier
from shoal.stores.record import Record

Line = list[Any]
OPEN, CLOSED, AMENDED, DELIVERED = "open", "closed", "amended", "delivered"
HEAD_BYTES = 18
_OPENED = b'["open",'
_RECORD = frozenset(each.name for each in fields(Record))
_ATTEMPT = frozenset(each.name for each in fields(Attempt))
_AT = tuple((name, 3 * at) for at, name in enumerate(RANGES))
_USAGE = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens", "cpu_s", "estimated")


def frame(line: tuple[Any, ...]) -> bytes:
    """The line as it stands in the file."""
    try:
        payload = orjson.dumps(line)
    except TypeError:  # half of a surrogate pair, a number beyond 64 bits
        payload = json.dumps(line, default=asdict).encode()
    return b"%08x %08x %b\n" % (len(payload), crc32(payload), payload)


def unframe(raw: bytes, *, settled: bool = False) -> Line | None:
    """What the line says; None where it is damaged. Where only what is `settled` counts, an open line is read no
    further than its kind."""
    payload = raw[HEAD_BYTES:-1]
    if settled and payload.startswith(_OPENED):
        return [OPEN, {}]
    try:
        length, crc = int(raw[:8], 16), int(raw[9:17], 16)
        if length != len(payload) or crc != crc32(payload):
            return None
        line: Line = orjson.loads(payload)
    except ValueError:
        return None
    return line


def open_line(record: Record) -> bytes:
    """The line that an exchange leaves when it is admitted: enough to say that it was interrupted."""
    names = ("id", "tenant", "key_id", "started", "asked", "streamed", "tags", "person", "team", "user")
    return frame((OPEN, {name: getattr(record, name) for name in names}))


def closed_line(record: Record, cause: str | None = None) -> bytes:
    """The line with the whole record; with a `cause`, the one that corrects it."""
    found = record_fields(record)
    return frame((CLOSED, found) if cause is None else (AMENDED, found, cause))


def delivered_line(exchange_id: str) -> bytes:
    """The line that says that the answer was handed over whole."""
    return frame((DELIVERED, exchange_id))


def record_fields(record: Record) -> dict[str, Any]:
    """The record in a form that JSON holds; `usage.wire`, a host's own words, is left out. An exchange of one attempt
    took what the attempt did: that is written once."""
    attempts = record.attempts
    same = len(attempts) == 1 and record.impacts is attempts[0].impacts
    return {
        "id": record.id,
        "tenant": record.tenant,
        "key_id": record.key_id,
        "started": record.started,
        "asked": record.asked,
        "streamed": record.streamed,
        "model": record.model,
        "reason": record.reason,
        "confidence": record.confidence,
        "outcome": record.outcome,
        "first_piece_s": record.first_piece_s,
        "latency_s": record.latency_s,
        "tags": record.tags,
        "trust": record.trust,
        "person": record.person,
        "impacts": "of the attempt" if same else _impacts_fields(record.impacts),
        "team": record.team,
        "user": record.user,
        "delivered": record.delivered,
        "attempts": [_attempt_fields(attempt) for attempt in attempts],
    }


def record_from(found: Mapping[str, Any]) -> Record:
    """The record of such fields; names that this version does not know are passed over. Raises LookupError, TypeError,
    ValueError where they are no record's."""
    known = {name: value for name, value in found.items() if name in _RECORD}
    attempts = [_attempt(each) for each in known.pop("attempts", ())]
    impacts = known.pop("impacts", None)
    whole = attempts[0].impacts if isinstance(impacts, str) else _impacts(impacts)
    return Record(**known, impacts=whole, attempts=attempts)


def _attempt_fields(attempt: Attempt) -> dict[str, Any]:
    usage = attempt.usage
    return {
        "model": attempt.model,
        "host": attempt.host,
        "purpose": attempt.purpose,
        "started": attempt.started,
        "retry": attempt.retry,
        "outcome": attempt.outcome,
        "pieces": attempt.pieces,
        "first_piece_s": attempt.first_piece_s,
        "latency_s": attempt.latency_s,
        "usage": (
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.cached_tokens,
            usage.reasoning_tokens,
            usage.cpu_s,
            usage.estimated,
        ),
        "concurrency": attempt.concurrency,
        "measured_j": attempt.measured_j,
        "impacts": _impacts_fields(attempt.impacts),
        "facts": attempt.facts,
    }


def _attempt(found: Mapping[str, Any]) -> Attempt:
    known = {name: value for name, value in found.items() if name in _ATTEMPT}
    usage = Usage(**dict(zip(_USAGE, known.pop("usage"), strict=False)))
    purpose, impacts = Purpose(known.pop("purpose")), _impacts(known.pop("impacts", None))
    return Attempt(**known, purpose=purpose, usage=usage, impacts=impacts)


def _impacts_fields(impacts: Impacts | None) -> dict[str, Any] | None:
    if impacts is None:
        return None
    ends = impacts.ends
    found = {name: ends[at : at + 3] if ends[at] == ends[at] else None for name, at in _AT}
    return {**found, "tier": impacts.tier, "bases": impacts.bases}


def _impacts(found: Mapping[str, Any] | None) -> Impacts | None:
    if found is None:
        return None
    ranges = {name: None if found.get(name) is None else Range(*found[name]) for name in RANGES}
    tier = None if found["tier"] is None else Tier(found["tier"])
    return Impacts(**ranges, tier=tier, bases=tuple(Basis(**each) for each in found["bases"]))
