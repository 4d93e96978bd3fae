"""What is compared, what nothing beats, and the sentence on the first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import ConfigError
from shoal.facts.tables import Facts, load
from shoal.impacts import Range
from shoal.planning.curve import make_curve
from shoal.planning.options import Space, carbon, compare, pareto
from shoal.planning.train import Plan, Terms
from shoal.planning.workload import Workload

WORK = Workload(7e9, 1.4e12)
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


def value(each: Plan, name: str) -> float:
    """The expected value of a known quantity."""
    ranges = {
        "carbon": carbon(each),
        "cost": each.impacts.cost_usd,
        "energy": each.impacts.energy_wh,
        "water": each.impacts.water_ml,
        "time": each.hours,
    }
    found = ranges[name]
    assert found is not None
    return found.expected


def test_without_names_everything_that_is_let_is_compared(facts: Facts) -> None:
    found = compare(WORK, Space(), facts)
    regions = {each.place.grid.name for each in found.every}
    assert regions == set(facts.zones)
    assert {each.machine.name for each in found.every} == {
        *(
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
    }
    assert all(each.place.provider == "gcp" for each in found.every if each.machine.name.startswith("tpu"))


def test_nothing_beats_what_is_on_the_front_and_something_beats_the_rest(facts: Facts) -> None:
    found = compare(WORK, Space(), facts, Terms(devices=256))

    def score(each: Plan) -> tuple[float, float, float]:
        return value(each, "carbon"), value(each, "cost"), value(each, "time")

    front = [score(each) for each in found.front]
    for each in found.every:
        mine = score(each)
        beaten = [other for other in front if all(a <= b for a, b in zip(other, mine, strict=True))]
        assert beaten, "each option is on the front or beaten by it"
        assert mine not in front or beaten == [mine]


@pytest.mark.parametrize("by", ["carbon", "cost", "energy", "water", "time"])
def test_the_first_is_best_in_what_was_asked(by: str, facts: Facts) -> None:
    found = compare(WORK, Space(), facts, Terms(devices=256), by=by)
    best = min(value(each, by) for each in found.every)
    assert value(found.first, by) == best
    assert f"first by {by}" in found.why
    assert len(found.front) == len(set(map(id, found.front)))


def test_the_way_of_accounting_changes_the_order(facts: Facts) -> None:
    space = Space(("h100",), ("aws/eu-north-1", "aws/us-east-1"))
    by_average = compare(WORK, space, facts)
    at_the_margin = compare(WORK, space, facts, account="marginal")
    assert by_average.first.place.grid.name == "aws/eu-north-1"
    assert at_the_margin.first.place.grid.name == "aws/us-east-1"


def test_what_is_unknown_is_worst_and_not_zero(facts: Facts) -> None:
    found = compare(WORK, Space(("h100",), ("aws/us-east-1", "FRA")), facts, account="market")
    assert carbon(next(each for each in found.every if each.place.grid.name == "FRA"), "market") is None
    assert found.first.place.grid.name == "aws/us-east-1"


def test_the_sentence_says_what_is_sure(facts: Facts) -> None:
    same = compare(WORK, Space(("h100",), ("FRA", "POL")), facts).why
    assert same.startswith("h100 in FRA is first by carbon: its electricity emits 56 g/kWh")
    assert "next is h100 in POL" in same
    assert "on the same machines, so the order is as sure as what is known of the two places" in same
    other = compare(WORK, Space(("h100", "a100"), ("FRA",)), facts, by="energy").why
    assert "on other machines whose ranges overlap, so the order is not sure" in other
    apart = compare(WORK, Space(("b200", "l4"), ("FRA",)), facts, Terms(mfu=Range.exactly(0.3)), by="time").why
    assert "on other machines whose ranges are apart" in apart
    assert compare(WORK, Space(("h100",), ("FRA",)), facts).why == "h100 in FRA is the only option."
    cheaper = compare(WORK, Space(("b200", "mi300x"), ("aws/eu-north-1", "azure/centralus")), facts).why
    assert cheaper.endswith("; mi300x in azure/centralus costs 27% less.")


def test_starts_are_compared_by_their_hours(facts: Facts) -> None:
    curve = make_curve([(START + timedelta(hours=at), 500.0 if at < 24 else 50.0) for at in range(200)], "test")
    starts = (START, START + timedelta(hours=48))
    small = Workload(1e8, 1e9)
    found = compare(small, Space(("h100",), ("DEU",), starts, {"DEU": curve}), facts)
    assert found.first.start == starts[1]
    assert [each.place.average.expected for each in found.every] == pytest.approx([500, 50])
    assert found.first.curve_share == 1
    assert found.why.startswith("h100 in DEU from 2026-01-03T00:00+00:00 on is first by carbon")
    assert "so the order is as sure as the curve" in found.why
    without = compare(small, Space(("h100",), ("DEU",), starts, {"FRA": curve}), facts)
    assert [each.curve_share for each in without.every] == [None, None]
    everywhere = compare(small, Space(("h100",), ("DEU", "FRA"), starts, {"": curve}), facts)
    assert [each.curve_share for each in everywhere.every] == [1] * 4


@pytest.mark.parametrize(
    ("space", "said"),
    [
        (Space(("h10",)), "nearest are h100"),
        (Space((), ("Frence",)), "'france'"),
        (Space(("tpu-v4",), ("FRA",)), "tpu-v4: gcp"),
        (Space(("mi300x",), ("us-east-1",)), "any, azure"),
    ],
)
def test_what_cannot_be_compared(space: Space, said: str, facts: Facts) -> None:
    with pytest.raises(ConfigError, match=said):
        compare(WORK, space, facts)


def test_too_few_devices_for_all(facts: Facts) -> None:
    with pytest.raises(ConfigError, match="it needs 7 of them at least"):
        compare(Workload(70e9, 1e12), Space(("h200", "mi300x"), ("FRA",)), facts, Terms(devices=2))


def test_what_does_not_fit_is_never_first(facts: Facts) -> None:
    found = compare(Workload(70e9, 1e12), Space(("l4", "mi300x"), ("FRA",)), facts, Terms(devices=16))
    assert [each.fits for each in found.every] == [False, True]
    assert [each.machine.name for each in found.front] == ["mi300x"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_the_front_against_its_definition(points: list[tuple[int, int]]) -> None:
    kept = pareto(points, [lambda point: point[0], lambda point: point[1]])
    beaten = {one for one in points if any(two != one and two[0] <= one[0] and two[1] <= one[1] for two in points)}
    assert sorted(kept) == sorted(set(points) - beaten)
