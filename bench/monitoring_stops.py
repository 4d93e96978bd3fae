"""How often replies are stopped when they are judged sentence by sentence, harmless and harmful ones.

    python -m bench.monitoring_stops --data ../shared/data [--most 300]

Harmless: the project's own documentation and the texts of its question sets in parts of about 1,000 characters, answers
of the Alpaca and self-instruct tasks, and people's answers about QMSum's test meetings. Harmful: what moderators
flagged in OpenAI's moderation set, by itself and behind 60 harmless words. The harm model was trained on the moderation
set and on parts of the other sources (its card says which), so the harmful rows do not show what it finds in new text:
`bench/harm.py` does. They show what judging by the sentence changes, and what caution with few words costs.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.process import ROOT
from shoal.config.monitoring import Monitoring
from shoal.trust.monitoring.cascade import Cascade, load_cascade
from shoal.trust.monitoring.texts import score, score_reply
from shoal.tuning.harm_data import read_moderation

PART = 1000
BEFORE_WORDS = 60
SEED = 20261122
TASKS = ("trust/tatsu-lab+stanford_alpaca/seed_tasks.jsonl",
         "trust/yizhongw+self-instruct/human_eval/user_oriented_instructions.jsonl")  # fmt: skip
MEETINGS = "small/Yale-LILY+QMSum/ALL__jsonl__test.jsonl"
SHORTEST = 40


def documents() -> list[str]:
    """The project's own texts, in parts."""
    files = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "bench" / "data").rglob("texts/*.md")]
    return [part for file in sorted(files) for part in _parts(file.read_text(encoding="utf-8"))]


def _parts(text: str) -> Iterator[str]:
    part = ""
    for paragraph in text.split("\n\n"):
        part += paragraph + "\n\n"
        if len(part) > PART:
            yield part
            part = ""


def answers(path: Path) -> list[str]:
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [each["output"] for row in rows for each in row["instances"] if len(each["output"]) >= SHORTEST]


def meetings(path: Path) -> list[str]:
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [pair["answer"] for row in rows for pair in row["general_query_list"] + row["specific_query_list"]]


def sources(data: Path, most: int) -> Mapping[str, Sequence[str]]:
    """Texts by source, at most so many of each."""
    chance = random.Random(SEED)
    flagged = [each.text for each in read_moderation(data) if 1 in each.labels[:8]]
    plain = documents()
    behind = [" ".join(chance.choice(plain).split()[:BEFORE_WORDS]) + ". " + text for text in flagged]
    found = {
        "harmless: documents": plain,
        "harmless: Alpaca answers": answers(data / TASKS[0]),
        "harmless: self-instruct answers": answers(data / TASKS[1]),
        "harmless: answers about meetings": meetings(data / MEETINGS),
        "harmful: moderated texts (seen in training)": flagged,
        "harmful: the same behind 60 harmless words": behind,
    }
    return {name: chance.sample(texts, min(most, len(texts))) for name, texts in found.items()}


def stopped(cascade: Cascade, texts: Sequence[str], how: str) -> float:
    """The share of texts that are stopped: as a whole, by sentences, or by sentences without caution."""
    limits, hold = cascade.thresholds, Monitoring().hold_chars
    if how == "whole":
        found = score(cascade, texts)
    else:
        found = [score_reply(cascade, text, limits, hold, cautious=how == "cautious") for text in texts]
    return sum(bool(each.over(limits)) for each in found) / len(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the public data sets")
    parser.add_argument("--most", type=int, default=300, help="texts of each source at most")
    options = parser.parse_args()
    cascade = load_cascade()
    print(f"{'share that is stopped':46} texts   as a whole   by sentences   the same without caution")
    for name, texts in sources(options.data, options.most).items():
        shares = [stopped(cascade, texts, how) for how in ("whole", "cautious", "plain")]
        print(f"{name:46} {len(texts):5} {shares[0]:12.1%} {shares[1]:14.1%} {shares[2]:26.1%}")


if __name__ == "__main__":
    main()
