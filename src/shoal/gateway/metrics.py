"""Prometheus metrics of exchanges, and GET /metrics. Labels are names of models, hosts and entity types, and outcomes;
never keys, tenants or text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from itertools import accumulate

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString
from starlette.types import Receive, Scope, Send

from shoal.call import Attempt
from shoal.chat import Json
from shoal.errors import PermissionDenied
from shoal.gateway.door import key_of
from shoal.gateway.envelope import send_bytes
from shoal.identity import Identity, Role
from shoal.identity.keys import DEFAULT_TENANT
from shoal.impacts import UNKNOWN, Impacts
from shoal.stores.ledger import Record, SqlLedger

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)

BOUNDS = (*map(floatToGoString, SECONDS), "+Inf")
# The metric of each quantity of `Impacts`, and what its help says.
TAKEN = {
    "energy_wh": ("shoal_energy_wh", "Energy in Wh, as expected"),
    "carbon_gco2e": ("shoal_carbon_gco2e", "Usage (location-based) and embodied carbon in gCO2e, as expected"),
    "water_ml": ("shoal_water_ml", "Water in mL, as expected"),
    "cost_usd": ("shoal_cost_usd", "Cost in USD"),
}
# What a shadow call found of a smaller model's answer.
SHADOWED = {True: "worse", False: "no worse", None: "unknown"}
# What becomes of personal data, as in `Record.trust`.
ACTIONS = ("masked", "observed")


class Sums:
    """A counter by its labels. The library's own count of one sample costs as much as a step of the way of a request;
    here a count is a sum in a dictionary, and the library makes the page."""

    def __init__(self, name: str, words: str, labels: tuple[str, ...]) -> None:
        self._name, self._words, self._labels = name, words, labels
        self._sums: dict[tuple[str, ...], float] = {}

    def add(self, labels: tuple[str, ...], count: float = 1.0) -> None:
        """Adds to what was counted under these labels."""
        self._sums[labels] = self._sums.get(labels, 0.0) + count

    def family(self) -> Metric:
        """All of it."""
        family = CounterMetricFamily(self._name, self._words, labels=self._labels)
        for labels, count in list(self._sums.items()):
            family.add_metric(labels, count)
        return family


class Spread:
    """Seconds in the buckets of SECONDS, by model."""

    def __init__(self, name: str, words: str) -> None:
        self._name, self._words = name, words
        self._counts: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}

    def add(self, model: str, seconds: float) -> None:
        """Counts one duration."""
        counts = self._counts.get(model)
        if counts is None:
            self._sums[model] = 0.0
            counts = self._counts[model] = [0] * (len(SECONDS) + 1)
        counts[bisect_left(SECONDS, seconds)] += 1
        self._sums[model] += seconds

    def family(self) -> Metric:
        """All of it; the count of a bucket holds those of the buckets below."""
        family = HistogramMetricFamily(self._name, self._words, labels=("model",))
        for model, counts in list(self._counts.items()):
            buckets = list(zip(BOUNDS, accumulate(counts), strict=True))
            family.add_metric((model,), buckets, self._sums[model])
        return family


class Metrics:
    """The figures of one process, in a registry of their own. `gather`, where it is set, gives the page of several
    processes."""

    def __init__(self) -> None:
        self.gather: Callable[[], Awaitable[bytes]] | None = None
        self.registry = CollectorRegistry()
        gauge = partial(Gauge, registry=self.registry)
        self.in_flight = gauge("shoal_requests_in_flight", "Requests under way")
        self._exchanges = Sums("shoal_exchanges", "Ended exchanges", ("model", "outcome"))
        self._latency = Spread("shoal_exchange_seconds", "From body read to end")
        self._first = Spread("shoal_first_piece_seconds", "To the first piece")
        self._attempts = Sums("shoal_attempts", "Calls of models", ("model", "host", "outcome"))
        self._tokens = Sums("shoal_tokens", "Tokens of all attempts", ("model", "kind"))
        self._entities = Sums("shoal_entities", "Personal data in requests", ("type", "action"))
        self._taken = {
            name: Sums(metric, f"{words}; what is unknown is left out", ("model", "tier"))
            for name, (metric, words) in TAKEN.items()
        }
        self._routed = Sums("shoal_routed", "Exchanges that a learned router looked at", ("model", "foreign"))
        self._shadows = Sums("shoal_shadows", "Answers compared with the reference's", ("model", "result"))
        self._unknown = Sums("shoal_unmetered_attempts", "Attempts of which a quantity is unknown", ("model", "what"))
        self._ledger = gauge("shoal_ledger_faults", "What keeps the ledger from being written: see /readyz")
        self._ledger_waiting = gauge("shoal_ledger_waiting", "Entries of the ledger in memory, not in the database yet")
        self._ledger_lost = gauge("shoal_ledger_lost", "Entries of the ledger that could be kept nowhere")
        self._cpu = Sums("shoal_specialist_cpu_seconds", "CPU time of embedded models", ("model",))
        self.registry.register(self)

    def collect(self) -> Iterable[Metric]:
        """What was counted, for the registry."""
        sums = (self._exchanges, self._attempts, self._tokens, self._entities, *self._taken.values())
        for each in (*sums, self._routed, self._shadows, self._unknown, self._cpu):
            yield each.family()
        for spread in (self._latency, self._first):
            yield spread.family()

    def watch(self, ledger: SqlLedger) -> None:
        """Shows how it stands with the ledger."""
        self._ledger.set_function(lambda: len(ledger.faults))
        self._ledger_waiting.set_function(lambda: ledger.waiting)
        self._ledger_lost.set_function(lambda: ledger.lost)

    def observe(self, record: Record) -> None:
        """Counts an ended exchange. A model that nobody knows is counted as "none": a caller makes no labels."""
        model = record.model if record.model and record.calls else "none"
        self._exchanges.add((model, record.outcome))
        self._latency.add(model, record.latency_s)
        if record.first_piece_s is not None:
            self._first.add(model, record.first_piece_s)
        for attempt in record.attempts:
            self._count(attempt)
        if record.trust:
            self._account(record.trust)

    def _account(self, trust: Json) -> None:
        routing = trust.get("routing")
        if routing and (shadow := routing.get("shadow")):
            self._shadows.add((shadow["model"], SHADOWED[shadow["worse"]]))
        elif routing:
            self._routed.add((routing["model"], "yes" if routing["foreign"] else "no"))
        for action in ACTIONS:
            for kind, (count, _) in trust.get(action, {}).items():
                self._entities.add((kind, action), count)

    def _count(self, attempt: Attempt) -> None:
        model, usage = attempt.model, attempt.usage
        self._attempts.add((model, attempt.host, attempt.outcome))
        if usage.prompt_tokens:
            self._tokens.add((model, "prompt"), usage.prompt_tokens)
        if usage.completion_tokens:
            self._tokens.add((model, "completion"), usage.completion_tokens)
        if usage.cpu_s:
            self._cpu.add((model,), usage.cpu_s)
        if attempt.impacts is not None:
            self._take(model, attempt.impacts)

    def _take(self, model: str, impacts: Impacts) -> None:
        labels = (model, impacts.tier or UNKNOWN)
        for name, sums in self._taken.items():
            found = impacts.expected(name)
            if found is None:
                self._unknown.add((model, name))
            else:
                sums.add(labels, found)

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
            key = key_of(scope, self._identity)
            # They are of all organisations together.
            if key.role not in (Role.ADMIN, Role.AUDITOR) or key.tenant != DEFAULT_TENANT:
                raise PermissionDenied(
                    "metrics need a key of the operator's own admin or auditor, or an address: server.metrics_bind"
                )
        gather = self._metrics.gather
        page = self._metrics.page() if gather is None else await gather()
        await send_bytes(send, 200, page, [(b"content-type", CONTENT_TYPE_LATEST.encode())])
