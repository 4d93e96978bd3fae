"""The classifiers: loaded once, when they are first needed."""

from __future__ import annotations

import pytest

from shoal.errors import WeightsError
from shoal.trust.defence.guards import Guards
from shoal.trust.defence.seam import SentenceGuard, TextGuard
from shoal.trust.defence.sieve import Finds
from tests.unit.trust.defence.fakes import BlueTexts, RedSentences


def test_each_is_loaded_once_and_only_if_needed() -> None:
    loaded: list[str] = []

    def sentences() -> SentenceGuard:
        loaded.append("sentences")
        return RedSentences()

    def texts() -> TextGuard:
        loaded.append("texts")
        return BlueTexts()

    guards = Guards(sentences, texts)
    assert loaded == []
    assert guards.scores(["blue", "green"]) == [0.8, 0.05]
    assert loaded == ["texts"]
    assert guards.find(["red"], None) == [Finds(1, 0.9, (0.9,), ((0, 0, 3),))]
    assert guards.find(["red"], 0.95) == [Finds(1, 0.9)]
    assert loaded == ["texts", "sentences"]


def test_weights_that_are_not_there() -> None:
    def broken() -> TextGuard:
        raise WeightsError("no weights")

    with pytest.raises(WeightsError):
        Guards(None, broken).scores(["x"])
