"""Sums and spreads say what the library's own counters and histograms say of the same counts."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric

from shoal.gateway.metrics import SECONDS, Spread, Sums

LABELS = st.tuples(st.sampled_from(["a", 'b "quoted"\n', "c"]), st.sampled_from(["ok", "host_cut"]))


class Family:
    """A registry's view of one."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> list[Metric]:
        return [self._family]


def page(registry: CollectorRegistry | Family) -> set[str]:
    """The samples, without when each began to be counted."""
    lines = generate_latest(registry).decode().splitlines()
    return {line for line in lines if "_created" not in line}


@given(st.lists(st.tuples(LABELS, st.integers(1, 1000))))
def test_sums(counts: list[tuple[tuple[str, str], int]]) -> None:
    registry, ours = CollectorRegistry(), Sums("shoal_x", "What", ("model", "outcome"))
    theirs = Counter("shoal_x", "What", ("model", "outcome"), registry=registry)
    for labels, count in counts:
        ours.add(labels, count)
        theirs.labels(*labels).inc(count)
    assert page(Family(ours.family())) == page(registry)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(SECONDS) | st.integers(0, 300).map(lambda n: n / 8))))
@example([("a", 0.25), ("a", 1000.0), ("b", 0.0)])
def test_spreads(durations: list[tuple[str, float]]) -> None:
    registry, ours = CollectorRegistry(), Spread("shoal_y", "How long")
    theirs = Histogram("shoal_y", "How long", ("model",), registry=registry, buckets=SECONDS)
    for model, seconds in durations:
        ours.add(model, seconds)
        theirs.labels(model).observe(seconds)
    assert page(Family(ours.family())) == page(registry)
