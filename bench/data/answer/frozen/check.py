"""Checks the frozen question set against its texts; knows nothing of the model that is evaluated on it."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
KINDS = {"how-to", "fact", "number", "date", "person", "place", "why", "yes-no", "definition"}
DISTANCES = {"near-miss": 38, "neighbour": 19, "other": 18}
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+\.|>|#+)\s+", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"[*`]+")


def plain(markdown: str) -> str:
    """The text without emphasis, code marks, bullets, heading marks, link targets; whitespace made single spaces."""
    without_links = _LINK.sub(r"\1", _BULLET.sub("", markdown))
    return " ".join(_EMPHASIS.sub("", without_links).split())


def read_texts() -> dict[str, str]:
    """Every text of the corpus, plain, by its path relative to this folder."""
    return {f"texts/{path.name}": plain(path.read_text("utf-8")) for path in sorted((HERE / "texts").glob("*.md"))}


def answerable_faults(question: dict[str, Any], texts: dict[str, str]) -> list[str]:
    """What is wrong with an answerable question: its first sentence lies in its source, others may lie elsewhere."""
    faults = [] if question["kind"] in KINDS else [f"unknown kind {question['kind']!r}"]
    if question["source"] not in texts:
        return [*faults, f"no such source {question['source']!r}"]
    if not question["sentences"]:
        return [*faults, "no sentences"]
    if plain(question["sentences"][0]) not in texts[question["source"]]:
        faults.append("first sentence is not in the source")
    absent = [s for s in question["sentences"] if not any(plain(s) in text for text in texts.values())]
    return faults + [f"in no text: {sentence!r}" for sentence in absent]


def unanswerable_faults(question: dict[str, Any], texts: dict[str, str]) -> list[str]:
    """What is wrong with an unanswerable question: `near` is a text, or null for a question on quite other things."""
    faults = [] if question["distance"] in DISTANCES else [f"unknown distance {question['distance']!r}"]
    is_other = question["distance"] == "other"
    if is_other != (question["near"] is None) or not (is_other or question["near"] in texts):
        faults.append(f"near is {question['near']!r}")
    return faults if question["why"] else [*faults, "why is empty"]


def set_faults(questions: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the set as a whole: its counts, doubled ids, doubled questions."""
    faults = []
    count = Counter(question["answerable"] for question in questions)
    if (count[True], count[False]) != (150, 75):
        faults.append(f"{count[True]} answerable and {count[False]} unanswerable, not 150 and 75")
    distances = Counter(question["distance"] for question in questions if not question["answerable"])
    if distances != DISTANCES:
        faults.append(f"distances are {dict(distances)}")
    for field in ("id", "question"):
        seen = Counter(question[field].casefold() for question in questions)
        faults += [f"{field} occurs {times} times: {value!r}" for value, times in seen.items() if times > 1]
    return faults


def main() -> int:
    """Prints every fault and the counts; exit status 1 if there is a fault."""
    texts = read_texts()
    lines = (HERE / "questions.jsonl").read_text("utf-8").splitlines()
    questions: list[dict[str, Any]] = [json.loads(line) for line in lines]
    faults = set_faults(questions)
    for question in questions:
        check = answerable_faults if question["answerable"] else unanswerable_faults
        faults += [f"{question['id']}: {fault}" for fault in check(question, texts)]
    for fault in faults:
        print(fault)
    over_docs = sum(q["answerable"] and q["source"].startswith("texts/docs-") for q in questions)
    print(f"{len(texts)} texts, {len(questions)} questions ({over_docs} over the docs), {len(faults)} faults")
    print(dict(Counter(q["kind"] for q in questions if q["answerable"])))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
