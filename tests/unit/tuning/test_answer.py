"""Training of `shoal/answer`, on a few examples of its form."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from shoal.chat import Passage
from shoal.models.specialists.answer import Reader
from shoal.tuning.answer import Example, Outcome, calibrate, read_examples, report, threshold

TEXT = "The pool opens at 6:30. Bathrobes hang in your wardrobe."


def outcome(chance: float, right: bool, answerable: bool = True) -> Outcome:
    return Outcome(Example("t", "all", answerable, None), chance, right)


def test_examples_are_read_with_the_units_that_answer(tmp_path: Path) -> None:
    row = {
        "id": "1",
        "question": "When does the pool open?",
        "text": "texts/hotel.md",
        "view": "all",
        "answerable": True,
        "passages": [asdict(Passage("1", "c", "hotel.md", "Pool", TEXT, 1.0))],
        "quotes": ["the pool opens at 6 30"],
    }
    empty = {**row, "passages": [], "quotes": [], "answerable": False}
    (tmp_path / "e.jsonl").write_text("".join(json.dumps(each) + "\n" for each in (row, empty)))
    first, second = read_examples(tmp_path / "e.jsonl", Reader().lexicon)
    assert first.choice is not None
    assert first.choice.right.tolist() == [True, False]
    assert second.choice is None


def test_the_threshold_lets_a_tenth_of_the_unanswerable_through() -> None:
    outcomes = [outcome(at / 100, False, False) for at in range(101)]
    assert threshold(outcomes) == 0.9
    assert "abstention (strength 0.900)" in report([*outcomes, outcome(0.95, True)])


def test_the_calibration_rises_and_follows_what_was_right() -> None:
    outcomes = [outcome(0.2, at % 5 == 0) for at in range(100)] + [outcome(0.8, at % 10 != 0) for at in range(100)]
    raw, sure = calibrate(outcomes)
    assert (np.diff(sure) > 0).all()
    assert abs(np.interp(0.2, raw, sure) - 0.2) < 0.05
    assert abs(np.interp(0.8, raw, sure) - 0.9) < 0.05
