"""Writes the examples that `shoal.tuning.answer` learns from: labelled questions with the passages that are found.

    python -m bench.answer_examples --data bench/data/answer/tune bench/data/answer/dev --out examples.jsonl

Each folder has texts of its own. Each question that names its subject is asked of all texts, and every one of its own
text and three others; with `absent`, of those without the units that answer it, so that there is no answer but all that
is near to one.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from bench.passages import TENANT, Question, indexed, read_questions
from shoal.chat import Passage
from shoal.models.specialists.answer import MOST_PASSAGES
from shoal.models.specialists.sentences import plain, units

OTHERS = 3
SETS = Path("bench/data/answer")


def examples(folder: Path) -> Iterator[dict[str, object]]:
    """Rows: id, question, text (the file it is about), view, passages, quotes (none where there is no answer)."""
    chance = random.Random(0)
    with indexed(folder) as (retriever, names):
        for question in read_questions(folder):
            own = Path(question.text).stem or chance.choice(names)
            few = [own, *chance.sample([name for name in names if name != own], OTHERS)]
            quotes = [plain(quote) for quote in question.sentences]
            views = [("few", few), ("absent", few)] + [("all", names)] * question.named
            for view, collections in views:
                found = retriever.search(question.question, collections, TENANT, MOST_PASSAGES)
                if view == "absent":
                    if not quotes:
                        continue
                    found = [kept for each in found if (kept := _without(each, quotes)) is not None]
                yield _row(folder.name, question, view, found, [] if view == "absent" else quotes)


def _row(data: str, question: Question, view: str, found: list[Passage], quotes: list[str]) -> dict[str, object]:
    return {
        "id": question.id,
        "question": question.question,
        "text": f"{data}/{question.text}",
        "view": view,
        "answerable": bool(quotes),
        "passages": [asdict(each) for each in found],
        "quotes": quotes,
    }


def _without(passage: Passage, quotes: list[str]) -> Passage | None:
    """The passage without the units that hold a quote; None where nothing or still a quote is left."""
    text = passage.text
    for unit in units(passage.text):
        if any(quote in plain(unit.text) for quote in quotes):
            text = text.replace(unit.text, "")
    if not text.strip() or any(quote in plain(text) for quote in quotes):
        return None
    return replace(passage, text=text)


def main() -> None:
    """Writes one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", default=[SETS / "tune", SETS / "dev"])
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    with given.out.open("w", encoding="utf-8") as out:
        for folder in given.data:
            for row in examples(folder):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
