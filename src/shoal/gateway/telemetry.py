"""OpenTelemetry: spans and metrics of exchanges after the GenAI semantic conventions, with energy, carbon and cost.

Attributes are names of models and hosts, outcomes and numbers; never keys, tenants, tags or text. Records are handed
over through a bounded queue: what a request costs is one append, whether the collector is there or not. It needs the
extra `otel`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog

from shoal import __version__
from shoal.call import Attempt
from shoal.config import Settings, secret
from shoal.errors import ConfigError
from shoal.gateway.telemetry_names import (
    CHAT,
    COUNTERS,
    HISTOGRAMS,
    OK,
    OWN,
    SCHEMA,
    of_attempt,
    of_exchange,
    providers,
    span_of_attempt,
    span_of_exchange,
)
from shoal.impacts import UNKNOWN, Impacts
from shoal.stores.ledger import Record

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, SpanKind

MOST_WAITING = 10_000
LOOK_S = 0.5
CLOSE_S = 2.0
NS = 1_000_000_000
COMPLAINT_S = 3600.0


class Telemetry:
    """Turns ended exchanges into spans and metrics, in a thread. `hosts` are what the conventions call them."""

    def __init__(self, reader: MetricReader, spans: SpanExporter | None, hosts: Mapping[str, str]) -> None:
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON

        # A collector takes metrics of one instance for one series: of several workers each is an instance.
        about = {"service.name": OWN, "service.version": __version__, "service.instance.id": str(uuid4())}
        resource = Resource(about, SCHEMA)
        self._meters = MeterProvider([reader], resource, shutdown_on_exit=False)
        self._tracers = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False)
        if spans is not None:
            self._tracers.add_span_processor(BatchSpanProcessor(spans, max_queue_size=MOST_WAITING))
        self._tracer = self._tracers.get_tracer(OWN, __version__, schema_url=SCHEMA) if spans is not None else None
        meter = self._meters.get_meter(OWN, __version__, SCHEMA)
        self._histograms = {
            name: meter.create_histogram(name, unit, says, explicit_bucket_boundaries_advisory=bounds)
            for name, (unit, says, bounds) in HISTOGRAMS.items()
        }
        self._counters = {what: meter.create_counter(*named) for what, named in COUNTERS.items()}
        self._unknown = meter.create_counter("shoal.unmetered_attempts", "{attempt}", "A quantity of them is unknown")
        self._dropped = meter.create_counter("shoal.telemetry.dropped", "{exchange}", "Exchanges that are in no span")
        self._hosts = hosts
        self._waiting: deque[Record] = deque()
        self._closing, self._until = threading.Event(), float("inf")
        self._thread = threading.Thread(target=self._run, name="shoal-telemetry", daemon=True)
        self._thread.start()

    def observe(self, record: Record) -> None:
        """Takes an ended exchange; drops it where too many wait."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(record)
        else:
            self._dropped.add(1)

    def close(self) -> None:
        """Sends what is left, for a few seconds at most."""
        self._until = time.monotonic() + CLOSE_S
        self._closing.set()
        self._thread.join()
        ending = threading.Thread(target=self._end, name="shoal-telemetry-end", daemon=True)
        ending.start()
        ending.join(CLOSE_S)

    def _end(self) -> None:
        self._tracers.shutdown()
        self._meters.shutdown(timeout_millis=CLOSE_S * 1000)

    def _run(self) -> None:
        while not self._closing.wait(LOOK_S):
            self._tell()
        self._tell()

    def _tell(self) -> None:
        while self._waiting and time.monotonic() < self._until:
            record = self._waiting.popleft()
            self._measure(record)
            if self._tracer is not None:
                self._trace(record)

    def _measure(self, record: Record) -> None:
        names = of_exchange(record)
        self._histograms["gen_ai.server.request.duration"].record(record.latency_s, names)
        if record.first_piece_s is not None:
            self._histograms["gen_ai.server.time_to_first_token"].record(record.first_piece_s, names)
        for attempt in record.attempts:
            self._measure_attempt(attempt, streamed=record.streamed)

    def _measure_attempt(self, attempt: Attempt, *, streamed: bool) -> None:
        names = of_attempt(attempt, self._hosts)
        self._histograms["gen_ai.client.operation.duration"].record(attempt.latency_s, names)
        if streamed and attempt.first_piece_s is not None:
            self._histograms["gen_ai.client.operation.time_to_first_chunk"].record(attempt.first_piece_s, names)
        usage = attempt.usage
        for kind, tokens in (("input", usage.prompt_tokens), ("output", usage.completion_tokens)):
            if tokens:
                self._histograms["gen_ai.client.token.usage"].record(tokens, names | {"gen_ai.token.type": kind})
        if attempt.impacts is not None:
            self._take(attempt.impacts, {"gen_ai.request.model": attempt.model})

    def _take(self, impacts: Impacts, names: Mapping[str, str]) -> None:
        tier = {"shoal.tier": impacts.tier or UNKNOWN}
        for what, counter in self._counters.items():
            found = impacts.expected(what)
            if found is None:
                self._unknown.add(1, {**names, "shoal.quantity": what})
            else:
                counter.add(found, {**names, **tier})

    def _trace(self, record: Record) -> None:
        from opentelemetry.trace import SpanKind, set_span_in_context

        name, attributes = f"{CHAT} {record.asked}", span_of_exchange(record)
        span = self._begun(name, SpanKind.SERVER, record.started, attributes, record.outcome)
        context = set_span_in_context(span)
        for attempt in record.attempts:
            name, attributes = f"{CHAT} {attempt.model}", span_of_attempt(attempt, self._hosts)
            inner = self._begun(name, SpanKind.CLIENT, attempt.started, attributes, attempt.outcome, context)
            inner.end(_ns(attempt.started + attempt.latency_s))
        span.end(_ns(record.started + record.latency_s))

    def _begun(
        self,
        name: str,
        kind: SpanKind,
        at: float,
        attributes: dict[str, Any],
        outcome: str,
        context: Context | None = None,
    ) -> Span:
        from opentelemetry.trace import StatusCode

        assert self._tracer is not None  # asked for before
        span = self._tracer.start_span(name, context, kind, attributes, start_time=_ns(at))
        if outcome != OK:
            span.set_status(StatusCode.ERROR)
        return span


def _ns(seconds: float) -> int:
    """Unix time as the SDK wants it."""
    return int(seconds * NS)


class Complaints(logging.Handler):
    """What the SDK has to say, such as that the collector is away: told as one line an hour, without its words."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._next = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Tells that something was not delivered."""
        if record.created >= self._next:
            self._next = record.created + COMPLAINT_S
            structlog.get_logger("shoal.telemetry").warning("telemetry_not_delivered", says=record.name)


def open_telemetry(settings: Settings) -> Telemetry | None:
    """What sends to the collector of the settings; None where there is none. Raises ConfigError where the SDK is not
    installed, or a header's secret is missing."""
    rules = settings.telemetry
    if rules.otlp is None:
        return None
    headers = {name: secret(reference) for name, reference in rules.headers.items()}
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    except ImportError:
        raise ConfigError(
            "telemetry.otlp needs the SDK of OpenTelemetry: pip install 'shoal[otel]', or leave telemetry.otlp out"
        ) from None
    complaints = logging.getLogger("opentelemetry")
    complaints.propagate = False
    complaints.handlers = [Complaints()]
    base = rules.otlp.rstrip("/")
    reader = PeriodicExportingMetricReader(
        OTLPMetricExporter(f"{base}/v1/metrics", headers=headers), export_interval_millis=rules.interval_s * 1000
    )
    spans = OTLPSpanExporter(f"{base}/v1/traces", headers=headers) if rules.traces else None
    structlog.get_logger("shoal.telemetry").info("telemetry_on", traces=rules.traces)
    return Telemetry(reader, spans, providers(settings))
