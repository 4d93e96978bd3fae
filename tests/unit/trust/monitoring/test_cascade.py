"""The cascade: scores, windows, damaged files; and what the shipped one must leave alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shoal.errors import WeightsError
from shoal.models.specialists.cards import WEIGHTS, load_card
from shoal.text.ngrams import ROWS, NgramModel
from shoal.trust.monitoring.cascade import (
    AT_ONCE,
    FORM_FILE,
    NAME,
    OVERLAP,
    SIGNS,
    WINDOW,
    Blend,
    Cascade,
    Closer,
    Form,
    load_cascade,
    signs,
    windows,
)
from shoal.trust.monitoring.categories import CATEGORIES, MEANING, OUTPUTS
from shoal.trust.monitoring.lexicon import STRONG, Lexicon, Term

FOLDER = WEIGHTS / NAME
Floats = NDArray[np.float32]
LEXICON = Lexicon([Term("darn", ("profanity",), STRONG)])


@pytest.fixture(scope="module")
def shipped() -> Cascade:
    return load_cascade()


def scripted(weight: float = 4.0, threshold: float = 0.6, margin: float = 1.0) -> Cascade:
    """A cascade that knows one word: profanity where "darn" is, nothing else."""
    linear = NgramModel(("x",), np.zeros((ROWS, 1), np.int8), np.ones(1, np.float32), np.zeros(1, np.float32))
    weights = np.zeros((1 + 2 * SIGNS, len(OUTPUTS)), np.float32)
    at = CATEGORIES.index("profanity")
    weights[1 + 3 * at, at] = weight
    bias = np.full(len(OUTPUTS), -4, np.float32)
    form = Form(Blend(weights, bias), dict.fromkeys(CATEGORIES, threshold), margin)
    return Cascade(LEXICON, linear, form)


def test_outputs_are_the_categories_and_unsafe() -> None:
    assert (*CATEGORIES, "unsafe") == OUTPUTS
    assert set(MEANING) == set(CATEGORIES)


def test_signs_say_every_severity_up_to_the_one_found() -> None:
    found = signs(LEXICON, ["fine", "darn"]).reshape(2, len(CATEGORIES), 3)
    assert found[0].sum() == 0
    assert found[1, CATEGORIES.index("profanity")].tolist() == [1, 1, 0]
    assert found[1].sum() == 2


def test_a_verdict() -> None:
    clean, coarse = scripted().scores(["all is well", "oh darn"])
    assert clean.scores["profanity"] == pytest.approx(1 / (1 + np.exp(4)), abs=1e-5)
    assert coarse.scores["profanity"] == pytest.approx(0.5, abs=1e-5)
    assert coarse.scores["hate"] == pytest.approx(clean.scores["hate"])
    assert coarse.overall == pytest.approx(0.5, abs=1e-5)
    assert not clean.uncertain
    assert coarse.uncertain  # 0.5 is 0.4 log-odds from the threshold


@pytest.mark.parametrize(("margin", "uncertain"), [(0.3, False), (0.5, True)])
def test_what_is_near_the_threshold_is_uncertain(margin: float, uncertain: bool) -> None:
    assert scripted(margin=margin).score("darn").uncertain is uncertain


def test_a_long_text_scores_as_its_worst_window() -> None:
    harmless = "nothing to see here, and so on. " * 4000
    cascade = scripted()
    middle = harmless[: len(harmless) // 2] + "darn " + harmless[len(harmless) // 2 :]
    assert cascade.score(middle).scores == cascade.score("darn").scores
    assert cascade.score(harmless).scores == cascade.score("fine").scores


@given(st.lists(st.text(alphabet="ab \n", max_size=4 * WINDOW), max_size=3))
def test_windows_cover_every_text(texts: list[str]) -> None:
    for owner, text in enumerate(texts):
        held = [window for at, window in windows(texts) if at == owner]
        assert all(len(window) <= WINDOW for window in held)
        assert len(held) <= 1 + len(text) // (WINDOW - 2 * OVERLAP)
        at = 0
        for window in held:
            found = text.find(window, max(0, at - OVERLAP))
            assert found <= at
            at = found + len(window)
        assert at == len(text)


def test_no_text_no_verdict(shipped: Cascade) -> None:
    assert shipped.scores([]) == []
    assert 0 <= shipped.score("").overall <= 1


def test_shipped_weights(shipped: Cascade) -> None:
    assert set(shipped.thresholds) == set(CATEGORIES)
    assert all(0.5 <= limit < 1 for limit in shipped.thresholds.values())
    verdict = shipped.score("Could you tell me when my new card will arrive?")
    assert set(verdict.scores) == set(CATEGORIES)
    assert all(verdict.scores[name] < limit for name, limit in shipped.thresholds.items())
    assert verdict.overall > 0.8
    assert not verdict.uncertain


class Nay:
    """A network that finds profanity nowhere, and counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def scores(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return np.full((len(texts), 2), -2, np.float32)


def staged(band: tuple[float, float]) -> tuple[Cascade, Nay]:
    """As `scripted`, where the closer look hears the network's outputs alone: log-odds of -5 for all."""
    linear = NgramModel(("x",), np.zeros((ROWS, 1), np.int8), np.ones(1, np.float32), np.zeros(1, np.float32))
    first = np.zeros((1 + 2 * SIGNS, len(OUTPUTS)), np.float32)
    first[1 + 3 * CATEGORIES.index("profanity"), CATEGORIES.index("profanity")] = 4
    weights = np.zeros((len(OUTPUTS) + 2, len(OUTPUTS)), np.float32)
    weights[len(OUTPUTS) :] = 1
    closer = Closer(weights, np.full(len(OUTPUTS), -1, np.float32))
    blend = Blend(first, np.full(len(OUTPUTS), -4, np.float32))
    form = Form(blend, dict.fromkeys(CATEGORIES, 0.4), 1.0, closer, band)
    network = Nay()
    return Cascade(LEXICON, linear, form, network), network


@pytest.mark.parametrize(
    ("band", "asked"),
    [
        ((-1, 1), ["oh darn"]),
        ((0, 1), ["oh darn"]),
        ((-1, 0), []),
        ((-5, 9), ["fine", "oh darn"]),
        ((1, 9), []),
    ],
)
def test_the_network_is_asked_in_the_band_alone(band: tuple[float, float], asked: list[str]) -> None:
    cascade, network = staged(band)
    verdicts = cascade.scores(["fine", "oh darn"])
    assert network.asked == asked
    expected = {"fine": -4.0, "oh darn": 0.0} | dict.fromkeys(asked, -5.0)
    for text, verdict in zip(("fine", "oh darn"), verdicts, strict=True):
        assert verdict.scores["profanity"] == pytest.approx(1 / (1 + np.exp(-expected[text])), abs=1e-5)


def test_a_quick_look_never_asks_the_network() -> None:
    cascade, network = staged((-1, 1))
    assert cascade.quick(["fine", "oh darn"]) is None
    assert cascade.quick(["fine " * WINDOW + "darn"]) is None
    assert cascade.quick([]) == []
    assert cascade.quick(["fine"]) == cascade.scores(["fine"])
    assert network.asked == []


def test_without_the_network_there_is_one_stage() -> None:
    cascade, network = staged((-9, 9))
    plain = cascade.without_encoder()
    assert plain.scores(["oh darn"]) == plain.quick(["oh darn"]) == scripted(threshold=0.4).scores(["oh darn"])
    assert network.asked == []


def test_a_long_text_is_looked_at_closer_where_it_is_unsure() -> None:
    cascade, network = staged((-1, 1))
    cascade.score("nothing to see here. " * 200 + "darn " + "nothing to see here. " * 200)
    assert len(network.asked) == 1
    assert "darn" in network.asked[0]


def test_a_closer_look_mends_the_first_stages_log_odds() -> None:
    weights = np.zeros((len(OUTPUTS) + 2, len(OUTPUTS)), np.float32)
    weights[np.arange(len(OUTPUTS)), np.arange(len(OUTPUTS))] = 1
    weights[-1, 0] = 0.5
    first = np.arange(len(OUTPUTS), dtype=np.float32)[None]
    found = Closer(weights, np.full(len(OUTPUTS), 0.25, np.float32)).scores(first, np.array([[7, 2]], np.float32))
    assert found.tolist() == [[1.25, *(value + 0.25 for value in range(1, len(OUTPUTS)))]]


def test_the_same_text_scores_the_same_alone_and_among_others(shipped: Cascade) -> None:
    texts = [f"Order {number}: how do I pay, and whom do I ask?" for number in range(AT_ONCE + 3)] + [
        "Oh, damn it all."
    ]
    together = shipped.scores(texts)
    for text, verdict in list(zip(texts, together, strict=True))[-5:]:
        alone = shipped.score(text)
        assert alone.scores == pytest.approx(verdict.scores, abs=1e-5)


@given(st.text(max_size=300))
def test_any_text_has_scores(text: str) -> None:
    verdict = scripted().score(text)
    assert all(0 <= score <= 1 for score in verdict.scores.values())
    assert 0 <= verdict.overall <= 1


def test_held_is_the_lexicons(shipped: Cascade) -> None:
    assert scripted().held("oh da") == 2
    assert shipped.held("all is well. ") == 0


def test_the_card_says_what_it_must() -> None:
    card = load_card(FOLDER)
    assert card.name == "shoal/harm"
    for name in ("training_data", "thresholds", "limits", "training", "recall_of_held_out_folds"):
        assert card.facts[name]
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 6_000_000


@pytest.mark.parametrize("damage", ["{}", "not json", '{"outputs": []}', None])
def test_weights_that_are_missing_or_damaged(tmp_path: Path, damage: str | None) -> None:
    folder = tmp_path / "harm"
    shutil.copytree(FOLDER, folder)
    (folder / FORM_FILE).unlink()
    if damage is not None:
        (folder / FORM_FILE).write_text(damage)
    with pytest.raises(WeightsError, match="harm"):
        load_cascade(folder)


def test_a_threshold_that_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "harm"
    shutil.copytree(FOLDER, folder)
    form = json.loads((folder / FORM_FILE).read_text())
    form["thresholds"]["hate"] = 1.0
    (folder / FORM_FILE).write_text(json.dumps(form))
    with pytest.raises(WeightsError, match="thresholds"):
        load_cascade(folder)
