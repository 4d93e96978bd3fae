"""The design matrix: blocks of length 1, products that agree with the dense matrix."""

from __future__ import annotations

import numpy as np
import pytest

from shoal.routing import design
from shoal.routing.design import SURFACE_WEIGHT, Design, Scales
from shoal.routing.features import AskFeatures

ASKS = ["how long is the delivery", "prove the theorem of Bayes", "", "what does the blue lamp cost in Bern?"]


@pytest.fixture(scope="module")
def made() -> Design:
    asks = AskFeatures().of(ASKS)
    return Design(asks, Scales.fit(asks))


def dense(matrix: Design) -> np.ndarray:
    return matrix.transposed_times(np.eye(len(matrix))).T


def test_both_blocks_have_length_one_and_the_waves_their_weight(made: Design) -> None:
    squares = (dense(made) ** 2).sum(axis=1)
    assert squares[[0, 1, 3]] == pytest.approx(2 + SURFACE_WEIGHT, rel=1e-5)


def test_products_agree(made: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = np.random.default_rng(0).normal(size=(made.width, 2))
    whole = dense(made) @ weights
    assert np.allclose(made.times(weights), whole, atol=1e-4)
    monkeypatch.setattr(design, "CHUNK", 7)
    assert np.allclose(made.times(weights), whole, atol=1e-4)


def test_rare_features_weigh_more() -> None:
    scales = Scales.fit(AskFeatures().of(["same words", "same words", "other thing"]))
    often, once = (AskFeatures().of([text]).grams.rows for text in ("same words", "other thing"))
    assert scales.idf[np.setdiff1d(once, often)].min() > scales.idf[np.setdiff1d(often, once)].max()


def test_there_is_a_column_for_what_any_ask_has_and_no_other(made: Design) -> None:
    rows = AskFeatures().of(ASKS).grams.rows
    assert made.seen.tolist() == sorted(set(rows.tolist()))
    assert made.seen[made.rows].tolist() == rows.tolist()
    assert (dense(made)[:, : len(made.seen)] != 0).any(axis=0).all()
