"""What every `EnergySource` keeps to. A plug-in's author runs it on their own:

    from tests.contract.energy_source_suite import CHECKS

Each check is a function of a source that is freshly made.
"""

from __future__ import annotations

import math

from shoal.metering.counters.seam import EnergySource

KINDS = ("cpu", "memory", "gpu")


def domains_are_named_once_and_of_a_known_kind(source: EnergySource) -> None:
    domains = source.domains
    assert len({domain.name for domain in domains}) == len(domains)
    assert all(domain.name and domain.kind in KINDS for domain in domains)
    assert all(domain.wraps_j is None or domain.wraps_j > 0 for domain in domains)
    assert all(domain.most_w is None or domain.most_w > 0 for domain in domains)


def domains_stay_the_same(source: EnergySource) -> None:
    before = source.domains
    source.read()
    assert source.domains == before


def a_reading_has_one_number_per_domain(source: EnergySource) -> None:
    for _ in range(3):
        counts = source.read()
        assert len(counts) == len(source.domains)
        assert all(count is None or (math.isfinite(count) and count >= 0) for count in counts)


def counts_stay_below_where_they_wrap(source: EnergySource) -> None:
    for domain, count in zip(source.domains, source.read(), strict=True):
        assert count is None or domain.wraps_j is None or count <= domain.wraps_j


def it_may_be_closed_twice(source: EnergySource) -> None:
    source.close()
    source.close()


CHECKS = (
    domains_are_named_once_and_of_a_known_kind,
    domains_stay_the_same,
    a_reading_has_one_number_per_domain,
    counts_stay_below_where_they_wrap,
    it_may_be_closed_twice,
)
