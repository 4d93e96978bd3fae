"""Exploration: the same exchange is drawn the same way, and each model as often as the record says."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.routing.explore import drawn, explored


@given(st.text())
def test_a_draw_is_a_number_that_stays(name: str) -> None:
    assert 0 <= drawn(name) < 1
    assert drawn(name) == drawn(name)


@pytest.mark.parametrize(("others", "share"), [((), 0.05), (("b",), 0.0)])
def test_nothing_to_explore(others: tuple[str, ...], share: float) -> None:
    assert explored("a", others, share, "ex_1") == ("a", 1.0)


@given(st.lists(st.sampled_from("bcdef"), unique=True, min_size=1), st.floats(0.001, 0.05))
def test_the_chances_add_up(others: list[str], share: float) -> None:
    chances = dict(explored("a", others, share, f"ex_{at}") for at in range(300))
    assert chances.get("a", 1 - share) == 1 - share
    assert all(chance == share / len(others) for name, chance in chances.items() if name != "a")


def test_shares_are_as_recorded() -> None:
    """20,000 draws, each count within four standard errors."""
    counts = Counter(explored("a", ("b", "c"), 0.05, f"ex_{at:08x}")[0] for at in range(20_000))
    for name, share in {"a": 0.95, "b": 0.025, "c": 0.025}.items():
        assert abs(counts[name] / 20_000 - share) < 4 * (share * (1 - share) / 20_000) ** 0.5
