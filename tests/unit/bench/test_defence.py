"""bench/defence.py: measures by hand, intervals over clusters."""

from __future__ import annotations

import numpy as np
import pytest

from bench.defence import Scored, auc, interval, recall_at_one

LABELS = np.array([0, 0, 0, 0, 1, 1], np.int8)
SCORES = np.array([0.1, 0.2, 0.3, 0.7, 0.6, 0.9])


def test_measures() -> None:
    assert auc(LABELS, SCORES) == pytest.approx(7 / 8)
    assert recall_at_one(LABELS, SCORES) == 0.5


def test_the_interval_is_that_of_clusters() -> None:
    alone = interval(Scored(LABELS, SCORES, np.arange(6)), auc, 200)
    together = interval(Scored(LABELS, SCORES, np.array([0, 0, 0, 0, 1, 1])), auc, 50)
    assert together == "0.875 [0.875, 0.875]"
    assert alone.startswith("0.875 [")
    assert alone != together
