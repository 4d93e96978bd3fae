"""The ledger's tables, and how a record becomes rows and rows a record. It opens no database.

Rows go to the driver as plain tuples in the order of the columns: SQLAlchemy's own handling of parameters costs four
times the insert.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Integer, MetaData, String, Table

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.impacts import RANGES as IMPACTS
from shoal.impacts import Impacts, Range, Tier
from shoal.stores.record import Record

_METADATA = MetaData()
# What is summed in reports, of each attempt: three columns each, the expected value under the bare name.
QUANTITIES = (
    *("energy_wh", "usage_gco2e", "embodied_gco2e", "water_ml", "cost_usd"),
    *("market_gco2e", "marginal_gco2e", "materials_gsbeq"),
)
ENDS = ("{}_low", "{}", "{}_high")
RANGES = tuple(end.format(name) for name in QUANTITIES for end in ENDS)
EXCHANGES = Table(
    "exchanges",
    _METADATA,
    *(Column(name, String) for name in ("id", "tenant", "key_id", "asked", "model", "reason", "outcome")),
    *(Column(name, Float) for name in ("started", "confidence", "first_piece_s", "latency_s")),
    Column("streamed", Boolean),
    Column("tags", JSON(none_as_null=True)),
    Column("trust", JSON(none_as_null=True)),
    Column("person", String),
    Column("impacts", JSON(none_as_null=True)),
    Column("team", String),
    Column("user", String),
    Column("delivered", Boolean),
)
ATTEMPTS = Table(
    "attempts",
    _METADATA,
    *(Column(name, String) for name in ("exchange_id", "model", "host", "purpose", "outcome")),
    *(Column(name, Float) for name in ("started", "first_piece_s", "latency_s", "cpu_s")),
    *(Column(name, Integer) for name in ("position", "retry", "pieces")),
    *(Column(name, Integer) for name in ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")),
    *(Column(name, Float) for name in ("concurrency", "measured_j", *RANGES)),
    *(Column(name, String) for name in ("tier", "facts", "method", "zone")),
    Column("grid_gco2e_per_kwh", Float),
    Column("estimated", Boolean),
)
# What a record said before it was corrected: `was` holds the columns that changed, with their earlier values.
CORRECTIONS = Table(
    "corrections",
    _METADATA,
    Column("exchange_id", String),
    Column("revision", Integer),
    Column("at", Float),
    Column("cause", String),
    Column("was", JSON(none_as_null=True)),
)
# How far each journal is in the database.
JOURNALS = Table(
    "journals",
    _METADATA,
    Column("name", String),
    Column("segment", Integer),
    Column("position", BigInteger),
)
# A host can claim any number; columns hold this much.
MOST_COUNT = 2**31 - 1
MODEL_CHARS, REASON_CHARS, OUTCOME_CHARS, HOST_CHARS = 200, 400, 64, 100

# The ends of impacts in the order of the columns.
_ordered = itemgetter(*(3 * IMPACTS.index(name) + end for name in QUANTITIES for end in range(3)))
_NOTHING = (None,) * len(RANGES)
_USAGE_FIELDS = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens", "cpu_s")
_ATTEMPT_FIELDS = (
    *("model", "host", "purpose", "started", "retry", "outcome", "pieces", "first_piece_s", "latency_s"),
    *("concurrency", "measured_j", "facts"),
)


def exchange_row(record: Record) -> tuple[Any, ...]:
    """The record's values in the order of the table's columns."""
    impacts = record.impacts.to_record() if record.impacts is not None else None
    return (
        *(record.id, record.tenant, record.key_id, _clip(record.asked, MODEL_CHARS), _clip(record.model, MODEL_CHARS)),
        *(_clip(record.reason, REASON_CHARS), record.outcome[:OUTCOME_CHARS]),
        *(record.started, record.confidence, record.first_piece_s, record.latency_s),
        *(record.streamed, _json(record.tags), _json(record.trust), record.person, _json(impacts)),
        *(record.team, record.user, record.delivered),
    )


def attempt_row(exchange_id: str, position: int, attempt: Attempt) -> tuple[Any, ...]:
    """The attempt's values in the order of the table's columns."""
    usage, impacts = attempt.usage, attempt.impacts
    counts = (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.reasoning_tokens)
    return (
        *(exchange_id, attempt.model[:MODEL_CHARS], attempt.host[:HOST_CHARS]),
        *(attempt.purpose, attempt.outcome[:OUTCOME_CHARS]),
        *(attempt.started, attempt.first_piece_s, attempt.latency_s, usage.cpu_s),
        *(position, attempt.retry, attempt.pieces),
        *(min(count, MOST_COUNT) for count in counts),
        *(attempt.concurrency, attempt.measured_j, *_ends(impacts)),
        *(impacts.tier if impacts is not None else None, attempt.facts, *_factor(impacts)),
        usage.estimated,
    )


def record_of(row: Mapping[str, Any], attempts: Iterable[Mapping[str, Any]]) -> Record:
    """The record of a row of EXCHANGES and its rows of ATTEMPTS."""
    fields = dict(row)
    impacts = fields.pop("impacts")
    return Record(
        **fields,
        impacts=Impacts.from_record(impacts) if impacts else None,
        attempts=[_attempt(each) for each in attempts],
    )


def _clip(text: str | None, most: int) -> str | None:
    # PostgreSQL has no text with a NUL in it, and a caller may name any model.
    return None if text is None else text[:most].replace("\0", "")


def _json(value: Any) -> str | None:
    if not value:
        return None
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # half of a surrogate pair, or a number beyond 64 bits
        return json.dumps(value)


def _factor(impacts: Impacts | None) -> tuple[str | None, str | None, float | None]:
    """Method, zone and grid factor of one attempt, which rests on one basis at most."""
    if impacts is None or not impacts.bases:
        return None, None, None
    basis = impacts.bases[0]
    return basis.method, basis.zone, basis.grid_gco2e_per_kwh


def _ends(impacts: Impacts | None) -> tuple[float | None, ...]:
    """Low, expected and high of each quantity; None three times where it is not known."""
    if impacts is None:
        return _NOTHING
    return tuple([end if end == end else None for end in _ordered(impacts.ends)])


def _impacts(row: Mapping[str, Any]) -> Impacts | None:
    """What the columns tell of an attempt's impacts; None where it was not metered."""
    if row["facts"] is None:
        return None
    energy, usage, embodied, water, cost, market, marginal, materials = (_range(row, name) for name in QUANTITIES)
    tier = Tier(row["tier"]) if row["tier"] else None
    return Impacts(energy, usage, embodied, market, marginal, water, materials, cost, tier)


def _range(row: Mapping[str, Any], name: str) -> Range | None:
    return None if row[name] is None else Range(*(row[end.format(name)] for end in ENDS))


def _attempt(row: Mapping[str, Any]) -> Attempt:
    usage = Usage(**{name: row[name] for name in _USAGE_FIELDS}, estimated=bool(row["estimated"]))
    fields = {name: row[name] for name in _ATTEMPT_FIELDS} | {"purpose": Purpose(row["purpose"])}
    return Attempt(**fields, usage=usage, impacts=_impacts(row))
