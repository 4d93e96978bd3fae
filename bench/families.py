"""Prints how well the families that `shoal rightsize` finds agree with known groups: `python bench/families.py --data
PATH`.

Groups: sources (Banking77, GSM8K, HumanEval), subjects of MMLU, domains of CLINC150, the intents of Banking77, and
prompt templates written around the messages of CLINC150. Beside the adjusted Rand index (Hubert and Arabie 1985; 0 is
chance, 1 is the same) stands purity: the share of asks that are of their family's most usual group. Thresholds were
chosen on `--split tune` (train splits, MMLU's three largest subjects); what is reported is `--split test`. Own
sets: `--table FILE`, JSON Lines with 'prompt' and 'family'.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from shoal.routing.rightsize.families import families
from shoal.routing.rightsize.tasks import Tasks, tasks_of
from shoal.tuning.triage import read_banking, read_clinc

Row = tuple[str, str]
TUNED = ("professional_law", "high_school_mathematics", "moral_scenarios")
TEMPLATES = (
    "Classify the message by its intent: {text}",
    "Translate to German:\n{text}",
    "Customer wrote on {day}: {text}\nAnswer politely in one sentence.",
    "{text}\n\nSummarise the above for a colleague.",
)


def agreement(found: Sequence[str], true: Sequence[str]) -> float:
    """The adjusted Rand index of two partitions of the same N things."""
    cells = Counter(zip(found, true, strict=True))
    pairs = [float(sum(n * (n - 1) / 2 for n in counts.values())) for counts in (cells, Counter(found), Counter(true))]
    every = len(true) * (len(true) - 1) / 2
    chance, most = pairs[1] * pairs[2] / every, (pairs[1] + pairs[2]) / 2
    return 1.0 if most == chance else (pairs[0] - chance) / (most - chance)


def purity(found: Sequence[str], true: Sequence[str]) -> float:
    """The share of things that are of the most usual group of their family."""
    cells = Counter(zip(found, true, strict=True))
    best: dict[str, int] = {}
    for (family, _), count in cells.items():
        best[family] = max(best.get(family, 0), count)
    return sum(best.values()) / len(true)


def sets(data: Path, split: str, seed: int = 0) -> Iterator[tuple[str, list[Row]]]:
    """Each set with its name: asks with their groups."""
    dice = random.Random(seed + (split == "test"))
    small = data / "small"
    part = "train" if split == "tune" else "test"
    banking = read_banking(data, part)
    sums = [json.loads(line)["question"] for line in (small / f"openai+grade-school-math/{part}.jsonl").open()]
    with gzip.open(small / "openai+human-eval/HumanEval.jsonl.gz", "rt") as lines:
        code = [json.loads(line)["prompt"] for line in lines]
    clinc = read_clinc(data)[part]
    domains = json.loads((small / "clinc+oos-eval/domains.json").read_bytes())
    domain = {intent: name for name, intents in domains.items() for intent in intents}
    bank = [(text, "bank") for text, _ in dice.sample(banking, 500)]
    maths = [(text, "sums") for text in dice.sample(sums, 500)]
    yield "a bank's questions, school sums", bank + maths
    yield "the same, 1 in 8 sums", [*bank, *maths[:62]]
    yield "a bank's questions, school sums, code", [*bank, *maths, *((text, "code") for text in code)]
    yield f"MMLU, {3 if split == 'tune' else 6} subjects", _mmlu(data, split, dice)
    yield "four prompt templates", _templated([text for text, _ in clinc], dice)
    yield "one bank's questions (should stay one)", [(text, "bank") for text, _ in dice.sample(banking, 1500)]
    yield "school sums (should stay one)", [(text, "sums") for text in dice.sample(sums, 1000)]
    yield "CLINC150, 10 domains", [(text, domain[intent]) for text, intent in dice.sample(clinc, 2000)]
    yield "Banking77, 77 intents", dice.sample(banking, 2000)


def _mmlu(data: Path, split: str, dice: random.Random) -> list[Row]:
    folder = data / "routing/RouteLLM/routellm/evals/mmlu/responses"
    names = sorted(path.stem.removeprefix("mmlu_") for path in folder.glob("*.csv"))
    rest = [name for name in names if name not in TUNED]
    rows = []
    for name in TUNED if split == "tune" else dice.sample(rest, 6):
        with (folder / f"mmlu_{name}.csv").open(encoding="utf-8", newline="") as file:
            asks = [row["prompt"] for row in csv.DictReader(file)]
        rows += [(text, name) for text in dice.sample(asks, min(200, len(asks)))]
    return rows


def _templated(texts: Sequence[str], dice: random.Random) -> list[Row]:
    made = []
    for at, text in enumerate(dice.sample(list(texts), 1200)):
        number = at % (len(TEMPLATES) + 1)
        shape = TEMPLATES[number] if number < len(TEMPLATES) else "{text}"
        made.append((shape.format(text=text, day=f"2026-{1 + at % 12}-{1 + at % 28}"), str(number)))
    return made


def tasks(rows: Sequence[Row]) -> Tasks:
    """The asks as tasks without families."""
    return tasks_of(list(enumerate({"prompt": text} for text, _ in rows)))


def show(name: str, rows: Sequence[Row]) -> None:
    """One line of the table."""
    read = tasks(rows).all
    begun = time.process_time()
    found = families(read)
    took = time.process_time() - begun
    order = np.random.default_rng(1).permutation(len(rows))
    again = families([read[at] for at in order])
    stable = agreement([found[at] for at in order], again)
    true = [group for _, group in rows]
    print(
        f"{name:42} {len(rows):6} {len(set(true)):6} {len(set(found)):8} {agreement(found, true):6.3f} "
        f"{purity(found, true):6.3f} {stable:9.3f} {took:6.1f}"
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="Families that are found, beside known groups.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the data sets")
    parser.add_argument("--split", choices=("tune", "test"), default="test")
    parser.add_argument("--table", type=Path, help="own asks: JSON Lines with 'prompt' and 'family'")
    chosen = parser.parse_args()
    print(f"{'':42} {'asks':>6} {'groups':>6} {'families':>8} {'ARI':>6} {'purity':>6} {'shuffled':>9} {'CPU s':>6}")
    if chosen.table is not None:
        rows = [json.loads(line) for line in chosen.table.open(encoding="utf-8")]
        show(chosen.table.name[:42], [(row["prompt"], row["family"]) for row in rows])
        return
    for name, each in sets(chosen.data, chosen.split):
        show(name, each)


if __name__ == "__main__":
    main()
