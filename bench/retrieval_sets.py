"""Labelled sets for `bench/retrieval.py`: passages, questions with the passages that answer them, and what is measured.

Own texts and questions lie in `bench/data/retrieval`; ABCD's guidelines and QMSum's meetings in the `--data` folder.
Splits are by text: what was tuned on (`tune`) and what was looked at once, when everything was chosen (`test`, `abcd`).
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shoal.grounding.chunk import chunk
from shoal.grounding.load import read
from shoal.grounding.sections import Block, Kind, Section
from shoal.stores.passages import Draft

OWN = Path(__file__).parent / "data" / "retrieval"
TUNED_ON = frozenset({"message-broker", "espresso-machine", "tides", "city-library", "bicycle-shop"})
MOST_RELEVANT = 0.5  # of a meeting: a query about more than that asks for no search
Ranker = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the positions of the passages that answer it."""

    text: str
    relevant: frozenset[int]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages that are searched together, and the questions asked of them, by split."""

    passages: list[Draft]
    questions: dict[str, list[Question]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the questions: nDCG@10 (binary gains), recall@5 (of what five can hold), reciprocal rank in ten."""

    ndcg: float
    recall: float
    mrr: float
    count: int

    def __str__(self) -> str:
        return f"{self.ndcg:.3f} {self.recall:.3f} {self.mrr:.3f}"


def own_corpus(data: Path) -> Corpus:
    """The own texts and, if it is there, the ABCD guidelines: 206 questions that 141 passages compete for."""
    files = [(path.stem, path.read_bytes()) for path in sorted((OWN / "texts").glob("*.md"))]
    files += [("abcd", text.encode()) for text in abcd_guidelines(data)]
    drafts = [(source, draft) for source, raw in files for draft in chunk(read(raw, "markdown", source))]
    questions: dict[str, list[Question]] = {"tune": [], "test": [], "abcd": []}
    with (OWN / "questions.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found = frozenset(at for at, (source, draft) in enumerate(drafts) if _answers(row, source, draft))
            split = "abcd" if row["source"] == "abcd" else "tune" if row["source"] in TUNED_ON else "test"
            if found:
                questions[split].append(Question(row["question"], found))
    return Corpus([draft for _, draft in drafts], {name: asked for name, asked in questions.items() if asked})


def _answers(row: dict[str, str], source: str, draft: Draft) -> bool:
    if row["source"] != source:
        return False
    if source == "abcd":
        return draft.title.endswith(row["phrase"]) or f"## {row['phrase']}" in draft.text.split("\n")
    return row["phrase"] in " ".join(draft.text.split())


def abcd_guidelines(data: Path) -> list[str]:
    """Each flow of ABCD's agent guidelines as a Markdown text, a heading for each subflow."""
    path = data / "small" / "asappresearch+abcd" / "guidelines.json"
    if not path.exists():
        return []
    texts = []
    for flow, about in json.loads(path.read_text(encoding="utf-8")).items():
        lines = [f"# {flow}", "", about["description"], ""]
        for name, subflow in about["subflows"].items():
            lines += [f"## {name}", "", *subflow["instructions"], ""]
            for action in subflow["actions"]:
                lines += [f"- {action['text'].strip()}", *(f"  - {each}" for each in action["subtext"])]
            lines.append("")
        texts.append("\n".join(lines))
    return texts


def meetings(data: Path, name: str) -> list[Corpus]:
    """One corpus for each meeting of a QMSum file; relevant is each passage with a turn that annotators marked."""
    path = data / "small" / "Yale-LILY+QMSum" / f"{name}.jsonl"
    if not path.exists():
        return []
    return [_meeting(json.loads(line), name) for line in path.read_text(encoding="utf-8").splitlines()]


def _meeting(meeting: dict[str, Any], name: str) -> Corpus:
    turns = [f"{turn['speaker']}: {' '.join(turn['content'].split())}" for turn in meeting["meeting_transcripts"]]
    drafts = chunk([Section("meeting", tuple(Block(Kind.PARAGRAPH, turn) for turn in turns))])
    held = list(_turns_held(drafts, turns))
    questions = []
    for query in meeting["specific_query_list"]:
        spans = [(int(span[0]), int(span[1])) for span in query["relevant_text_span"]]
        marked = {at for first, last in spans for at in range(first, last + 1)}
        found = frozenset(at for at, inside in enumerate(held) if inside & marked)
        if 0 < len(found) < MOST_RELEVANT * len(drafts):
            questions.append(Question(query["query"], found))
    return Corpus(drafts, {name: questions})


def _turns_held(drafts: Iterable[Draft], turns: Sequence[str]) -> Iterable[set[int]]:
    """For each passage the turns that it holds, whole or in part; passages follow the order of turns."""
    at = 0
    for draft in drafts:
        inside = set()
        for piece in draft.text.split("\n\n"):
            at = next((turn for turn in range(at, len(turns)) if piece in turns[turn]), at)
            inside.add(at)
        yield inside


def measured(asked: Iterable[tuple[Ranker, Question]]) -> Figures:
    """The figures of rankers, each asked its own question (they differ where each meeting is searched by itself)."""
    rows = [_row(rank(question.text)[:10], question.relevant) for rank, question in asked]
    count = len(rows)
    ndcg, recall, mrr = (sum(column) / max(1, count) for column in zip(*rows, strict=True))
    return Figures(ndcg, recall, mrr, count)


def _row(ranked: Sequence[int], relevant: frozenset[int]) -> tuple[float, float, float]:
    hits = [at for at, passage in enumerate(ranked) if passage in relevant]
    gain = sum(1 / math.log2(at + 2) for at in hits)
    best = sum(1 / math.log2(at + 2) for at in range(min(10, len(relevant))))
    recall = sum(at < 5 for at in hits) / min(5, len(relevant))
    return gain / best, recall, 1 / (hits[0] + 1) if hits else 0.0
