"""Foreign traffic: ranks among held-out asks, both views count, few asks do no harm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from shoal.routing.features import AskFeatures
from shoal.routing.foreign import STAY, UNLIKE, Foreign
from tests.unit.routing.labelled import labels

FEATURES = AskFeatures()


@pytest.fixture(scope="module")
def known() -> Foreign:
    return Foreign.fit(FEATURES.of(labels(600).asks))


def test_most_of_its_own_kind_stays(known: Foreign) -> None:
    asks = FEATURES.of(labels(600, 9).asks)
    assert known.is_foreign(known.views(asks)).mean() <= 1 - STAY + 0.1


@pytest.mark.parametrize(
    "ask",
    [
        "SELECT name FROM users WHERE id = 7;",
        "Schreibe ein Gedicht über den Herbst in drei Strophen.",
        "9 + 9 * 9 = ?",
        "",
    ],
)
def test_other_asks_are_foreign(known: Foreign, ask: str) -> None:
    assert known.is_foreign(known.views(FEATURES.of([ask]))).all()


def test_the_lower_rank_counts(known: Foreign) -> None:
    high = known.ranks[:, -1:]
    assert known.rank((high[0], high[1])) == 1
    low = high.copy()
    low[1] = known.ranks[1, 0] - 1
    assert known.rank((low[0], low[1])) == 0


@given(
    st.integers(0, 12).flatmap(lambda count: arrays(np.float64, (2, count), elements=st.integers(-9, 9))),
    st.sampled_from([0.0, 0.15, 0.5, 1.0, 1.1]) | st.floats(0, 1),
    arrays(np.float64, (2, 20), elements=st.integers(-10, 10)),
)
def test_a_value_is_foreign_where_its_rank_is_below_the_threshold(
    values: NDArray[np.float64], threshold: float, views: NDArray[np.float64]
) -> None:
    found = Foreign(np.zeros(1, np.float32), np.zeros(1), np.zeros((1, 1)), np.sort(values, axis=1), threshold)
    pair = (views[0], views[1])
    assert found.is_foreign(pair).tolist() == (found.rank(pair) < threshold).tolist()


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([], ()),
        ([{}], ()),
        ([{"tag": "team=a"}] * 99 + [{}], ("tag team", "tag")),
        ([{"tag": "team=a"}] * 98 + [{}] * 2, ()),
        ([{"tag": "team=a"}, {"tag": "topic=b"}], ("tag",)),
        ([{"tag": "a", "step": "s"}, {"tag": "b", "kind": "k"}], ("tag",)),
        ([{"tag": "team=a", "template": "0" * 16}, {"template": "1" * 16}], ("template",)),
    ],
)
def test_what_nearly_all_told(groups: list[dict[str, str]], told: tuple[str, ...]) -> None:
    found = Foreign.fit(FEATURES.of(labels(5).asks), groups=groups)
    assert found.told == told
    assert found.lacking([{}, {"tag": "team=c", "template": "2" * 16}]).tolist() == [bool(told), False]
    lacks = f"no {told[0]}, which 99% or more of the labels had" if told else UNLIKE
    assert found.why({}) == lacks


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_few_asks(count: int) -> None:
    few = Foreign.fit(FEATURES.of(labels(count).asks))
    assert np.isfinite(few.views(FEATURES.of(["x"]))).all()
