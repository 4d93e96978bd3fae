"""Training of the triage specialists, on a toy corpus of their form."""

from __future__ import annotations

import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from shoal.models.specialists.linear import features, load_linear
from shoal.models.specialists.triage import Triage
from shoal.tuning import triage as tuning

pytest.importorskip("sklearn", reason="the extra `tune` is not installed")

CARDS = ["my card is lost", "i lost the card", "where did my card go", "card gone missing", "lost card again"]
COINS = ["flip a coin", "toss a coin please", "heads or tails coin", "coin flip now", "flip coin again"]
ELSE = ["how tall is a giraffe", "boil an egg", "who wrote this opera", "paint the fence", "feed the giraffe egg"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with both sets in their own form; the test splits hold a label of their own, so that use would show."""
    banking = tmp_path / "small" / "PolyAI-LDN+task-specific-datasets"
    clinc = tmp_path / "small" / "clinc+oos-eval"
    banking.mkdir(parents=True)
    clinc.mkdir()
    rows = [(text, "lost") for text in CARDS] + [(text, "coin") for text in COINS]
    for split, held in (("train", rows), ("test", [("text", "unseen")])):
        with (banking / f"banking_{split}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("text", "category"), *held])
    splits = {"train": rows, "val": rows, "test": [("text", "unseen")]}
    outside = {f"oos_{split}": [(text, "oos") for text in ELSE] for split in splits}
    (clinc / "data_full.json").write_text(json.dumps(splits | outside))
    return tmp_path


def trained(data: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "argv", ["triage", "--data", str(data), "--out", str(out)])
    tuning.main()
    return out


def test_what_is_trained_can_be_loaded_and_answers(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = trained(data, tmp_path / "out", monkeypatch)
    assert Triage(out / "triage-banking").intent("the card is lost")[0] == "lost"
    clinc = Triage(out / "triage-clinc")
    assert clinc.intent("flip a coin")[0] == "coin"
    assert clinc.intent("giraffe egg")[0] == "oos"
    card = json.loads((out / "triage-clinc" / "card.json").read_bytes())
    assert card["labels"] == ["coin", "lost", "oos"]
    assert "measured" not in card
    energy = card["training"]["energy_wh"]
    assert energy["low"] <= energy["expected"] <= energy["high"]


def test_int8_scores_are_near_those_of_full_precision(data: Path, tmp_path: Path) -> None:
    fitted, calibration = tuning.train_banking(data)
    tuning.save(fitted, calibration, tmp_path / "model")
    kept = load_linear(tmp_path / "model")
    for text in (*CARDS, *COINS, *ELSE):
        assert kept.scores(text) == pytest.approx(fitted.scores([features(text)])[0], abs=0.02)


def test_training_twice_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        tuning.save(*tuning.train_banking(data), tmp_path / name)
    first, second = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("a", "b"))
    assert first == second


def test_space_by_hand() -> None:
    space = tuning.Space.of([features(text) for text in ("ab", "ab", "cd")])
    words, chars = space.vocabularies
    assert words == {"ab": 0}
    assert set(chars) == {" a", "ab", "b ", " ab", "ab ", " ab "}
    assert space.idf == pytest.approx([math.log(4 / 3) + 1] * 7)
    matrix = space.matrix([features("ab"), features("zz")]).toarray()
    assert matrix[0] == pytest.approx([1.0] + [1 / math.sqrt(6)] * 6)
    assert not matrix[1].any()


def test_a_narrowed_space_keeps_the_rows_of_most_weight() -> None:
    space = tuning.Space.of([features(text) for text in ("ab", "ab")])
    weights = np.zeros((7, 2), dtype=np.float32)
    weights[0, 1], weights[5, 0], weights[2, 0] = -3, 2, 1
    narrow = space.narrowed(weights, 2)
    assert narrow.vocabularies == ({"ab": 0}, {"ab ": 1})
    assert narrow.idf == pytest.approx(space.idf[[0, 5]])


def test_temperature_recovers_the_one_that_made_the_labels() -> None:
    draw = np.random.default_rng(1)
    scores = draw.normal(size=(4_000, 3)).astype(np.float32)
    odds = tuning.probabilities(scores, 0.5)
    gold = (odds.cumsum(axis=1) < draw.random((4_000, 1))).sum(axis=1)
    assert tuning.best_temperature(scores, gold.tolist()) == pytest.approx(0.5, rel=0.1)


def test_the_threshold_costs_at_most_what_is_allowed() -> None:
    margins = np.linspace(0.005, 1, 200, dtype=np.float32)
    scores = np.stack([margins, np.zeros_like(margins)], axis=1)
    outside = np.zeros((20, 2), dtype=np.float32)
    limit = tuning.scope_limit(scores, np.ones(200, dtype=np.float32), outside, column=1)
    assert (margins < limit["threshold"]).mean() == pytest.approx(tuning.ALLOWED_LOSS)
    assert limit["label"] == "oos"
    assert limit["slope"] > 0
