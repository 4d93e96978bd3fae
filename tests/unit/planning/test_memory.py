"""What a training run holds in memory, and how many devices hold it."""

from __future__ import annotations

import pytest

from shoal.errors import ConfigError
from shoal.facts.tables import Facts, load
from shoal.planning.memory import activations_gb, memory, states_gb
from shoal.planning.workload import Method, Workload


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@pytest.mark.parametrize(
    ("work", "gb"),
    [
        (Workload(7e9, 1), 112.0),
        (Workload(7e9, 1, active=1e9), 112.0),
        (Workload(7e9, 1, method=Method.LORA, trainable=20e6), 14 + 0.32),
        (Workload(7e9, 1, method=Method.LORA, trainable=20e6, base_bits=4), 3.5 + 0.32),
        (Workload(7e9, 1, method=Method.HEAD, trainable=1e9), 12 + 16),
    ],
)
def test_states(work: Workload, gb: float, facts: Facts) -> None:
    assert states_gb(work, facts) == pytest.approx(gb)


def test_activations_of_a_sequence(facts: Facts) -> None:
    """32 layers of width 4096 at 4096 tokens: 2 bytes for each layer's input and 34 for the inside of one."""
    work = Workload(6.74e9, 1, context=4096, layers=32, width=4096)
    assert activations_gb(work, facts) == pytest.approx(4096 * 4096 * (2 * 32 + 34) / 1e9)


@pytest.mark.parametrize(
    ("params", "gb", "fewest"),
    [(1e9, 80, 1), (6.74e9, 80, 2), (70e9, 80, 16), (405e9, 80, 94), (7e9, 24, 6), (7e9, 192, 1)],
)
def test_the_fewest_devices(params: float, gb: float, fewest: int, facts: Facts) -> None:
    found = memory(Workload(params, 1), gb, facts)
    assert found.fewest == fewest
    assert found.fits(fewest)
    assert not found.fits(fewest - 1)
    if fewest > 8:
        assert found.states_gb / fewest + found.activations_gb / 8 <= found.usable_gb
        assert found.states_gb / (fewest - 1) + found.activations_gb / 8 > found.usable_gb


def test_a_sequence_that_no_server_holds(facts: Facts) -> None:
    with pytest.raises(ConfigError, match="shorten --context"):
        memory(Workload(70e9, 1, context=2_000_000), 80, facts)
