"""Prints the triage specialists' quality and cost: `python bench/triage.py --data PATH [--record]`.

Data: the official test splits of Banking77 (3,080) and CLINC150 (4,500 in scope, 1,000 out of scope), which neither
training nor calibration reads. `--record` writes the figures into the cards. Beside each stands the figure known
before.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from shoal.chat import Json
from shoal.models.specialists.cards import CARD_FILE, WEIGHTS
from shoal.models.specialists.linear import FORM_FILE, MODEL_FILE
from shoal.models.specialists.triage import Triage
from shoal.tuning.triage import OUT_OF_SCOPE, Example, read_banking, read_clinc

Verdict = tuple[str, float]

COVERAGES = (0.95, 0.90, 0.80, 0.70)
BINS = 15
TYPO_SEED = 77


def verdicts(triage: Triage, examples: Sequence[Example]) -> list[Verdict]:
    """Label and confidence for each text."""
    return [triage.intent(text) for text, _ in examples]


def accuracy(found: Sequence[Verdict], examples: Sequence[Example]) -> float:
    """Share of right labels (0..1)."""
    return statistics.fmean(label == gold for (label, _), (_, gold) in zip(found, examples, strict=True))


def surest(found: Sequence[Verdict], examples: Sequence[Example]) -> list[tuple[float, bool]]:
    """(confidence, right) of every example, surest first."""
    pairs = [(sure, label == gold) for (label, sure), (_, gold) in zip(found, examples, strict=True)]
    return sorted(pairs, key=lambda pair: -pair[0])


def expected_calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """Mean |accuracy - confidence| over BINS bins of equal count (Naeini et al. 2015, equal-mass bins)."""
    total = 0.0
    for at in range(BINS):
        part = pairs[at * len(pairs) // BINS : (at + 1) * len(pairs) // BINS]
        gap = statistics.fmean(right for _, right in part) - statistics.fmean(sure for sure, _ in part)
        total += abs(gap) * len(part)
    return total / len(pairs)


def at_coverage(pairs: Sequence[tuple[float, bool]]) -> Json:
    """Accuracy among the surest share of messages."""
    kept = {share: pairs[: round(share * len(pairs))] for share in COVERAGES}
    return {f"{share:.0%}": round(statistics.fmean(right for _, right in part), 4) for share, part in kept.items()}


def with_typo(text: str, dice: random.Random) -> str:
    """The text with two neighbouring letters of its longest word swapped."""
    word = max(text.split(), key=len, default="")
    if len(word) < 4:
        return text
    at = dice.randrange(1, len(word) - 2)
    return text.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :], 1)


def cpu_ms(triage: Triage, examples: Sequence[Example]) -> float:
    """CPU milliseconds per message, features included: the best of three passes."""
    passes = []
    for _ in range(3):
        begun = time.thread_time()
        verdicts(triage, examples)
        passes.append((time.thread_time() - begun) / len(examples) * 1e3)
    return min(passes)


def cost(name: str, examples: Sequence[Example]) -> Json:
    """Size, time to load (imports done before), time per message."""
    Triage(WEIGHTS / "triage-banking").intent("a first message")
    triage = Triage(WEIGHTS / name)
    begun = time.thread_time()
    triage.intent("a first message")
    load_ms = (time.thread_time() - begun) * 1e3
    size = sum((WEIGHTS / name / file).stat().st_size for file in (MODEL_FILE, FORM_FILE))
    return {
        "size_mb": round(size / 1e6, 2),
        "load_cpu_ms": round(load_ms, 1),
        "cpu_ms_per_message": round(cpu_ms(triage, examples), 3),
    }


def measure_banking(data: Path) -> Json:
    """Figures of shoal/triage-banking on the test split, with typos, and on messages of other subjects."""
    triage = Triage(WEIGHTS / "triage-banking")
    test = read_banking(data, "test")
    dice = random.Random(TYPO_SEED)
    found = verdicts(triage, test)
    pairs = surest(found, test)
    typos = [(with_typo(text, dice), gold) for text, gold in test]
    limit = pairs[round(0.8 * len(pairs)) - 1][0]
    off_topic = verdicts(triage, read_clinc(data)["oos_test"])
    return {
        "split": "Banking77 official test, 3,080 messages",
        "accuracy": round(accuracy(found, test), 4),
        "accuracy_of_surest": at_coverage(pairs),
        "expected_calibration_error": round(expected_calibration_error(pairs), 4),
        "accuracy_with_one_typo": round(accuracy(verdicts(triage, typos), typos), 4),
        "confidence_at_80%": round(limit, 3),
        "off_topic_above_that": round(statistics.fmean(sure >= limit for _, sure in off_topic), 4),
        **cost("triage-banking", test),
    }


def measure_clinc(data: Path) -> Json:
    """Figures of shoal/triage-clinc on the test split, in scope and out of scope."""
    triage = Triage(WEIGHTS / "triage-clinc")
    splits = read_clinc(data)
    test, outside = splits["test"], splits["oos_test"]
    found, beyond = verdicts(triage, test), verdicts(triage, outside)
    within = margins(triage, test)
    pairs = surest(found, test)
    said = [label == OUT_OF_SCOPE for label, _ in found + beyond]
    return {
        "split": "CLINC150 data_full test, 4,500 messages in scope and 1,000 out of scope",
        "accuracy_in_scope": round(accuracy(found, test), 4),
        "accuracy_in_scope_without_threshold": round(statistics.fmean(right for _, right in within), 4),
        "out_of_scope_recall_if_accuracy_were_92.5%": round(recall_at(0.925, within, margins(triage, outside)), 4),
        "out_of_scope_recall": round(accuracy(beyond, outside), 4),
        "out_of_scope_precision": round(sum(said[len(test) :]) / sum(said), 4),
        "accuracy_of_surest": at_coverage(pairs),
        "expected_calibration_error": round(expected_calibration_error(pairs), 4),
        **cost("triage-clinc", test),
    }


Margin = tuple[float, bool]


def margins(triage: Triage, examples: Sequence[Example]) -> list[Margin]:
    """For each text the best intent's margin over the out-of-scope class, and whether that intent is right."""
    linear = triage.linear
    outside = linear.labels.index(OUT_OF_SCOPE)
    found = []
    for text, gold in examples:
        scores = linear.scores(text)
        beyond = float(scores[outside])
        scores[outside] = -1e9
        found.append((float(scores.max()) - beyond, linear.labels[int(scores.argmax())] == gold))
    return found


def recall_at(target: float, within: Sequence[Margin], beyond: Sequence[Margin]) -> float:
    """Out-of-scope recall with the threshold at which in-scope accuracy is `target`: read off the test split itself,
    so for comparison with a figure at that accuracy only."""
    of_right = sorted((margin for margin, right in within if right), reverse=True)
    threshold = of_right[math.ceil(target * len(within)) - 1]
    return statistics.fmean(margin < threshold for margin, _ in beyond)


KNOWN: dict[str, Json] = {
    "triage-banking": {
        "accuracy": 0.9146,
        "accuracy_of_surest": {"95%": 0.944, "90%": 0.961, "80%": 0.9825, "70%": 0.993},
        "cpu_ms_per_message": 0.10,
    },
    "triage-clinc": {
        "accuracy_in_scope": 0.925,
        "accuracy_in_scope_without_threshold": 0.9284,
        "out_of_scope_recall": 0.484,
        "out_of_scope_recall_if_accuracy_were_92.5%": 0.484,
    },
}
MEASURES: dict[str, Callable[[Path], Json]] = {"triage-banking": measure_banking, "triage-clinc": measure_clinc}


def show(name: str, measured: Json) -> None:
    """Prints one model's figures beside those known before."""
    print(f"\nshoal/{name}: {measured['split']}")
    for figure, value in measured.items():
        if figure != "split":
            print(f"  {figure:44} {value!s:62} {KNOWN[name].get(figure, '')}")


def record(name: str, measured: Json) -> None:
    """Writes the figures into the card."""
    path = WEIGHTS / name / CARD_FILE
    card = json.loads(path.read_bytes()) | {"measured": {"script": "bench/triage.py", **measured}}
    path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Measures both models."""
    parser = argparse.ArgumentParser(description="Quality and cost of the triage specialists.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the data sets")
    parser.add_argument("--record", action="store_true", help="write the figures into the cards")
    chosen = parser.parse_args()
    print(f"{'':46} {'measured':62} known before")
    for name, measure in MEASURES.items():
        measured = measure(chosen.data)
        show(name, measured)
        if chosen.record:
            record(name, measured)


if __name__ == "__main__":
    main()
