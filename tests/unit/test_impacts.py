"""Ranges: sums and products go end by end and never become narrower than their parts."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.impacts import RANGES, ZERO, Basis, Impacts, Range, Tier, plus, total

NUMBERS = st.floats(0, 1e6, allow_nan=False)
ENDS = st.lists(NUMBERS, min_size=3, max_size=3).map(sorted).map(lambda ends: Range.checked(*ends))


@given(ENDS, ENDS)
def test_sums_and_products_stay_in_order(one: Range, other: Range) -> None:
    for found in (one + other, one * other, one.scaled(2.5)):
        assert found.low <= found.expected <= found.high
    assert one + other == other + one
    assert (one + other).high - (one + other).low >= (one.high - one.low) * (1 - 1e-9)
    assert one + ZERO == one


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Range(1, 2, 4) + Range(0.5, 1, 1), Range(1.5, 3, 5)),
        (Range(1, 2, 4) * Range(0.5, 1, 2), Range(0.5, 2, 8)),
        (Range(1, 2, 4).scaled(3), Range(3, 6, 12)),
        (Range(1, 2, 4).inverse(), Range(0.25, 0.5, 1)),
        (Range.exactly(7), Range(7, 7, 7)),
    ],
)
def test_arithmetic(found: Range, expected: Range) -> None:
    assert found == expected


@pytest.mark.parametrize("ends", [(2, 1, 3), (1, 3, 2), (-1, 0, 1), (0, 1, float("inf")), (0, float("nan"), 1)])
def test_what_is_no_range_is_refused(ends: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="a range needs"):
        Range.checked(*ends)


def test_what_is_unknown_makes_the_sum_unknown() -> None:
    assert plus(Range(1, 1, 1), None) is None
    assert plus(None, Range(1, 1, 1)) is None
    assert plus(Range(1, 1, 1), Range(1, 2, 3)) == Range(2, 3, 4)


def test_the_wire_form_has_six_digits() -> None:
    assert Range(1.23456789e-5, 2.0, 3456789.1).to_wire() == {"low": 1.23457e-5, "expected": 2.0, "high": 3456790.0}
    assert Range.exactly(1 / 3).to_wire() == {"low": 0.333333, "expected": 0.333333, "high": 0.333333}


BASIS = Basis("all", "DEU", 350.0, "a source", 2024, "v1", beside="0.3 Wh")


@given(st.lists(st.none() | ENDS, min_size=8, max_size=8), st.none() | st.sampled_from(Tier), st.booleans())
def test_a_ledger_keeps_impacts_whole(ranges: list[Range | None], tier: Tier | None, based: bool) -> None:
    energy, usage, embodied, market, marginal, water, materials, cost = ranges
    bases = (BASIS,) if based else ()
    whole = Impacts(energy, usage, embodied, market, marginal, water, materials, cost, tier, bases)
    kept = json.loads(json.dumps(whole.to_record()))
    assert Impacts.from_record(kept) == whole
    assert [name for name in RANGES if kept[name] is None] == [
        name for name, each in zip(RANGES, ranges, strict=True) if each is None
    ]


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 1e6).map(lambda x: Range(x / 3, x, 2 * x))), min_size=8, max_size=8),
    st.sampled_from([None, *Tier]),
    st.booleans(),
)
def test_the_bytes_say_what_the_wire_form_says(ranges: list[Range | None], tier: Tier | None, final: bool) -> None:
    bases = (Basis("é % boundary", "DEU", 381.2, "owid", 2023, "v1"), Basis("b", "WOR", 1, "s", 2020, "v", beside="x"))
    found = Impacts(**dict(zip(RANGES, ranges, strict=True)), tier=tier, bases=bases)
    assert json.loads(found.to_json(final=final)) == found.to_wire(final=final)


def test_a_sum_of_three_names_each_basis_once() -> None:
    one, two = Basis("a", "DEU", 1, "s", 2023, "v"), Basis("b", "DEU", 1, "s", 2023, "v")
    parts = [
        Impacts(Range(1, 2, 3), cost_usd=Range(1, 1, 1), tier=Tier.MEASURED, bases=(one,)),
        Impacts(Range(1, 2, 3), tier=Tier.ESTIMATED, bases=(two,)),
        Impacts(Range(1, 2, 3), cost_usd=Range(1, 1, 1), tier=Tier.MODELLED, bases=(Basis(**asdict(one)),)),
    ]
    assert total(parts) == Impacts(Range(3, 6, 9), tier=Tier.ESTIMATED, bases=(one, two))
    assert total([*parts, Impacts()]).tier is None
