"""The value model: it learns which asks the small model knows; a model joins from anchors; it survives odd labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shoal.errors import ConfigError
from shoal.routing.features import AskFeatures
from shoal.routing.labels import Labels
from shoal.routing.value import ValueModel
from tests.unit.routing.labelled import EASY, HARD, labels

FEATURES = AskFeatures()


@pytest.fixture(scope="module")
def model() -> ValueModel:
    return ValueModel.fit(labels(), FEATURES)


@pytest.fixture(scope="module")
def of_texts() -> ValueModel:
    """One that must tell by the words alone."""
    return ValueModel.fit(replace(labels(), groups=[{}] * 400), FEATURES)


def good(model: ValueModel, *asks: str) -> np.ndarray:
    return model.values(FEATURES.of(asks), [{}] * len(asks)).good


def test_it_knows_what_the_small_model_knows(of_texts: ValueModel) -> None:
    found = good(of_texts, f"Please tell me about the {EASY[0]}", f"Please tell me about the {HARD[0]}")
    assert found[0, 0] > 0.7 > 0.4 > found[1, 0]
    assert (found[:, 1] > 0.8).all()


def test_expected_tokens(model: ValueModel) -> None:
    assert model.values(FEATURES.of(["x"]), [{}]).tokens[0] == pytest.approx([40, 90], rel=0.01)


def test_groups_count(model: ValueModel) -> None:
    shop, maths = ({"tag": f"topic={name}"} for name in ("shop", "maths"))
    found = model.values(FEATURES.of(["hello", "hello"]), [shop, maths]).good
    assert found[0, 0] > found[1, 0] + 0.3


def test_many_at_once_are_what_each_is_alone(model: ValueModel) -> None:
    asks = [*EASY, *HARD, "", "x" * 50_000]
    together = good(model, *asks)
    assert np.allclose(together, np.concatenate([good(model, ask) for ask in asks]), atol=1e-5)


def test_other_traffic_is_foreign(model: ValueModel) -> None:
    asks = ["def main():\n    return [x ** 2 for x in range(10)]", labels(1, 99).asks[0]]
    own = {"tag": "topic=shop"}
    assert model.values(FEATURES.of(asks), [own] * 2).foreign.tolist() == [True, False]


def test_who_does_not_tell_what_the_labels_told_is_foreign(model: ValueModel, of_texts: ValueModel) -> None:
    told = [{"tag": "topic=new"}, {"tag": "team=a"}, {"template": "0" * 16}, {}]
    asks = FEATURES.of([labels(1, 99).asks[0]] * len(told))
    assert model.values(asks, told).foreign.tolist() == [False, True, True, True]
    assert not of_texts.values(asks, told).foreign.any()


def test_a_model_joins_from_anchors_and_leaves_the_others_as_they_are(of_texts: ValueModel) -> None:
    anchors = labels(200, 5)
    only = Labels(("twin",), anchors.asks, anchors.scores[:, :1], np.full((200, 1), 60.0), anchors.groups)
    joined = of_texts.joined("twin", only, FEATURES)
    found = joined.values(FEATURES.of([EASY[1], HARD[1]]), [{}] * 2)
    assert joined.models == ("small", "large", "twin")
    assert np.allclose(found.good[:, :2], good(of_texts, EASY[1], HARD[1]))
    assert found.good[0, 2] > found.good[1, 2] + 0.2
    assert found.tokens[0, 2] == pytest.approx(60, rel=0.01)


def test_too_few_labels_or_anchors(model: ValueModel) -> None:
    with pytest.raises(ConfigError, match="49 asks have a score of every model, 50 are the least"):
        ValueModel.fit(labels(49), FEATURES)
    few = replace(labels(199), models=("other", "twin"))
    with pytest.raises(ConfigError, match="199 anchors have a score of 'twin', 200 are the least"):
        model.joined("twin", few, FEATURES)
    with pytest.raises(ConfigError, match="'small' is known already"):
        model.joined("small", labels(200), FEATURES)


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_labels_that_are_all_equal(score: float) -> None:
    same = replace(labels(60), scores=np.full((60, 2), score))
    assert good(ValueModel.fit(same, FEATURES), "anything") == pytest.approx(score, abs=1e-6)


def test_asks_that_are_all_the_same_or_empty() -> None:
    for ask in ("same", ""):
        same = replace(labels(60), asks=[ask] * 60)
        assert np.isfinite(good(ValueModel.fit(same, FEATURES), ask, "other")).all()


def test_poisoned_labels_of_one_key_move_little() -> None:
    """A tenth of the labels, all from one source, say that the small model fails at what it knows."""
    honest = labels(400)
    scores = honest.scores.copy()
    scores[:40, 0] = 0.0
    before, after = (ValueModel.fit(replace(honest, scores=each), FEATURES) for each in (honest.scores, scores))
    ask = f"Please tell me about the {EASY[0]}"
    assert abs(good(before, ask)[0, 0] - good(after, ask)[0, 0]) < 0.2
