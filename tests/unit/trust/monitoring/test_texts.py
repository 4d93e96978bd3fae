"""Scores of whole texts."""

from __future__ import annotations

import asyncio

from shoal.trust.monitoring.texts import score, score_soon
from tests.unit.trust.monitoring.scene import BAD, THRESHOLDS, MildMonitor


def test_every_text_has_its_own_scores() -> None:
    fine, bad = score(MildMonitor(), ["Fine.", f"Now {BAD}."])
    assert fine.over(THRESHOLDS) == []
    assert bad.over(THRESHOLDS) == ["violence"]
    assert (bad.scores["violence"], round(bad.overall, 2)) == (0.99, 0.01)


def test_an_empty_text_is_harmless() -> None:
    (empty,) = score(MildMonitor(), [""])
    assert empty.over(THRESHOLDS) == []


def test_a_long_text_counts_as_its_worst_stretch() -> None:
    long = "Fine words. " * 1000 + BAD + ". " + "Fine words. " * 1000
    (found,) = asyncio.run(score_soon(MildMonitor(), [long]))
    assert found.over(THRESHOLDS) == ["violence"]


def test_no_texts_have_no_scores() -> None:
    assert score(MildMonitor(), []) == []
