"""`shoal/summarize`: an extractive summary of a text or a dialogue, of a given length, each sentence traceable to its
place. It writes no sentence of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shoal.call import Model
from shoal.chat import Chat, Citation, Passage, Piece
from shoal.errors import RequestError, WeightsError
from shoal.models.specialists.cards import WEIGHTS, load_card
from shoal.models.specialists.lexicon import Lexicon
from shoal.models.specialists.salience import FEATURES, Line, features, lines, read
from shoal.models.specialists.specialist import Specialist
from shoal.models.specialists.wish import Source, Wish, asks_for_summary, read_wish

__all__ = ["Extractor", "asks_for_summary", "load_summarize"]

FOLDER = WEIGHTS / "summarize"
LEXICON = WEIGHTS / "answer" / "lexicon.safetensors"
MOST_CHARACTERS = 400_000
MOST_SENTENCES = 20_000
CANDIDATES = 400
_NOISE = re.compile(r"\{[a-z]+\}|(?:\b(?:uh|um|mm|hmm|uh-huh|mm-hmm)\b\s*[,.]?\s*)", re.IGNORECASE)
_BEFORE_MARK = re.compile(r"\s+([,.;:?!])")
SEND_TEXT = "there is no text to summarize: send it below the request, in the same message or in an earlier one"


class Extractor:
    """Chooses sentences. The weights in `folder` are loaded with the first text."""

    def __init__(self, folder: Path = FOLDER, lexicon: Path = LEXICON) -> None:
        self._folder = folder
        self._lexicon_path = lexicon

    @cached_property
    def lexicon(self) -> Lexicon:
        """Raises WeightsError."""
        return Lexicon.load(self._lexicon_path)

    @cached_property
    def model(self) -> Weights:
        """Raises WeightsError."""
        return Weights.load(self._folder)

    def choose(self, found: Sequence[Line], about: str, words: int, sentences: int | None = None) -> list[int]:
        """The places of the chosen sentences in the order of the text; at least one, else at most `words` words."""
        reading = read(list(found), self.lexicon)
        scores = self.model.scores(features(reading, about, self.lexicon))
        return pick(found, reading.stems, scores, self.model.repetition, words, sentences)

    def summarize(self, chat: Chat) -> Piece:
        """The summary with a citation for each sentence. Raises RequestError where there is nothing to summarise."""
        if not chat.ask.strip() and not chat.passages:
            raise RequestError(SEND_TEXT, param="messages")
        wish = read_wish(chat)
        placed, cut = _placed(wish.sources)
        if not placed:
            raise RequestError(SEND_TEXT, param="messages")
        chosen = self.choose([line for _, line in placed], wish.about, wish.words, wish.sentences)
        return self._piece([placed[at] for at in chosen], chosen, wish, cut)

    def _piece(self, kept: list[tuple[Source, Line]], places: list[int], wish: Wish, cut: bool) -> Piece:
        cited = tuple(
            Citation(number, _passage(source, line, place), line.text)
            for number, ((source, line), place) in enumerate(zip(kept, places, strict=True), 1)
        )
        dialogue = any(line.speaker for _, line in kept)
        said = [f"{clean(line)} [{number}]" for number, (_, line) in enumerate(kept, 1)]
        text = ("\n" if dialogue else " ").join(said)
        if cut:
            text += f"\n\n(Only the first {MOST_CHARACTERS:,} characters were read.)"
        sure = self.model.confidence[0 if wish.about else 1]
        return Piece.of(text, confidence=sure, citations=cited)


class Weights:
    """The trained model: one weight for each of `salience.FEATURES`, for texts with a question and without;
    `repetition` is taken off for what has been said already; `confidence` the share of held-out texts whose summary
    was better than their beginning, with a question and without."""

    def __init__(
        self, asked: Sequence[float], plain: Sequence[float], repetition: float, sure: Sequence[float]
    ) -> None:
        self._asked, self._plain = np.array(asked, np.float32), np.array(plain, np.float32)
        self.repetition = repetition
        self.confidence = (float(sure[0]), float(sure[1]))

    @classmethod
    def load(cls, folder: Path) -> Weights:
        """Raises WeightsError where model.json is missing, damaged, or made for other features."""
        try:
            held = json.loads((folder / "model.json").read_bytes())
            if tuple(held["features"]) != FEATURES:
                raise ValueError("other features")
            return cls(held["asked"], held["plain"], float(held["repetition"]), held["confidence"])
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise WeightsError(
                f"the weights of '{folder.name}' are missing or damaged ({type(error).__name__}): install Shoal again"
            ) from None

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(sentences,)"""
        asked = bool(rows[:, FEATURES.index("asked")].any())
        found: NDArray[np.float32] = rows @ (self._asked if asked else self._plain)
        return found


def pick(
    found: Sequence[Line],
    stems: Sequence[Sequence[str]],
    scores: NDArray[np.float32],
    repetition: float,
    words: int,
    sentences: int | None,
) -> list[int]:
    """Greedy: the best sentence that fits, again and again, less for what it repeats (maximal marginal relevance,
    Carbonell and Goldstein 1998)."""
    order = [int(at) for at in np.argsort(-scores, kind="stable")[:CANDIDATES]]
    lengths = {at: len(clean(found[at]).split()) for at in order}
    sets = {at: frozenset(stems[at]) for at in order}
    said: frozenset[str] = frozenset()
    chosen: list[int] = []
    while order and (sentences is None or len(chosen) < sentences):
        fitting = [at for at in order if 0 < lengths[at] <= words] or (order if not chosen else [])
        if not fitting:
            break
        best = max(fitting, key=lambda at: scores[at] - repetition * len(sets[at] & said) / (len(sets[at]) + 1))
        chosen.append(best)
        order.remove(best)
        said |= sets[best]
        words -= lengths[best]
    return sorted(chosen)


def clean(line: Line) -> str:
    """The sentence as it stands in a summary: without marks of noise and hesitation, in a dialogue with its speaker."""
    text = " ".join(line.text.split())
    if line.speaker:
        text = _BEFORE_MARK.sub(r"\1", " ".join(_NOISE.sub("", text).split()))
        return f"{line.speaker}: {text}"
    return text


def _placed(sources: Sequence[Source]) -> tuple[list[tuple[Source, Line]], bool]:
    """All sentences with where they come from, and whether something was left out."""
    placed: list[tuple[Source, Line]] = []
    left = MOST_CHARACTERS
    for source in sources:
        placed += [(source, line) for line in lines(source.text[:left])]
        left -= len(source.text)
        if left <= 0 or len(placed) >= MOST_SENTENCES:
            break
    return placed[:MOST_SENTENCES], left < 0 or len(placed) > MOST_SENTENCES


def _passage(source: Source, line: Line, place: int) -> Passage:
    """Where a sentence stands: characters from and to, and its number."""
    return Passage(f"{line.start}-{line.end}", "request", source.name, f"sentence {place + 1}", line.text)


def load_summarize(folder: Path = FOLDER) -> Model:
    """The model `shoal/summarize`. Reads its card now, its weights with the first text. Raises WeightsError."""
    return Specialist(load_card(folder), Extractor(folder).summarize, threaded=True)
