"""How well `shoal/answer` answers, through real retrieval: question -> search over all texts -> passages -> answer.

    python -m bench.answer --data bench/data/answer/frozen bench/data/answer/plain/report

An answerable question counts as right when the model answers and its first citation is right (`bench/quotes.py`); an
unanswerable one when it abstains. Prints the figures, the trade-off curve, calibration, and CPU time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.passages import TENANT, Question, indexed, read_questions
from bench.quotes import right
from shoal.chat import Passage
from shoal.grounding.search import Retriever
from shoal.models.specialists.answer import MOST_PASSAGES, Reader
from shoal.models.specialists.sentences import plain

SETS = Path("bench/data/answer")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question: whether a found passage holds the answer, whether the first citation is right, how sure the model
    was, and the milliseconds of CPU for search and answer."""

    answerable: bool
    retrieved: bool
    right: bool
    confidence: float
    search_ms: float
    answer_ms: float


def ask(question: Question, retriever: Retriever, collections: Sequence[str], reader: Reader, limit: int) -> Outcome:
    """Searches and answers one question."""
    begun = time.thread_time()
    passages = retriever.search(question.question, collections, TENANT, limit)
    found_at = time.thread_time()
    finding = reader.read(question.question, passages)
    done_at = time.thread_time()
    first = finding.found[0][0].text if finding.found else ""
    return Outcome(
        bool(question.sentences),
        _holds(passages, question.sentences),
        bool(first) and right(first, question.sentences),
        finding.confidence,
        1e3 * (found_at - begun),
        1e3 * (done_at - found_at),
    )


def _holds(passages: Sequence[Passage], sentences: Sequence[str]) -> bool:
    texts = [plain(each.text) for each in passages]
    return any(f" {plain(sentence)} " in f" {text} " for sentence in sentences for text in texts)


def share(values: Sequence[bool]) -> float:
    """The share of true values."""
    return float(np.mean(values)) if values else float("nan")


def show(outcomes: Sequence[Outcome], threshold: float) -> None:
    """Prints the figures of all questions."""
    known = [each for each in outcomes if each.answerable]
    unknown = [each for each in outcomes if not each.answerable]
    print(f"  passages hold the answer          {share([each.retrieved for each in known]):.3f}")
    print(f"  first citation right, no abstaining {share([each.right for each in known]):.3f}")
    print(f"  at the model's threshold {threshold:.3f}:")
    _line(known, unknown, threshold)
    print("  trade-off (abstains on unanswerable: right and said, answers given, right among answers given):")
    for abstains in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        _line(known, unknown, float(np.quantile([each.confidence for each in unknown], abstains)) + 1e-9)
    print("  confidence against share right: " + ", ".join(_bins(outcomes)))
    print(
        f"  CPU ms, median: search {np.median([each.search_ms for each in outcomes]):.2f}, "
        f"answer {np.median([each.answer_ms for each in outcomes]):.2f}"
    )


def _line(known: Sequence[Outcome], unknown: Sequence[Outcome], threshold: float) -> None:
    given = [each for each in known if each.confidence >= threshold]
    wrong = sum(each.confidence >= threshold for each in unknown)
    correct = sum(each.right for each in given)
    precision = correct / max(len(given) + wrong, 1)
    print(
        f"    {1 - wrong / max(len(unknown), 1):.3f}: {correct / max(len(known), 1):.3f}, "
        f"{len(given) / max(len(known), 1):.3f}, {precision:.3f}"
    )


def _bins(outcomes: Sequence[Outcome]) -> list[str]:
    edges = (0.0, 0.2, 0.4, 0.6, 0.8, 1.01)
    found = []
    for low, high in pairwise(edges):
        inside = [each.right for each in outcomes if low <= each.confidence < high]
        if inside:
            found.append(f"{low:.1f}-{min(high, 1):.1f}: {share(inside):.2f} of {len(inside)}")
    return found


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", default=[SETS / "frozen", SETS / "plain" / "report"])
    parser.add_argument("--passages", type=int, default=MOST_PASSAGES)
    given = parser.parse_args()
    reader = Reader()
    begun = time.perf_counter()
    threshold, _ = reader.weights.threshold, reader.lexicon
    print(f"loading the weights: {1e3 * (time.perf_counter() - begun):.1f} ms")
    for folder in given.data:
        questions = read_questions(folder)
        print(f"{folder}: {len(questions)} questions, {given.passages} passages each")
        with indexed(folder) as (retriever, collections):
            show([ask(each, retriever, collections, reader, given.passages) for each in questions], threshold)


if __name__ == "__main__":
    main()
