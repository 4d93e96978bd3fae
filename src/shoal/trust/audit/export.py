"""Reads audit records for other systems: as JSON Lines, and as OpenTelemetry log records (OTLP/JSON) with the names of
the GenAI semantic conventions. It proves nothing (`verify.py` does) and sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from shoal.chat import Json
from shoal.stores.audit_chain import segments

AT_ONCE = 500
BOOKKEEPING = frozenset({"start", "segment", "end"})
INFO, WARN = 9, 13
EXCHANGE_EVENT = "gen_ai.client.inference.operation.details"
GEN_AI_PARAMETERS: Mapping[str, str] = {
    **{name: f"gen_ai.request.{name}" for name in ("temperature", "top_p", "top_k", "max_tokens", "seed")},
    **{name: f"gen_ai.request.{name}" for name in ("frequency_penalty", "presence_penalty")},
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "n": "gen_ai.request.choice.count",
}
DOUBLES = tuple(f"gen_ai.request.{name}" for name in ("temperature", "top_p", "frequency_penalty", "presence_penalty"))
GEN_AI_TOKENS: Mapping[str, str] = {
    "prompt": "gen_ai.usage.input_tokens",
    "completion": "gen_ai.usage.output_tokens",
    "cached": "gen_ai.usage.cache_read.input_tokens",
    "reasoning": "gen_ai.usage.reasoning.output_tokens",
}
GEN_AI_FIELDS: Mapping[str, str] = {
    "asked": "gen_ai.request.model",
    "model": "gen_ai.response.model",
    "conversation": "gen_ai.conversation.id",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records: those from `since` (Unix seconds) on, of one tenant, of one exchange; None is all."""

    since: float | None = None
    tenant: str | None = None
    exchange: str | None = None

    def fits(self, told: Json) -> bool:
        """Whether the record is wanted. What belongs to no tenant is left out where one is named."""
        if self.since is not None and told.get("time", 0) < self.since * 1e9:
            return False
        if self.tenant is not None and told.get("tenant") != self.tenant:
            return False
        return self.exchange is None or told.get("exchange") == self.exchange


def read(folder: Path, wanted: Filter) -> Iterator[Json]:
    """The records of all chains, oldest chain first, each with its `chain`. Lines that cannot be read are left out."""
    needle = orjson.dumps(wanted.exchange) if wanted.exchange is not None else b""
    for chain, paths in segments(folder).items():
        for path in paths:
            with path.open("rb") as file:
                for line in file:
                    if needle in line and (told := _record(line)) is not None and wanted.fits(told):
                        yield {"chain": chain, **told}


def _record(line: bytes) -> Json | None:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return told if isinstance(told, dict) and _has_shape(told) and told["kind"] not in BOOKKEEPING else None


def _has_shape(told: Json) -> bool:
    """Whether it is of the form of a record, whoever wrote it."""
    fits = isinstance(told.get("kind"), str) and isinstance(told.get("time"), int)
    return fits and all(isinstance(told.get(name) or {}, dict) for name in ("parameters", "tokens"))


def json_lines(records: Iterable[Json]) -> Iterator[str]:
    """One record a line, with the hash of the line before and its number in the chain."""
    for record in records:
        yield orjson.dumps(record).decode()


def otlp_lines(records: Iterable[Json], version: str) -> Iterator[str]:
    """One LogsData message a line, of up to AT_ONCE log records (OpenTelemetry file exporter, OTLP/JSON)."""
    left = iter(records)
    resource = {"attributes": _attributes({"service.name": "shoal", "service.version": version})}
    while batch := [_log_record(each) for each in islice(left, AT_ONCE)]:
        scoped = {"scope": {"name": "shoal.audit", "version": version}, "logRecords": batch}
        yield orjson.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": [scoped]}]}).decode()


def _log_record(record: Json) -> Json:
    kind, outcome = record.get("kind"), record.get("outcome")
    good = kind == "exchange" and outcome == "ok"
    return {
        "timeUnixNano": str(record.get("time", 0)),
        "observedTimeUnixNano": str(record.get("time", 0)),
        "severityNumber": INFO if good else WARN,
        "severityText": "INFO" if good else "WARN",
        "eventName": EXCHANGE_EVENT if kind == "exchange" else f"shoal.audit.{kind}",
        "attributes": _attributes(_exchange(record) if kind == "exchange" else _own(record)),
    }


def _exchange(record: Json) -> Json:
    """The conventions' own names where there is one, else the record's under `shoal.audit`."""
    parameters, tokens = record.get("parameters") or {}, record.get("tokens") or {}
    named: Json = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "shoal"}
    named |= {GEN_AI_FIELDS[name]: record.get(name) for name in GEN_AI_FIELDS}
    named |= {GEN_AI_PARAMETERS[name]: value for name, value in parameters.items() if name in GEN_AI_PARAMETERS}
    named |= {name: float(named[name]) for name in DOUBLES if name in named}
    named |= {GEN_AI_TOKENS[name]: value for name, value in tokens.items() if name in GEN_AI_TOKENS}
    if record.get("outcome") != "ok":
        named["error.type"] = record.get("outcome")
    rest = {name: value for name, value in parameters.items() if name not in GEN_AI_PARAMETERS}
    own = {name: value for name, value in record.items() if name not in GEN_AI_FIELDS and name != "tokens"}
    return {**named, **_own({**own, "parameters": rest})}


def _own(record: Json) -> Json:
    return {f"shoal.audit.{name}": value for name, value in record.items() if name not in ("kind", "time", "sig")}


def _attributes(values: Mapping[str, Any]) -> list[Json]:
    return [{"key": name, "value": _any_value(value)} for name, value in values.items() if value not in (None, {}, [])]


def _any_value(value: Any) -> Json:
    """OTLP's AnyValue; 64-bit integers are strings in its JSON."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any_value(each) for each in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": _attributes(value)}}
    return {"stringValue": str(value)}
