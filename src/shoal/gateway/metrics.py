"""Prometheus metrics of exchanges, and GET /metrics. Labels are names of models, hosts and entity types, and outcomes;
never keys, tenants or text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.types import Receive, Scope, Send

from shoal.call import Attempt
from shoal.errors import PermissionDenied
from shoal.gateway.asgi import headers_of, token_of
from shoal.gateway.envelope import send_bytes
from shoal.identity import Identity, Role
from shoal.impacts import UNKNOWN, Impacts, Range
from shoal.stores.ledger import Record, SqlLedger

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)

# The metric of each quantity of `Impacts`, and what its help says.
TAKEN = {
    "energy_wh": ("shoal_energy_wh", "Energy in Wh, as expected"),
    "carbon_gco2e": ("shoal_carbon_gco2e", "Usage (location-based) and embodied carbon in gCO2e, as expected"),
    "water_ml": ("shoal_water_ml", "Water in mL, as expected"),
    "cost_usd": ("shoal_cost_usd", "Cost in USD"),
}
# What becomes of personal data, as in `Record.trust`.
ACTIONS = ("masked", "observed")


class Metrics:
    """The figures of one process, in a registry of their own. `gather`, where it is set, gives the page of several
    processes."""

    def __init__(self) -> None:
        self.gather: Callable[[], Awaitable[bytes]] | None = None
        self.registry = CollectorRegistry(auto_describe=True)
        self._children: dict[tuple[Any, tuple[str, ...]], Any] = {}
        gauge = partial(Gauge, registry=self.registry)
        counter = partial(Counter, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry, buckets=SECONDS)
        self.in_flight = gauge("shoal_requests_in_flight", "Requests under way")
        self._exchanges = counter("shoal_exchanges", "Ended exchanges", ("model", "outcome"))
        self._latency = histogram("shoal_exchange_seconds", "From body read to end", ("model",))
        self._first = histogram("shoal_first_piece_seconds", "To the first piece", ("model",))
        self._attempts = counter("shoal_attempts", "Calls of models", ("model", "host", "outcome"))
        self._tokens = counter("shoal_tokens", "Tokens of all attempts", ("model", "kind"))
        self._entities = counter("shoal_entities", "Personal data in requests", ("type", "action"))
        self._taken = {
            name: counter(metric, f"{words}; what is unknown is left out", ("model", "tier"))
            for name, (metric, words) in TAKEN.items()
        }
        self._routed = counter("shoal_routed", "Exchanges that a learned router looked at", ("model", "foreign"))
        self._unknown = counter(
            "shoal_unmetered_attempts", "Attempts of which a quantity is unknown", ("model", "what")
        )
        self._ledger = gauge("shoal_ledger_faults", "What keeps the ledger from being written: see /readyz")
        self._ledger_waiting = gauge("shoal_ledger_waiting", "Entries of the ledger in memory, not in the database yet")
        self._ledger_lost = gauge("shoal_ledger_lost", "Entries of the ledger that could be kept nowhere")
        self._cpu = counter("shoal_specialist_cpu_seconds", "CPU time of embedded models", ("model",))

    def watch(self, ledger: SqlLedger) -> None:
        """Shows how it stands with the ledger."""
        self._ledger.set_function(lambda: len(ledger.faults))
        self._ledger_waiting.set_function(lambda: ledger.waiting)
        self._ledger_lost.set_function(lambda: ledger.lost)

    def observe(self, record: Record) -> None:
        """Counts an ended exchange. A model that nobody knows is counted as "none": a caller makes no labels."""
        model = record.model if record.model and record.calls else "none"
        self._of(self._exchanges, model, record.outcome).inc()
        self._of(self._latency, model).observe(record.latency_s)
        if record.first_piece_s is not None:
            self._of(self._first, model).observe(record.first_piece_s)
        for attempt in record.attempts:
            self._count(attempt)
        routing = (record.trust or {}).get("routing")
        if routing:
            self._of(self._routed, routing["model"], "yes" if routing["foreign"] else "no").inc()
        for action in ACTIONS:
            for kind, (count, _) in (record.trust or {}).get(action, {}).items():
                self._of(self._entities, kind, action).inc(count)

    def _count(self, attempt: Attempt) -> None:
        usage = attempt.usage
        self._of(self._attempts, attempt.model, attempt.host, attempt.outcome).inc()
        if usage.prompt_tokens:
            self._of(self._tokens, attempt.model, "prompt").inc(usage.prompt_tokens)
        if usage.completion_tokens:
            self._of(self._tokens, attempt.model, "completion").inc(usage.completion_tokens)
        if usage.cpu_s:
            self._of(self._cpu, attempt.model).inc(usage.cpu_s)
        if attempt.impacts is not None:
            self._take(attempt.model, attempt.impacts)

    def _take(self, model: str, impacts: Impacts) -> None:
        tier = impacts.tier or UNKNOWN
        for name, metric in self._taken.items():
            found: Range | None = getattr(impacts, name)
            if found is None:
                self._of(self._unknown, model, name).inc()
            else:
                self._of(metric, model, tier).inc(found.expected)

    def _of(self, metric: Any, *labels: str) -> Any:
        """The metric's child with these labels; the library's own look-up costs more than the count."""
        key = (metric, labels)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = metric.labels(*labels)
        return child

    def page(self) -> bytes:
        """The text exposition."""
        return generate_latest(self.registry)


class MetricsPage:
    """GET /metrics. With `identity` an admin key is needed; without it the page has an address of its own."""

    def __init__(self, metrics: Metrics, identity: Identity | None) -> None:
        self._metrics = metrics
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._identity is not None:
            key = self._identity.authenticate(token_of(headers_of(scope)))
            if key.role not in (Role.ADMIN, Role.AUDITOR):
                raise PermissionDenied("metrics need a key of an admin or auditor, or an address: server.metrics_bind")
        gather = self._metrics.gather
        page = self._metrics.page() if gather is None else await gather()
        await send_bytes(send, 200, page, [(b"content-type", CONTENT_TYPE_LATEST.encode())])
