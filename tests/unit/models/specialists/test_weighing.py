"""The choice among units and none of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from shoal.errors import WeightsError
from shoal.models.specialists.relevance import FEATURES
from shoal.models.specialists.weighing import SCENE_FEATURES, UNIT_FEATURES, Weights, scene_row, unit_rows


def weights(unit: dict[str, float], constant: float) -> Weights:
    arrays = {
        "unit": np.array([unit.get(name, 0.0) for name in UNIT_FEATURES], np.float32),
        "scene": np.array([constant, *[0.0] * (len(SCENE_FEATURES) - 1)], np.float32),
        "raw": np.array([0, 1], np.float32),
        "sure": np.array([0.1, 0.9], np.float32),
    }
    return Weights(arrays, 0.5)


def rows(*exact: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    found = np.zeros((len(exact), len(FEATURES)), np.float32)
    found[:, FEATURES.index("exact")] = exact
    return found


def test_chances_are_those_of_the_conditional_logit() -> None:
    model = weights({"exact": float(np.log(4))}, float(np.log(3)))
    # exp: 4 and 1 for the units, 3 for none of them
    assert model.chances(rows(1, 0)) == pytest.approx([4 / 8, 1 / 8])


def test_large_scores_do_not_overflow() -> None:
    assert weights({"exact": 5000.0}, 0.0).chances(rows(1, 0)) == pytest.approx([1, 0])


def test_confidence_follows_the_calibration() -> None:
    assert weights({}, 0.0).sure(np.array([0.5], np.float32)) == pytest.approx(0.5)


def test_the_scene_row_holds_the_best_of_each_feature() -> None:
    found = rows(0.2, 0.7)
    assert scene_row(found)[SCENE_FEATURES.index("exact")] == pytest.approx(0.7)
    assert scene_row(found)[0] == 1
    assert unit_rows(found).shape == (2, len(UNIT_FEATURES))


def test_weights_for_other_features_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(json.dumps({"unit_features": ["x"], "scene_features": [], "threshold": 0.5}))
    save_file({"unit": np.zeros(1, np.float32)}, tmp_path / "model.safetensors")
    with pytest.raises(WeightsError, match="install Shoal again"):
        Weights.load(tmp_path)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing or damaged"):
        Weights.load(tmp_path)
