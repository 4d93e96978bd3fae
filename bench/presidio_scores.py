"""Presidio and presidio-evaluator, asked in a process of their own: their findings, and their score of ours.

It knows how to ask `presidio_peer.py` and whether its scores agree with `shoal.trust.masking.evaluation`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast

from shoal.trust.masking.detect import settle
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.equivalents import aligned
from shoal.trust.masking.evaluation import LabelledText, Measure, Score, evaluate

SCRIPT = Path(__file__).parent / "presidio_peer.py"
NEEDED = ("presidio_analyzer", "presidio_evaluator")
PATIENCE_S = 1800


class Findings(TypedDict):
    how: str
    cpu_s: list[float]
    found: list[list[tuple[str, int, int, float]]]


class Scores(TypedDict):
    how: str
    spans: tuple[int, int, int]
    tokens: tuple[int, int, int]
    types: dict[str, tuple[int, int, int]]
    words: list[list[tuple[int, str]]]
    skip: list[str]


@dataclass(frozen=True)
class Peer:
    """Presidio under an interpreter that has it."""

    python: Path

    def times(self, texts: Sequence[str]) -> tuple[str, list[float]]:
        """What it is, and the CPU seconds that each text takes it."""
        answer = cast(Findings, self._ask({"texts": list(texts)}))
        return answer["how"], answer["cpu_s"]

    def find(self, texts: Sequence[str]) -> tuple[str, list[list[Entity]]]:
        """What it is, and what it finds: overlaps settled as Shoal settles its own."""
        answer = cast(Findings, self._ask({"texts": list(texts)}))
        rows = (
            [Entity(kind, start, end, score, "presidio") for kind, start, end, score in row] for row in answer["found"]
        )
        return answer["how"], [settle(text, row) for text, row in zip(texts, rows, strict=True)]

    def agreement(self, name: str, texts: Sequence[LabelledText], found: Sequence[Sequence[Entity]]) -> str:
        """A line that says how presidio-evaluator scores the findings, and whether Shoal's definition, given the same
        tokens and skip words, comes to the same counts."""
        pairs = [aligned(text.labels, entities) for text, entities in zip(texts, found, strict=True)]
        rows = [
            {"text": text.text, "labels": list(map(_span, labels)), "found": list(map(_span, entities))}
            for text, (labels, entities) in zip(texts, pairs, strict=True)
        ]
        theirs = cast(Scores, self._ask({"rows": rows}))
        tokens = iter(theirs["words"])
        measure = Measure(lambda _: [(start, word) for start, word in next(tokens)], frozenset(theirs["skip"]))
        ours = evaluate(texts, found, measure)
        kinds = {kind: Score(*counts) for kind, counts in theirs["types"].items()}
        spans, single = Score(*theirs["spans"]), Score(*theirs["tokens"])
        equal = (spans, single, kinds) == (ours.spans, ours.tokens, ours.types)
        verdict = "Shoal's definition on the same tokens: equal" if equal else f"DIFFERENT here: {ours}"
        return f"{name}: by {theirs['how']}, spans {_shares(spans)}, tokens {_shares(single)}; {verdict}"

    def _ask(self, question: object) -> object:
        asked = subprocess.run(
            [str(self.python), str(SCRIPT)],
            input=json.dumps(question).encode(),
            stdout=subprocess.PIPE,
            check=True,
            timeout=PATIENCE_S,
        )
        return json.loads(asked.stdout)


def presidio(peers_venv: Path) -> Peer | None:
    """None where it is not installed."""
    python = peers_venv / "bin" / "python"
    check = f"from importlib.util import find_spec as f; raise SystemExit(not all(map(f, {NEEDED!r})))"
    if not python.exists() or subprocess.run([str(python), "-c", check], check=False).returncode:
        return None
    return Peer(python)


def _span(entity: Entity) -> tuple[str, int, int]:
    return entity.type, entity.start, entity.end


def _shares(score: Score) -> str:
    return f"P {score.precision or 0:.3f} R {score.recall or 0:.3f} F2 {score.f2 or 0:.3f}"
