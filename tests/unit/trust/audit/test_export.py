"""Export: the records asked for, as JSON Lines or in OpenTelemetry's form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from shoal.chat import Json
from shoal.stores.audit_log import AuditEvent, FileAuditLog
from shoal.trust.audit import export
from shoal.trust.audit.export import Filter, json_lines, otlp_lines, read
from tests.unit.trust.audit.written import SIGNER, START_NS, entry, only_file, write_chain


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = FileAuditLog(tmp_path, SIGNER)
    for number in range(4):
        log.add(entry(number, tenant="acme" if number % 2 else "other"))
    log.add(AuditEvent("refused", START_NS + 10**12, {"code": "invalid_api_key", "count": 2}))
    log.close()
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), ["ex_0", "ex_1", "ex_2", "ex_3", None]),
        (Filter(tenant="acme"), ["ex_1", "ex_3"]),
        (Filter(exchange="ex_2"), ["ex_2"]),
        (Filter(exchange="ex"), []),
        (Filter(tenant="acme", exchange="ex_2"), []),
        (Filter(since=START_NS / 1e9 + 500), [None]),
        (Filter(since=START_NS / 1e9 + 5000), []),
    ],
)
def test_what_is_wanted_is_read(folder: Path, wanted: Filter, expected: list[str | None]) -> None:
    assert [each.get("exchange") for each in read(folder, wanted)] == expected


def test_lines_of_another_form_are_left_out(tmp_path: Path) -> None:
    """Somebody may have written them; to say so is what verifying is for."""
    write_chain(tmp_path, (1,))
    odd = (
        {"kind": ["a"], "time": 1},
        {"kind": "exchange", "time": "x"},
        {"kind": "exchange", "time": 1, "tokens": "x"},
    )
    with next(tmp_path.glob("chain-*")).open("ab") as file:
        file.write(b"".join(orjson.dumps({**each, "exchange": "ex_odd"}) + b"\n" for each in (*odd, {"time": 1})))
    records = list(read(tmp_path, Filter(since=0)))
    assert [each["exchange"] for each in records] == ["ex_0"]
    assert list(otlp_lines(records, "1"))


def test_chains_follow_each_other_and_what_is_torn_is_left_out(tmp_path: Path) -> None:
    first = write_chain(tmp_path, (2,), ended=False)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-10] + b"\n[1]\n\xff\n{")
    second = write_chain(tmp_path, (1,))
    assert [each["chain"] for each in read(tmp_path, Filter())] == [first, second]


def test_a_json_line_is_the_record_with_its_chain(folder: Path) -> None:
    lines = [orjson.loads(line) for line in json_lines(read(folder, Filter()))]
    assert lines == list(read(folder, Filter()))
    assert {"chain", "prev", "seq", "kind", "exchange"} <= set(lines[0])


def exported(*records: Json) -> list[Json]:
    """The log records of the OTLP lines."""
    found = []
    for line in otlp_lines(records, "1.2"):
        ((resource,),) = orjson.loads(line).values()
        assert values(resource["resource"]["attributes"]) == {"service.name": "shoal", "service.version": "1.2"}
        (scope,) = resource["scopeLogs"]
        assert scope["scope"] == {"name": "shoal.audit", "version": "1.2"}
        found += scope["logRecords"]
    return found


def values(attributes: list[Json]) -> Json:
    return {each["key"]: value(each["value"]) for each in attributes}


def value(wire: Json) -> Any:
    ((kind, found),) = wire.items()
    if kind == "kvlistValue":
        return values(found["values"])
    if kind == "arrayValue":
        return [value(each) for each in found["values"]]
    if kind == "intValue":
        assert isinstance(found, str)
        return int(found)
    return found


def test_an_exchange_in_the_words_of_the_genai_conventions() -> None:
    told = entry(
        5,
        model="m",
        parameters={"temperature": 1, "n": 2, "messages": 3, "tools": 1},
        tokens={"prompt": 10, "completion": 20, "cached": 0, "reasoning": 0},
        trust={"defence": {"jailbreak": [0.5, "flag"]}},
        hosts=("east",),
        conversation="c",
    ).wire()
    (record,) = exported({"chain": "ch", "prev": "00", "seq": 4, **orjson.loads(orjson.dumps(told)), "sig": "s"})
    assert record["eventName"] == "gen_ai.client.inference.operation.details"
    assert record["timeUnixNano"] == str(START_NS + 5)
    assert (record["severityNumber"], record["severityText"]) == (9, "INFO")
    assert values(record["attributes"]) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "shoal",
        "gen_ai.request.model": "auto",
        "gen_ai.response.model": "m",
        "gen_ai.conversation.id": "c",
        "gen_ai.request.temperature": 1.0,
        "gen_ai.request.choice.count": 2,
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "shoal.audit.chain": "ch",
        "shoal.audit.prev": "00",
        "shoal.audit.seq": 4,
        "shoal.audit.exchange": "ex_5",
        "shoal.audit.tenant": "default",
        "shoal.audit.key": "k1",
        "shoal.audit.outcome": "ok",
        "shoal.audit.streamed": False,
        "shoal.audit.policy": "p",
        "shoal.audit.parameters": {"messages": 3, "tools": 1},
        "shoal.audit.trust": {"defence": {"jailbreak": [0.5, "flag"]}},
        "shoal.audit.hosts": ["east"],
        "shoal.audit.attempts": 0,
        "shoal.audit.latency_s": 0.0,
    }


def test_a_failed_exchange_names_its_error() -> None:
    (record,) = exported(entry(1, outcome="content_filter").wire())
    assert record["severityText"] == "WARN"
    assert values(record["attributes"])["error.type"] == "content_filter"


def test_other_events_have_names_of_their_own() -> None:
    (record,) = exported({"kind": "refused", "time": 7, "code": "invalid_api_key", "count": 2})
    assert record["eventName"] == "shoal.audit.refused"
    assert values(record["attributes"]) == {"shoal.audit.code": "invalid_api_key", "shoal.audit.count": 2}


def test_many_records_are_several_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 2)
    records = [entry(number).wire() for number in range(5)]
    assert len(list(otlp_lines(records, "1.2"))) == 3
    assert len(exported(*records)) == 5
