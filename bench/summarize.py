"""How well `shoal/summarize` does on QMSum's test meetings, beside the beginning of the meeting, and its CPU time.

    python -m bench.summarize --data ../shared/data

Both summaries have 100 words at most. `lead` is the beginning of the meeting; `lead, sentences of 6 words or more`
leaves out the greetings, a harder baseline; `oracle` picks sentences by the person's own summary: the most that an
extract can reach with this greedy choice. The weights saw QMSum's Academic train and Product val files only.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.rouge import rouge_l, rouge_n
from shoal.models.specialists.salience import Line, features, lines, read
from shoal.models.specialists.summarize import Extractor, clean, pick
from shoal.tuning.summarize import BUDGET, Task, gains, tasks

TESTS = ("Product__jsonl__test", "ALL__jsonl__test")
Chooser = Callable[[Task], str]


def lead(task: Task, fewest: int = 1) -> str:
    """The beginning of the meeting, BUDGET words."""
    said = " ".join(clean(line) for line in task.lines if len(line.text.split()) >= fewest)
    return " ".join(said.split()[:BUDGET])


def ours(extractor: Extractor) -> Chooser:
    """What the model says."""

    def choose(task: Task) -> str:
        scores = extractor.model.scores(features(task.reading, task.about, extractor.lexicon))
        kept = pick(task.lines, task.reading.stems, scores, extractor.model.repetition, BUDGET, None)
        return _joined(task.lines, kept)

    return choose


def oracle(task: Task) -> str:
    """The best that this greedy choice could do if it knew the person's summary."""
    return _joined(task.lines, pick(task.lines, task.reading.stems, gains(task).astype(np.float32), 0.2, BUDGET, None))


def _joined(found: list[Line], kept: list[int]) -> str:
    return " ".join(clean(found[at]) for at in kept)


def show(name: str, given: list[Task], choosers: dict[str, Chooser]) -> None:
    """Prints ROUGE for requests with a question and for whole meetings."""
    for kind in (True, False):
        chosen = [task for task in given if bool(task.about) is kind]
        print(f"{name}, {'with a question' if kind else 'whole meeting'}: {len(chosen)} summaries")
        reached: dict[str, list[float]] = {}
        for label, choose in choosers.items():
            said = [choose(task) for task in chosen]
            pairs = list(zip(said, (task.summary for task in chosen), strict=True))
            one, two = ([rouge_n(*pair, n) for pair in pairs] for n in (1, 2))
            longest = [rouge_l(*pair) for pair in pairs]
            reached[label] = longest
            print(f"  {label:38} R1 {np.mean(one):.4f}  R2 {np.mean(two):.4f}  RL {np.mean(longest):.4f}")
        better = np.mean(np.array(reached["shoal/summarize"]) > np.array(reached["lead"]))
        print(f"  better than lead in ROUGE-L: {better:.3f} of the summaries")


def clock(extractor: Extractor, text: str, size: int, about: str) -> str:
    """The CPU time of one call on a text of `size` words."""
    words = text.split(" ")
    given = " ".join((words * (size // len(words) + 1))[:size])
    begun = time.thread_time()
    extractor.choose(lines(given), about, BUDGET)
    return f"{size} words: {1e3 * (time.thread_time() - begun):.1f} ms"


def main() -> None:
    """Prints all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    begun = time.perf_counter()
    extractor = Extractor()
    lexicon, _ = extractor.lexicon, extractor.model
    print(f"loading the weights: {1e3 * (time.perf_counter() - begun):.1f} ms")
    longest = ""
    for name in TESTS:
        held = list(tasks(given.data / f"small/Yale-LILY+QMSum/{name}.jsonl", lexicon))
        longest = max((" ".join(line.text for line in task.lines) for task in held), key=len)
        choosers: dict[str, Chooser] = {
            "lead": lead,
            "lead, sentences of 6 words or more": lambda task: lead(task, 6),
            "shoal/summarize": ours(extractor),
            "oracle": oracle,
        }
        show(name, held, choosers)
    read(lines(longest), lexicon)
    print("CPU: " + "; ".join(clock(extractor, longest, size, "what was decided") for size in (500, 5000, 50000)))


if __name__ == "__main__":
    main()
