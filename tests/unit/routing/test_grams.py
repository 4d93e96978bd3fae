"""Weights by n-gram in a byte each: what is rounded, what is left out, and that routes of before are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load_file, save_file

from shoal.errors import ConfigError
from shoal.routing.certify import Aim, certify
from shoal.routing.features import AskFeatures
from shoal.routing.grams import GramWeights, rounded
from shoal.routing.route import CERTIFICATE_FILE, MODEL_FILE, Route, described
from shoal.text.ngrams import ROWS
from tests.unit.routing.labelled import labels

FEATURES = AskFeatures()


@given(arrays(np.float64, st.integers(0, 20), elements=st.floats(-1e3, 1e3)))
def test_no_weight_is_off_by_more_than_half_a_step(column: np.ndarray) -> None:
    steps, scale = rounded(column)
    assert np.abs(steps * scale - column).max(initial=0.0) <= scale / 2 * (1 + 1e-9)
    assert scale <= max(np.abs(column).max(initial=0.0) / 127, 0.0) or not column.any()


def test_sums_of_a_worked_case() -> None:
    """Every n-gram weighs 2 in the first column and -1 in the third; idf is 1 and each is as probable as e^-3."""
    beside = np.tile(np.array([1.0, -3.0], np.float32), (ROWS, 1))
    ones = np.ones(ROWS)
    found = GramWeights.of([2 * ones, 0 * ones, -ones], np.arange(ROWS), beside)
    assert found.held.shape == (ROWS, 2)
    asks = FEATURES.of(["one two", ""])
    start, split, end = asks.grams.borders[:3]
    length = np.sqrt(split - start) + np.sqrt(end - split)
    assert found.sums(asks)[0] == pytest.approx([2 * length, 0, -length, -3], rel=1e-6)
    assert np.isfinite(found.sums(asks)).all()


def test_a_mixture_of_columns_becomes_one() -> None:
    beside = np.ones((ROWS, 2), np.float32)
    one = np.arange(ROWS) % 5 - 2.0
    found = GramWeights.of([one, 0 * one, 3 * one, one], np.arange(ROWS), beside)
    more = found.with_columns(found.mixed(np.array([1.0, 7.0])), 2)
    assert more.width == 6
    assert more.places.tolist() == [0, 3, 4, 2]
    sums = more.sums(FEATURES.of(["some words"]))[0]
    assert sums[[2, 3, 4]] == pytest.approx([sums[0], 3 * sums[0], sums[0]], rel=1e-2)
    assert (sums[1], sums[5]) == (0, 0)


def test_a_route_of_before_is_read_as_it_was(tmp_path: Path) -> None:
    route, _ = certify(labels(300), "large", ["small"], Aim())
    route.save(tmp_path)
    numbers = load_file(tmp_path / MODEL_FILE)
    held = np.zeros((ROWS, 6), np.float32)
    held[:, numbers.pop("places")] = numbers.pop("grams") * numbers.pop("scale")
    save_file({**numbers, "held": held}, tmp_path / MODEL_FILE, described(route.value))
    # Its certificate does not say of which weights it is.
    (tmp_path / CERTIFICATE_FILE).write_text(route.certificate.to_json(), encoding="utf-8")
    asks, groups = labels(20, 7).asks, labels(20, 7).groups
    one, other = (each.value.values(FEATURES.of(asks), groups) for each in (route, Route.load(tmp_path)))
    assert np.allclose(one.good, other.good, atol=1e-6)
    assert np.allclose(one.tokens, other.tokens, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("grams", np.zeros((ROWS, 4), np.float32)),
        ("grams", np.zeros((ROWS, 3), np.int8)),
        ("scale", np.zeros(3, np.float32)),
        ("places", np.array([0, 1, 2, 4])),
        ("places", np.array([-1, 1, 2, 3])),
    ],
)
def test_weights_of_another_form_are_damage(tmp_path: Path, name: str, value: np.ndarray) -> None:
    route, _ = certify(labels(300), "large", ["small"], Aim())
    route.save(tmp_path)
    numbers = load_file(tmp_path / MODEL_FILE)
    save_file({**numbers, name: value}, tmp_path / MODEL_FILE, described(route.value))
    with pytest.raises(ConfigError, match="missing or damaged"):
        Route.load(tmp_path)
