"""Hardware from the facts: everything that the issue names is there, with power, peak, memory, making and rent."""

from __future__ import annotations

import pytest

from shoal.errors import ConfigError
from shoal.facts.tables import Facts, load
from shoal.planning.machine import find_machine, offers, rent_usd, subject_of

NAMED = (
    "tpu-v2",
    "tpu-v3",
    "tpu-v4",
    "tpu-v5e",
    "tpu-v5p",
    "v100",
    "a100",
    "h100",
    "h200",
    "b200",
    "l4",
    "l40s",
    "mi300x",
)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@pytest.mark.parametrize("name", NAMED)
def test_what_a_plan_needs_is_there(name: str, facts: Facts) -> None:
    machine = find_machine(facts, name)
    assert 1e13 < machine.peak < 1e16
    assert 0 < machine.mfu.low < machine.mfu.expected < machine.mfu.high < 0.6
    assert 70 <= machine.power_w.expected < 2000
    assert machine.memory_gb >= 16
    assert machine.embodied_kg.low >= 100
    assert offers(facts)[name]


def test_a_system_s_power_is_used_where_it_is_published(facts: Facts) -> None:
    v100, l4, v5p = (find_machine(facts, name) for name in ("v100", "l4", "tpu-v5p"))
    assert (v100.power_w.low, v100.power_w.expected, v100.power_w.high) == (330, 330, 342)
    assert v100.measured
    assert l4.power_w.expected == pytest.approx(72 * 1.43)
    assert not l4.measured
    assert v5p.power_w.high == pytest.approx(459 * 1.28, abs=1)
    assert not v5p.measured


@pytest.mark.parametrize("name", ["TPU v4", "tpu-v4", " Tpu V4 "])
def test_names_as_people_write_them(name: str, facts: Facts) -> None:
    assert subject_of(facts, name) == "tpu-v4"


@pytest.mark.parametrize(
    ("name", "nearest"), [("h10", "h100"), ("tpuv4", "tpu-v4"), ("MI300", "mi300x"), ("zzzzz", "a100")]
)
def test_an_unknown_one_names_the_nearest_or_all(name: str, nearest: str, facts: Facts) -> None:
    with pytest.raises(ConfigError, match=nearest):
        find_machine(facts, name)


def test_a_precision_that_it_does_not_have(facts: Facts) -> None:
    assert find_machine(facts, "h100", 8).peak == 1979e12
    assert find_machine(facts, "h100", 8).mfu.expected == 0.17
    with pytest.raises(ConfigError, match="no peak for 8 bit"):
        find_machine(facts, "v100", 8)


def test_rent_at_a_provider_else_anywhere_else_unknown(facts: Facts) -> None:
    gcp, anywhere = rent_usd(facts, "h100", "gcp"), rent_usd(facts, "h100", "elsewhere")
    assert gcp is not None
    assert anywhere is not None
    assert (gcp.expected, anywhere.expected) == (11.06, 2.95)
    assert gcp.low == pytest.approx(0.4 * 11.06)
    assert rent_usd(facts, "p100", "gcp") is None
