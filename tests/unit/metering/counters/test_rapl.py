"""The RAPL reader on a tree of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.metering.counters.counter import Counter
from shoal.metering.counters.rapl import RaplSource
from tests.unit.metering.counters.trees import WRAPS_UJ, rapl_zone, server


def test_packages_and_memory_are_read_and_nothing_twice(tmp_path: Path) -> None:
    source = RaplSource(server(tmp_path))
    named = dict(zip([domain.name for domain in source.domains], source.read(), strict=True))
    assert named == {"package-0-0": 1.0, "dram-0:1": 0.25, "package-1-1": 2.0, "dram-1:1": 0.25}
    assert [domain.kind for domain in source.domains] == ["cpu", "memory", "cpu", "memory"]
    assert source.domains[0].wraps_j == pytest.approx(WRAPS_UJ / 1e6)


def test_it_wraps_around(tmp_path: Path) -> None:
    rapl_zone(tmp_path, "intel-rapl:0", "package-0", WRAPS_UJ - 30_000_000)
    source = RaplSource(tmp_path)
    counter = Counter(source.domains[0])
    assert counter.advance(source.read()[0], 0.0) is None
    rapl_zone(tmp_path, "intel-rapl:0", "package-0", 20_000_000)
    assert counter.advance(source.read()[0], 1.0) == pytest.approx(50.0)


@pytest.mark.parametrize("uj", [None, "", "none"])
def test_a_counter_that_cannot_be_read_is_no_domain(tmp_path: Path, uj: str | None) -> None:
    rapl_zone(tmp_path, "intel-rapl:0", "package-0", uj)
    assert RaplSource(tmp_path).domains == ()


def test_a_counter_that_goes_away_is_not_known(tmp_path: Path) -> None:
    folder = rapl_zone(tmp_path, "intel-rapl:0", "package-0", 5)
    source = RaplSource(tmp_path)
    (folder / "energy_uj").unlink()
    assert source.read() == (None,)


def test_a_zone_without_a_range_does_not_wrap(tmp_path: Path) -> None:
    rapl_zone(tmp_path, "intel-rapl:0", "package-0", 5, None)
    assert RaplSource(tmp_path).domains[0].wraps_j is None


def test_a_zone_without_a_name_is_passed_over(tmp_path: Path) -> None:
    (rapl_zone(tmp_path, "intel-rapl:0", "package-0", 5) / "name").unlink()
    (rapl_zone(tmp_path, "intel-rapl:1", "package-1", 5) / "name").write_bytes(b"\xff")
    assert RaplSource(tmp_path).domains == ()


def test_a_machine_without_rapl_has_no_domains(tmp_path: Path) -> None:
    assert RaplSource(tmp_path / "powercap").read() == ()
