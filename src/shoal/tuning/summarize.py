"""Trains `shoal/summarize` on meetings with summaries written by people: which sentences they rest on.

    python -m shoal.tuning.summarize --data ../shared/data --out src/shoal/weights/summarize

Ridge regression from a sentence's features to how much of the summary it holds; the penalty for repetition is chosen
on the validation meetings. Reads QMSum's Academic train and Product val files only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.models.specialists.answer import FOLDER as ANSWER_FOLDER
from shoal.models.specialists.lexicon import Lexicon
from shoal.models.specialists.salience import FEATURES, Line, Reading, features, lines, read
from shoal.models.specialists.summarize import clean, pick
from shoal.models.specialists.wish import about
from shoal.models.specialists.words import words

TRAIN = "small/Yale-LILY+QMSum/Academic__jsonl__train.jsonl"
VALIDATION = "small/Yale-LILY+QMSum/Product__jsonl__val.jsonl"
PENALTY = 30.0
REPETITIONS = (0.0, 0.1, 0.2, 0.4, 0.8)
BUDGET = 100
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Task:
    """A meeting read once, and one request about it with the summary that a person wrote."""

    lines: list[Line] = field(repr=False)
    reading: Reading = field(repr=False)
    about: str = field(repr=False)
    summary: str = field(repr=False)


def transcript(meeting: dict[str, Any]) -> str:
    """The meeting as a dialogue: a line for each turn."""
    return "\n".join(
        f"{turn['speaker']}: {' '.join(turn['content'].split())}" for turn in meeting["meeting_transcripts"]
    )


def tasks(path: Path, lexicon: Lexicon) -> Iterator[Task]:
    """Every request about every meeting of a QMSum file."""
    for row in path.read_text(encoding="utf-8").splitlines():
        meeting = json.loads(row)
        found = lines(transcript(meeting))
        reading = read(found, lexicon)
        for pair in meeting["general_query_list"] + meeting["specific_query_list"]:
            yield Task(found, reading, about(pair["query"]), pair["answer"])


def gains(task: Task) -> Floats:
    """(sentences,): the words and pairs of words that a sentence shares with the summary, for its length."""
    wanted = words(task.summary)
    single, double = Counter(wanted), Counter(pairwise(wanted))
    found = []
    for line in task.lines:
        said = words(clean(line))
        met = sum((Counter(said) & single).values()) + 2 * sum((_pairs(said) & double).values())
        found.append(met / (len(said) + 6))
    return np.array(found)


def _pairs(said: list[str]) -> Counter[tuple[str, str]]:
    return Counter(pairwise(said))


def ridge(given: Sequence[Task], lexicon: Lexicon) -> Floats:
    """(len(FEATURES),): weights for raw features; a constant would not change the order, so there is none."""
    width = len(FEATURES)
    square, product = np.eye(width) * PENALTY, np.zeros(width)
    for task in given:
        rows = features(task.reading, task.about, lexicon).astype(float)
        target = gains(task)
        rows -= rows.mean(0)
        square += rows.T @ rows
        product += rows.T @ (target - target.mean())
    found: Floats = np.linalg.solve(square, product)
    return found


def quality(task: Task, weights: Floats, repetition: float, lexicon: Lexicon) -> float:
    """F1 of words and of pairs of words against the person's summary, averaged."""
    scores = (features(task.reading, task.about, lexicon) @ weights).astype(np.float32)
    chosen = pick(task.lines, task.reading.stems, scores, repetition, BUDGET, None)
    return f1(" ".join(clean(task.lines[at]) for at in chosen), task.summary)


def lead(task: Task) -> float:
    """The same for the beginning of the meeting."""
    said: list[str] = []
    for line in task.lines:
        said += clean(line).split()
        if len(said) >= BUDGET:
            break
    return f1(" ".join(said[:BUDGET]), task.summary)


def f1(said: str, wanted: str) -> float:
    """The mean of the F1 of words and of pairs of words."""
    one, other = words(said), words(wanted)
    found = []
    for left, right in ((Counter(one), Counter(other)), (_pairs(one), _pairs(other))):
        met = sum((left & right).values())  # type: ignore[operator]
        found.append(2 * met / max(left.total() + right.total(), 1))
    return sum(found) / 2


def train(data: Path, lexicon: Lexicon) -> dict[str, Any]:
    """What `model.json` holds."""
    given, held = list(tasks(data / TRAIN, lexicon)), list(tasks(data / VALIDATION, lexicon))
    asked, plain = (ridge([task for task in given if bool(task.about) is kind], lexicon) for kind in (True, False))

    def judged(repetition: float, kind: bool) -> list[float]:
        chosen = [task for task in held if bool(task.about) is kind]
        return [quality(task, asked if kind else plain, repetition, lexicon) for task in chosen]

    tried = {each: float(np.mean(judged(each, True) + judged(each, False))) for each in REPETITIONS}
    best = max(tried, key=lambda each: tried[each])
    sys.stdout.write(f"validation, by penalty for repetition: {tried}\n")
    sure = []
    for kind in (True, False):
        leads = [lead(task) for task in held if bool(task.about) is kind]
        sure.append(round(float(np.mean(np.array(judged(best, kind)) > np.array(leads))), 3))
    return {
        "features": FEATURES,
        "asked": [round(float(value), 5) for value in asked],
        "plain": [round(float(value), 5) for value in plain],
        "repetition": best,
        "confidence": sure,
    }


def main() -> None:
    """Writes model.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("src/shoal/weights/summarize"))
    given = parser.parse_args()
    model = train(given.data, Lexicon.load(ANSWER_FOLDER / "lexicon.safetensors"))
    (given.out / "model.json").write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
