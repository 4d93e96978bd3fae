"""FLOPs of training: worked cases by method, attention, and what cannot be trained."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import ConfigError
from shoal.facts.tables import Facts, load
from shoal.planning.workload import Method, Workload, attention, flops, shape_of


@cache
def load_once() -> Facts:
    return load()


@pytest.fixture
def facts() -> Facts:
    return load_once()


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (Workload(7e9, 1.4e12), 6 * 7e9 * 1.4e12),
        (Workload(175e9, 300e9), 3.15e23),
        (Workload(7e9, 1e9, epochs=3), 6 * 7e9 * 3e9),
        (Workload(7e9, 1e9, method=Method.CONTINUED), 6 * 7e9 * 1e9),
        (Workload(671e9, 14.8e12, active=37e9), 6 * 37e9 * 14.8e12),
        (Workload(7e9, 1e9, method=Method.LORA, trainable=20e6), (4 * 7e9 + 6 * 20e6) * 1e9),
        (Workload(7e9, 1e9, method=Method.HEAD, trainable=20e6), (2 * 7e9 + 4 * 20e6) * 1e9),
        (Workload(64e6, 1e6, method=Method.HEAD, trainable=64e6), 6 * 64e6 * 1e6),
    ],
)
def test_flops_of_each_method(work: Workload, expected: float, facts: Facts) -> None:
    found = flops(work, facts)
    assert found.low == found.expected == found.high == pytest.approx(expected, rel=1e-12)


def test_gpt3_has_the_published_flops(facts: Facts) -> None:
    published = facts.find("run", "GPT-3", "flops").value
    assert flops(Workload(175e9, 300e9), facts).expected == pytest.approx(published, rel=0.01)


def test_attention_of_a_stated_shape(facts: Facts) -> None:
    """Llama 2 7B: 32 layers of width 4096 at 4096 tokens: 6 x 32 x 4096 x 4096 per token, twice that at most."""
    work = Workload(6.74e9, 2e12, context=4096, layers=32, width=4096)
    found = attention(work, facts)
    assert found.low == found.expected == 6 * 32 * 4096 * 4096
    assert found.high == 2 * found.expected
    assert flops(work, facts).expected == pytest.approx((6 * 6.74e9 + 6 * 32 * 4096**2) * 2e12)


@pytest.mark.parametrize(
    ("params", "layers", "width"), [(6.74e9, 32, 4096), (69e9, 80, 8192), (405e9, 126, 16384), (8.03e9, 32, 4096)]
)
def test_shape_from_the_number_of_parameters(params: float, layers: int, width: int, facts: Facts) -> None:
    """The product of depth and width, which is all that counts, is within 20 % of the true one for Llama models."""
    aspect = facts.find("training", "any", "layer_aspect").value
    shape = shape_of(Workload(params, 1), aspect)
    assert shape.layers * shape.width == pytest.approx(layers * width, rel=0.2)
    assert not shape.stated


def test_without_a_context_attention_is_not_counted(facts: Facts) -> None:
    assert attention(Workload(7e9, 1e9), facts).high == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"params": 0}, "params must be above 0"),
        ({"tokens": float("nan")}, "tokens must be above 0"),
        ({"tokens": float("inf")}, "tokens must be above 0"),
        ({"epochs": -1}, "epochs must be above 0"),
        ({"active": 8e9}, "more parameters are active"),
        ({"trainable": 1e6}, "leave --trainable out"),
        ({"method": Method.LORA}, "say how many parameters with --trainable"),
        ({"method": Method.LORA, "trainable": 8e9}, "more parameters are trained"),
        ({"layers": 32}, "both --layers and --width"),
    ],
)
def test_what_cannot_be_trained(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Workload(**{"params": 7e9, "tokens": 1e9, **wrong})


@given(st.floats(1e6, 1e12), st.floats(1e6, 1e13), st.floats(0.001, 1))
def test_a_frozen_base_never_takes_more_than_full_training(params: float, tokens: float, part: float) -> None:
    facts = load_once()
    full = flops(Workload(params, tokens), facts).expected
    head = flops(Workload(params, tokens, method=Method.HEAD, trainable=part * params), facts).expected
    assert head <= full * (1 + 1e-9)
    if part < 1 / 3:
        lora = flops(Workload(params, tokens, method=Method.LORA, trainable=part * params), facts).expected
        assert head < lora < full
