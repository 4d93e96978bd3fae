"""OpenTelemetry: names of the conventions, spans and metrics of whole exchanges, and never a word that was said."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import error_attributes, gen_ai_attributes
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics
from opentelemetry.semconv.schemas import Schemas
from opentelemetry.trace import SpanKind, StatusCode
from pydantic import ValidationError

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.config import Settings
from shoal.errors import ConfigError
from shoal.gateway import telemetry as module
from shoal.gateway.telemetry import Complaints, Telemetry, open_telemetry
from shoal.gateway.telemetry_names import HISTOGRAMS, PROVIDERS, SCHEMA, providers, span_of_attempt, span_of_exchange
from shoal.impacts import Impacts, Range, Tier
from shoal.models.hosts.rows import rows
from shoal.stores.ledger import Record
from tests.waiting import SOON_S, until

TOOK = Impacts(Range(1, 2, 3), Range(10, 20, 30), Range(1, 1, 1), water_ml=Range(4, 5, 6), tier=Tier.MODELLED)
SECRET = "the-word-that-was-said"


def record(**fields: Any) -> Record:
    tries = [
        Attempt("small", "gpu", Purpose.ANSWER, 1000.1, 0, "host_cut", 1, 0.2, 0.5, Usage(10, 4)),
        Attempt(
            "large", "cloud", Purpose.ANSWER, 1000.7, 1, "ok", 9, 0.1, 1.0, Usage(20, 30, 5), impacts=TOOK, facts="v"
        ),
        Attempt("shoal/guards", "embedded", Purpose.GUARD, 1000.0, impacts=Impacts(), outcome="ok", latency_s=0.01),
    ]
    named = {
        "tags": {"app": SECRET},
        "person": SECRET,
        "tenant": SECRET,
        "key_id": SECRET,
        "user": SECRET,
        "team": SECRET,
    }
    given: dict[str, Any] = {"asked": "auto", "streamed": True, "model": "large", "outcome": "ok", "first_piece_s": 0.9}
    given |= {"latency_s": 2.0, "impacts": TOOK, "attempts": tries, "reason": SECRET, **named, **fields}
    return Record(id="ex_1", started=1000.0, **given)


class Sent:
    """A telemetry whose spans and metrics stay in memory."""

    def __init__(self) -> None:
        self.spans, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.telemetry = Telemetry(self.reader, self.spans, {"gpu": "vllm", "cloud": "openai"})

    def of(self, *records: Record) -> tuple[tuple[ReadableSpan, ...], dict[str, list[Any]]]:
        """What became of these exchanges."""
        for each in records:
            self.telemetry.observe(each)
        self.telemetry._closing.set()
        self.telemetry._thread.join()
        self.telemetry._tracers.force_flush()
        found = self.reader.get_metrics_data()
        assert found is not None
        metrics = [metric for one in found.resource_metrics for scope in one.scope_metrics for metric in scope.metrics]
        assert all(scope.schema_url == SCHEMA for one in found.resource_metrics for scope in one.scope_metrics)
        assert all(one.resource.attributes["service.instance.id"] for one in found.resource_metrics)
        return self.spans.get_finished_spans(), {metric.name: list(metric.data.data_points) for metric in metrics}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is sent however long that takes."""
    monkeypatch.setattr(module, "CLOSE_S", SOON_S)


@pytest.fixture
def sent(patient: None) -> Iterator[Sent]:
    made = Sent()
    yield made
    made.telemetry.close()


def test_names_are_those_of_the_pinned_conventions() -> None:
    assert Schemas.V1_44_0.value == SCHEMA
    attributes = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    attributes |= {error_attributes.ERROR_TYPE}
    used = span_of_exchange(record(outcome="host_cut")) | span_of_attempt(record().attempts[1], {})
    assert {name for name in used if not name.startswith("shoal.")} <= attributes
    metrics = {value for name, value in vars(gen_ai_metrics).items() if name.startswith("GEN_AI_")}
    assert set(HISTOGRAMS) <= metrics
    assert set(PROVIDERS) <= set(rows())
    assert set(PROVIDERS.values()) <= {each.value for each in gen_ai_attributes.GenAiProviderNameValues}
    assert gen_ai_attributes.GenAiOperationNameValues.CHAT.value == "chat"


def test_spans_of_an_exchange_and_its_attempts(sent: Sent) -> None:
    spans, _ = sent.of(record())
    by_name = {span.name: span for span in spans}
    exchange, large, small = by_name["chat auto"], by_name["chat large"], by_name["chat small"]
    assert (exchange.kind, exchange.parent, large.kind) == (SpanKind.SERVER, None, SpanKind.CLIENT)
    assert large.parent is not None
    assert large.parent.span_id == exchange.context.span_id
    assert (exchange.start_time, exchange.end_time) == (1000 * 10**9, 1002 * 10**9)
    assert exchange.attributes is not None
    assert dict(exchange.attributes) == {
        **{"gen_ai.operation.name": "chat", "gen_ai.provider.name": "shoal", "gen_ai.request.model": "auto"},
        **{"gen_ai.response.model": "large", "shoal.exchange.id": "ex_1", "gen_ai.request.stream": True},
        **{"gen_ai.usage.input_tokens": 30, "gen_ai.usage.output_tokens": 34},
        **{"gen_ai.response.time_to_first_chunk": 0.9, "shoal.tier": "modelled"},
        **{"shoal.energy_wh": 2, "shoal.energy_wh.low": 1, "shoal.energy_wh.high": 3},
        **{"shoal.carbon_gco2e": 21, "shoal.carbon_gco2e.low": 11, "shoal.carbon_gco2e.high": 31},
        **{"shoal.water_ml": 5, "shoal.water_ml.low": 4, "shoal.water_ml.high": 6},
    }
    assert small.attributes is not None
    assert (small.attributes["error.type"], small.status.status_code) == ("host_cut", StatusCode.ERROR)
    assert small.attributes["gen_ai.provider.name"] == "vllm"
    guards = by_name["chat shoal/guards"].attributes
    assert guards is not None
    assert (guards["shoal.purpose"], guards["gen_ai.provider.name"], guards["shoal.tier"]) == (
        "guard",
        "shoal",
        "unknown",
    )


def test_metrics(sent: Sent) -> None:
    _, metrics = sent.of(record(), record(streamed=False, outcome="cancelled", attempts=[], first_piece_s=None))
    tokens = {
        (point.attributes["gen_ai.request.model"], point.attributes["gen_ai.token.type"]): point.sum
        for point in metrics["gen_ai.client.token.usage"]
    }
    assert tokens == {("small", "input"): 10, ("small", "output"): 4, ("large", "input"): 20, ("large", "output"): 30}
    durations = {point.attributes.get("error.type"): point.count for point in metrics["gen_ai.server.request.duration"]}
    assert durations == {None: 1, "cancelled": 1}
    assert [point.count for point in metrics["gen_ai.server.time_to_first_token"]] == [1]
    assert sorted(point.sum for point in metrics["gen_ai.client.operation.time_to_first_chunk"]) == [0.1, 0.2]
    (energy,) = metrics["shoal.energy"]
    assert (energy.value, dict(energy.attributes)) == (2, {"gen_ai.request.model": "large", "shoal.tier": "modelled"})
    unknown = {
        (point.attributes["gen_ai.request.model"], point.attributes["shoal.quantity"])
        for point in metrics["shoal.unmetered_attempts"]
    }
    assert unknown == {
        ("large", "cost_usd"),
        *(("shoal/guards", name) for name in ("energy_wh", "carbon_gco2e", "water_ml", "cost_usd")),
    }


def test_where_too_many_wait_exchanges_are_dropped_and_counted(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    sent.telemetry._closing.set()
    sent.telemetry._thread.join()
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    _, metrics = sent.of(record(), record(), record())
    assert [point.value for point in metrics["shoal.telemetry.dropped"]] == [2]


class Collector(HTTPServer):
    """Takes whatever is posted."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.status = status
        self.posted: list[tuple[str, dict[str, str], bytes]] = []


class Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.posted.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def collector(patient: None) -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def settings(**rules: Any) -> Settings:
    host = {"row": "openai", "key": "env:X"}
    return Settings.model_validate({"telemetry": rules, "hosts": {"cloud": host, "gpu": {"row": "vllm"}}})


def test_a_collector_gets_numbers_and_never_what_was_said(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLECTOR_KEY", "secret-of-the-collector")
    address = f"http://127.0.0.1:{collector.server_address[1]}/"
    made = open_telemetry(settings(otlp=address, headers={"authorization": "env:COLLECTOR_KEY"}))
    assert made is not None
    made.observe(record())
    made.close()
    assert {path for path, _, _ in collector.posted} == {"/v1/traces", "/v1/metrics"}
    bodies = b"".join(body for _, _, body in collector.posted)
    assert b"gen_ai.client.token.usage" in bodies
    assert b"shoal.energy_wh" in bodies
    assert SECRET.encode() not in bodies
    assert all(headers.get("authorization") == "secret-of-the-collector" for _, headers, _ in collector.posted)


def test_without_traces_only_metrics_are_sent(collector: Collector) -> None:
    made = open_telemetry(settings(otlp=f"http://127.0.0.1:{collector.server_address[1]}", traces=False))
    assert made is not None
    made.observe(record())
    made.close()
    assert {path for path, _, _ in collector.posted} == {"/v1/metrics"}


def test_a_collector_that_is_away_holds_nobody_up(capfd: pytest.CaptureFixture[str]) -> None:
    gone = Collector()
    gone.server_close()
    made = open_telemetry(settings(otlp=f"http://127.0.0.1:{gone.server_address[1]}"))
    assert made is not None
    for _ in range(100):
        made.observe(record())
    made.close()
    said: list[str] = []

    def complained() -> bool:
        said.extend(capfd.readouterr())
        return "telemetry_not_delivered" in "".join(said)

    until(complained)
    assert SECRET not in "".join(said)


def test_complaints_are_told_once_an_hour_and_without_words(capfd: pytest.CaptureFixture[str]) -> None:
    complaints = Complaints()
    for at in (0.0, 10.0, 3599.0, 3600.0):
        said = logging.LogRecord("opentelemetry.x", logging.ERROR, "", 1, SECRET, (), None)
        said.created = at
        complaints.handle(said)
    out = "".join(capfd.readouterr())
    assert out.count("telemetry_not_delivered") == 2
    assert SECRET not in out


def test_what_hosts_are_called() -> None:
    url = {"base_url": "http://10.0.0.5:8000/v1"}
    hosts = {"a": {"row": "openai", "key": "env:X"}, "b": {"row": "vllm"}, "c": {"dialect": "openai", **url}}
    assert providers(Settings.model_validate({"hosts": hosts})) == {"a": "openai", "b": "vllm", "c": "c"}


def test_it_is_off_by_default_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_telemetry(Settings()) is None
    with pytest.raises(ConfigError, match="NO_SUCH_KEY"):
        open_telemetry(settings(otlp="http://127.0.0.1:4318", headers={"x": "env:NO_SUCH_KEY"}))
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.metric_exporter", None)
    with pytest.raises(ConfigError, match=r"pip install 'shoal\[otel\]'"):
        open_telemetry(settings(otlp="http://127.0.0.1:4318"))


@pytest.mark.parametrize(
    "rules", [{"otlp": "127.0.0.1:4318"}, {"otlp": "http://"}, {"headers": {"x": "word"}}, {"interval_s": 0}]
)
def test_wrong_settings(rules: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**rules)
