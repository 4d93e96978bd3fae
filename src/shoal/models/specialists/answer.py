"""`shoal/answer`: answers from the attached passages in their own words, with citations, or says that it does not know.

It finds no passages and writes no sentence of its own about the subject: whatever it says of it is a quote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from shoal.call import Model
from shoal.chat import Chat, Citation, Passage, Piece
from shoal.errors import RequestError
from shoal.models.specialists.cards import WEIGHTS, load_card
from shoal.models.specialists.lexicon import Lexicon
from shoal.models.specialists.relevance import features, scene, verbatim
from shoal.models.specialists.sentences import Kind, Unit
from shoal.models.specialists.specialist import Specialist
from shoal.models.specialists.weighing import Weights

FOLDER = WEIGHTS / "answer"
MOST_PASSAGES = 8
MOST_QUOTES = 3
# A further unit is quoted where it is at least so likely, and so likely in comparison with the first.
FURTHER, FURTHER_OF_FIRST = 0.12, 0.5
# How sure it is that what follows a question in the text answers that same question.
VERBATIM = 0.95
NO_PASSAGES = (
    "I don't know: no passages came with the question. Name a collection in shoal.collections, or add texts with "
    "`shoal ground add PATH --collection NAME`."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: units with their passages, the likeliest first, and the calibrated probability (0..1) that the
    first one answers."""

    found: tuple[tuple[Unit, Passage], ...]
    confidence: float


class Reader:
    """Reads passages for an answer. The weights in `folder` are loaded with the first question."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def lexicon(self) -> Lexicon:
        """Raises WeightsError."""
        return Lexicon.load(self._folder / "lexicon.safetensors")

    @cached_property
    def weights(self) -> Weights:
        """Raises WeightsError."""
        return Weights.load(self._folder)

    def read(self, question: str, passages: Sequence[Passage]) -> Finding:
        """The likeliest units; it does not decide whether they are good enough."""
        view = scene(question, passages[:MOST_PASSAGES], self.lexicon)
        if not view.asked or not view.candidates:
            return Finding((), 0.0)
        chances = self.weights.chances(features(view, self.lexicon))
        sure = self.weights.sure(chances)
        asked_there = verbatim(view, self.lexicon)
        if asked_there is not None:
            chances[asked_there], sure = chances.max() + 1e-6, max(sure, VERBATIM)
        order = np.argsort(-chances, kind="stable")[:MOST_QUOTES]
        first = float(chances[order[0]])
        least = max(FURTHER, FURTHER_OF_FIRST * first)
        kept = [view.candidates[at] for at in order if at == order[0] or chances[at] >= least]
        return Finding(tuple((each.unit, passages[each.passage]) for each in kept), sure)

    def answer(self, chat: Chat) -> Piece:
        """A quoted answer, or a plain "I don't know". Raises RequestError where nothing is asked."""
        if not chat.ask.strip():
            raise RequestError("there is no question: send a user message with text in it", param="messages")
        if not chat.passages:
            return Piece.of(NO_PASSAGES, confidence=0.0)
        finding = self.read(chat.ask, chat.passages)
        if not finding.found or finding.confidence < self.weights.threshold:
            return Piece.of(_unknown(chat.passages), confidence=finding.confidence)
        cited = tuple(
            Citation(at, _where(unit, passage), unit.text) for at, (unit, passage) in enumerate(finding.found, 1)
        )
        said = [_said(unit, number) for number, (unit, _) in enumerate(finding.found, 1)]
        return Piece.of("\n\n".join(said), confidence=finding.confidence, citations=cited)


def _where(unit: Unit, passage: Passage) -> Passage:
    """The passage under the one heading that the unit stands under, where it has several."""
    document, _, _ = passage.title.partition(" › ")
    return replace(passage, title=f"{document} › {unit.heading}") if unit.heading else passage


def _said(unit: Unit, number: int) -> str:
    """The unit as it stands in an answer, with its mark."""
    mark = f"[{number}]"
    lead = f"{unit.lead} " if unit.lead else ""
    if unit.kind is Kind.CODE:
        return f"{lead}{mark}\n\n```\n{unit.text}\n```"
    if unit.kind is Kind.ROW:
        return f"{_row(unit)} {mark}"
    if unit.kind is Kind.ITEM:
        return f"{lead}{unit.text} {mark}" if unit.lead.endswith(":") else f"{unit.text} {mark}"
    return f"{lead}{unit.text} {mark}"


def _row(unit: Unit) -> str:
    """A table's row with the names of its columns."""
    names, cells = _cells(unit.lead), _cells(unit.text)
    if len(names) != len(cells):
        return unit.text
    return "; ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=True) if cell)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _unknown(passages: Sequence[Passage]) -> str:
    """An honest abstention that names what came closest."""
    places = list(dict.fromkeys(f"{each.title} ({each.source})" for each in passages[:MOST_PASSAGES]))[:MOST_QUOTES]
    return (
        "I don't know: the passages that I have do not clearly answer this. The closest are: " + "; ".join(places) + "."
    )


def load_answer(folder: Path = FOLDER) -> Model:
    """The model `shoal/answer`. Reads its card now, its weights with the first question. Raises WeightsError."""
    return Specialist(load_card(folder), Reader(folder).answer, threaded=True, grounded=True)
