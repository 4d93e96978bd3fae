"""Trains `shoal/answer`: which unit of the passages answers, whether any does, and how sure that is.

    python -m bench.answer_examples --data bench/data/answer/tune bench/data/answer/dev --out examples.jsonl
    OMP_NUM_THREADS=1 python -m shoal.tuning.answer --examples examples.jsonl --out src/shoal/weights/answer

Sums of several threads differ in their last bits, and the weights with them. Figures come from cross-validation in
which all questions about one text are held out together.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sklearn.isotonic import IsotonicRegression  # type: ignore[import-untyped]

from shoal.chat import Passage
from shoal.models.specialists.lexicon import Lexicon
from shoal.models.specialists.relevance import features, scene
from shoal.models.specialists.sentences import plain
from shoal.models.specialists.weighing import SCENE_FEATURES, UNIT_FEATURES, scene_row, strength, unit_rows
from shoal.tuning.choice_model import Choice, fit

FOLDS = 5
ABSTAIN_SHARE = 0.9
# The shipped threshold is no lower: below it more is said in `demo`, and more of it wrong.
LEAST_THRESHOLD = 0.56
WEIGHTS = {"all": 1.0, "few": 1.0, "absent": 0.3}
UNANSWERABLE_WEIGHT = 1.5
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Example:
    """One question with its passages, as features. `choice` is None where nothing was found."""

    text: str
    view: str
    answerable: bool
    choice: Choice | None = field(repr=False)


def read_examples(path: Path, lexicon: Lexicon) -> list[Example]:
    """The rows that `bench/answer_examples.py` wrote."""
    return [_example(json.loads(line), lexicon) for line in path.read_text(encoding="utf-8").splitlines()]


def _example(row: dict[str, Any], lexicon: Lexicon) -> Example:
    view = scene(row["question"], [Passage(**each) for each in row["passages"]], lexicon)
    if not view.candidates or not view.asked:
        return Example(row["text"], row["view"], row["answerable"], None)
    found = features(view, lexicon)
    texts = [plain(each.unit.text) for each in view.candidates]
    right = np.array([any(f" {quote} " in f" {text} " for quote in row["quotes"]) for text in texts])
    weight = WEIGHTS[row["view"]] * (1.0 if row["answerable"] or row["view"] == "absent" else UNANSWERABLE_WEIGHT)
    return Example(
        row["text"], row["view"], row["answerable"], Choice(unit_rows(found), scene_row(found), right, weight)
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a held-out question went: how much speaks for the first unit, and whether it is right."""

    example: Example
    strength: float
    right: bool


def held_out(examples: Sequence[Example]) -> list[Outcome]:
    """Every example judged by a model that saw no question about its text."""
    texts = sorted({each.text for each in examples})
    outcomes: list[Outcome] = []
    for fold in range(FOLDS):
        aside = set(texts[fold::FOLDS])
        model = fit([each.choice for each in examples if each.text not in aside and each.choice is not None])
        for each in examples:
            if each.text not in aside:
                continue
            if each.choice is None:
                outcomes.append(Outcome(each, 0.0, False))
                continue
            chances = model.chances(each.choice)
            best = int(np.argmax(chances))
            outcomes.append(Outcome(each, strength(chances), bool(each.choice.right[best])))
    return outcomes


def threshold(outcomes: Sequence[Outcome]) -> float:
    """The chance below which ABSTAIN_SHARE of the unanswerable questions fall."""
    return float(np.quantile([each.strength for each in outcomes if not each.example.answerable], ABSTAIN_SHARE))


def calibrate(outcomes: Sequence[Outcome]) -> tuple[Floats, Floats]:
    """Knots of the rising curve from a chance to how often a first unit with it is right."""
    curve = IsotonicRegression(out_of_bounds="clip", y_min=0.0, y_max=1.0)
    curve.fit([each.strength for each in outcomes], [each.right for each in outcomes])
    raw = np.linspace(0, 1, 21)
    smooth = np.convolve(np.pad(curve.predict(raw), 1, mode="edge"), [0.25, 0.5, 0.25], "valid")
    # Strictly rising, so that a threshold on the confidence is one on the chance.
    return raw, np.maximum.accumulate(smooth) * 0.98 + 0.02 * raw


def report(outcomes: Sequence[Outcome]) -> str:
    """One line: the figures at the threshold."""
    least = threshold(outcomes)
    answerable = [each for each in outcomes if each.example.answerable]
    return (
        f"{len(answerable)} answerable, {len(outcomes) - len(answerable)} not: first unit right "
        f"{np.mean([each.right for each in answerable]):.3f}; at {ABSTAIN_SHARE:.0%} abstention (strength {least:.3f}) "
        f"right and said {np.mean([each.right and each.strength >= least for each in answerable]):.3f}"
    )


def _data(example: Example) -> str:
    """The set of questions that the example is from."""
    return example.text.partition("/")[0]


def main() -> None:
    """Prints the held-out figures, then trains on all texts and writes model.safetensors and model.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/shoal/weights/answer"))
    given = parser.parse_args()
    examples = read_examples(given.examples, Lexicon.load(given.out / "lexicon.safetensors"))
    outcomes = [each for each in held_out(examples) if each.example.view != "absent"]
    for data in sorted({_data(each.example) for each in outcomes}):
        for view in ("all", "few"):
            some = [each for each in outcomes if each.example.view == view and _data(each.example) == data]
            sys.stdout.write(f"{data}, {view}: {report(some)}\n")
    # In use a question is asked of everything, and names its subject.
    whole = [each for each in outcomes if each.example.view == "all"] or outcomes
    model = fit([each.choice for each in examples if each.choice is not None])
    raw, sure = calibrate(outcomes)
    arrays = {"unit": model.unit, "scene": model.scene, "raw": raw, "sure": sure}
    save_file({name: value.astype(np.float32) for name, value in arrays.items()}, given.out / "model.safetensors")
    facts = {
        "unit_features": UNIT_FEATURES,
        "scene_features": SCENE_FEATURES,
        "threshold": max(LEAST_THRESHOLD, round(float(np.interp(threshold(whole), raw, sure)), 4)),
    }
    (given.out / "model.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
