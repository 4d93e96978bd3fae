"""The cascade that scores texts for harm: a lexicon and linear experts, then an encoder for what these leave uncertain;
it says where a judge should be asked.

It knows no policy, no stream and no judge. A long text is scored in windows, its scores are the highest of any.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from shoal.errors import WeightsError
from shoal.models.specialists.cards import WEIGHTS
from shoal.text.ngrams import NgramFeatures, NgramModel, chances
from shoal.trust.monitoring.categories import CATEGORIES, OUTPUTS
from shoal.trust.monitoring.encoder import ENCODER_FILE, Encoder
from shoal.trust.monitoring.lexicon import MILD, SEVERE, STRONG, Lexicon
from shoal.trust.together import Together

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.config.monitoring import Category

    Floats = NDArray[np.float32]

NAME = "harm"
FORM_FILE = "cascade.json"
WINDOW, OVERLAP = 1200, 200
"""Characters: texts up to WINDOW are scored whole."""
AT_ONCE = 64
LEVELS = (MILD, STRONG, SEVERE)
SIGNS = len(CATEGORIES) * len(LEVELS)
"""Columns that the lexicon gives: whether a term of the category of at least that severity is there."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the cascade says of one text. `scores` are calibrated probabilities (0..1) by category; `overall` is how
    safe it is: 1 - the highest of the scores and of the probability that it is harmful beyond mere profanity.
    `uncertain`: a score is near its threshold, so that a judge should be asked."""

    scores: Mapping[str, float]
    overall: float
    uncertain: bool


@dataclass(frozen=True, slots=True)
class Blend:
    """How experts and lexicon together make log-odds, fitted on texts that the experts had not seen: `weights`
    (2 experts - 1 + 2 SIGNS, len(OUTPUTS)), `bias` (len(OUTPUTS),)."""

    weights: Floats = field(repr=False)
    bias: Floats = field(repr=False)

    def scores(self, experts: Floats, signs: Floats) -> Floats:
        """(N, len(OUTPUTS)) calibrated log-odds of (N, experts) and (N, SIGNS)."""
        return np.asarray(mixed(experts, signs) @ self.weights + self.bias, np.float32)


def mixed(experts: Floats, signs: Floats) -> Floats:
    """(N, 2 experts - 1 + 2 SIGNS) what a blend reads. The last expert tells by the style which of the others to trust:
    its probability stands in its place, and each column of the others and of the lexicon follows once more times that
    probability."""
    style = chances(experts[:, -1:])
    return np.concatenate([experts[:, :-1], style, signs, experts[:, :-1] * style, signs * style], axis=1)


@dataclass(frozen=True, slots=True)
class Closer:
    """How the encoder mends log-odds: `weights` (len(OUTPUTS) + encoder's outputs, len(OUTPUTS)), of the first stage's
    log-odds and of what the encoder says; `bias` (len(OUTPUTS),)."""

    weights: Floats = field(repr=False)
    bias: Floats = field(repr=False)

    def scores(self, first: Floats, looked: Floats) -> Floats:
        """(N, len(OUTPUTS)) calibrated log-odds of (N, len(OUTPUTS)) and (N, encoder's outputs)."""
        return np.asarray(np.concatenate([first, looked], axis=1) @ self.weights + self.bias, np.float32)


def inside(scores: Floats, band: tuple[float, float]) -> NDArray[np.int64]:
    """The places of the rows of `scores` (N, len(OUTPUTS)) whose highest log-odds lie in the band (from, to)."""
    highest = scores.max(axis=1)
    return np.flatnonzero((highest >= band[0]) & (highest < band[1]))


@dataclass(frozen=True, slots=True)
class Form:
    """What is chosen beside the weights: the blend, the threshold of each category, and how far from it, in log-odds, a
    score counts as uncertain. Where the highest log-odds lie in `band` (from, to) the encoder is asked, and `closer`
    mends the scores by what it says."""

    blend: Blend
    thresholds: Mapping[Category, float]
    margin: float
    closer: Closer | None = None
    band: tuple[float, float] = (math.inf, math.inf)

    @classmethod
    def read(cls, path: Path) -> Form:
        """Raises OSError, ValueError, KeyError or TypeError where the file is missing or damaged."""
        held = json.loads(path.read_bytes())
        if tuple(held["outputs"]) != OUTPUTS:
            raise ValueError("made for other outputs")
        blend = Blend(*_arrays(held["linear"]))
        closer = Closer(*_arrays(held["closer"]))
        limits = {name: float(held["thresholds"][name]) for name in CATEGORIES}
        low, high = (float(edge) for edge in held["band"])
        return cls(blend, limits, float(held["margin"]), closer, (low, high))


def _arrays(held: Mapping[str, Sequence[object]]) -> tuple[Floats, Floats]:
    return np.array(held["weights"], np.float32), np.array(held["bias"], np.float32)


class Network(Protocol):
    """What looks closer."""

    def scores(self, texts: Sequence[str]) -> Floats:
        """(N, outputs) log-odds."""
        ...


class _Unsure(Exception):
    """The encoder is needed."""


class Cascade:
    """Scores texts; the seams `Monitor` and `QuickMonitor`. It keeps no text and may be shared by threads."""

    def __init__(self, lexicon: Lexicon, linear: NgramModel, form: Form, encoder: Network | None = None) -> None:
        self.lexicon = lexicon
        self._linear = linear
        self._form = form
        self._encoder = encoder
        self._features = NgramFeatures()
        self.together = Together(self.each)
        limits = [form.thresholds[name] for name in CATEGORIES]
        self._limits = [math.log(limit / (1 - limit)) for limit in limits]

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The score of each category from which on a text is stopped, unless the operator says otherwise."""
        return {str(name): limit for name, limit in self._form.thresholds.items()}

    def without_encoder(self) -> Cascade:
        """The same without its second stage."""
        return Cascade(self.lexicon, self._linear, replace(self._form, closer=None))

    def held(self, text: str) -> int:
        """How many characters at the end may still become (part of) a term of the lexicon."""
        return self.lexicon.held(text)

    def score(self, text: str) -> Verdict:
        """The verdict on one text."""
        return self.scores([text])[0]

    def scores(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict for each text. Time is linear in the characters. Raises WeightsError where the encoder, which is
        loaded when it is first needed, is damaged."""
        return self._verdicts(texts, self.log_odds)

    def quick(self, texts: Sequence[str]) -> list[Verdict] | None:
        """As `scores`; None where that would take the encoder."""
        try:
            return self._verdicts(texts, self._sure)
        except _Unsure:
            return None

    def each(self, texts: Sequence[str]) -> list[Verdict | None]:
        """As `scores`; None for each text that would take the encoder."""
        found: list[Verdict | None] = []
        for start in range(0, len(texts), AT_ONCE):
            some = texts[start : start + AT_ONCE]
            if any([len(text) > WINDOW for text in some]):
                for text in some:
                    sure = self.quick([text])
                    found.append(sure[0] if sure else None)
                continue
            scores = self._form.blend.scores(*self.read(some))
            found += map(self._verdict, scores)
            if self._encoder is not None and self._form.closer is not None:
                for at in inside(scores, self._form.band).tolist():
                    found[start + at] = None
        return found

    def log_odds(self, windows: Sequence[str]) -> Floats:
        """(N, len(OUTPUTS)) calibrated log-odds of texts that are not cut."""
        experts, found = self.read(windows)
        scores = self._form.blend.scores(experts, found)
        if self._encoder is None or self._form.closer is None:
            return scores
        unsure = inside(scores, self._form.band)
        if len(unsure):
            looked = self._encoder.scores([windows[at] for at in unsure.tolist()])
            scores[unsure] = self._form.closer.scores(scores[unsure], looked)
        return scores

    def read(self, windows: Sequence[str]) -> tuple[Floats, Floats]:
        """What the first stage sees of texts that are not cut: (N, experts) log-odds, (N, SIGNS)."""
        return self._linear.scores(self._features.of(windows)), signs(self.lexicon, windows)

    def _sure(self, windows: Sequence[str]) -> Floats:
        scores = self._form.blend.scores(*self.read(windows))
        if self._encoder is not None and self._form.closer is not None and len(inside(scores, self._form.band)):
            raise _Unsure
        return scores

    def _verdicts(self, texts: Sequence[str], score: Callable[[Sequence[str]], Floats]) -> list[Verdict]:
        if len(texts) <= AT_ONCE and all(len(text) <= WINDOW for text in texts):
            return [self._verdict(row) for row in score(texts)] if texts else []
        best = np.full((len(texts), len(OUTPUTS)), -np.inf, np.float32)
        for owners, batch in _batches(texts):
            np.maximum.at(best, owners, score(batch))
        return [self._verdict(row) for row in best]

    def _verdict(self, row: Floats) -> Verdict:
        odds = row.tolist()
        values = [1 / (1 + math.exp(-(30.0 if each > 30.0 else -30.0 if each < -30.0 else each))) for each in odds]
        margin, near = self._form.margin, False
        for each, limit in zip(odds, self._limits, strict=False):
            if -margin < each - limit < margin:
                near = True
                break
        return Verdict(dict(zip(CATEGORIES, values, strict=False)), 1 - max(values), near)


def signs(lexicon: Lexicon, texts: Sequence[str]) -> Floats:
    """(N, SIGNS) 0 or 1: what the lexicon finds in each text."""
    found = np.zeros((len(texts), SIGNS), np.float32)
    for at, text in enumerate(texts):
        for category, severity in lexicon.severities(text).items():
            start = CATEGORIES.index(category) * len(LEVELS)
            found[at, start : start + severity] = 1
    return found


def _batches(texts: Sequence[str]) -> Iterator[tuple[list[int], list[str]]]:
    """Windows of all texts with the numbers of their texts, AT_ONCE together."""
    every = windows(texts)
    while some := list(itertools.islice(every, AT_ONCE)):
        yield [owner for owner, _ in some], [window for _, window in some]


def windows(texts: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each text's number with the text, or with its windows, which begin and end between words where they can."""
    for owner, text in enumerate(texts):
        start = 0
        while len(text) - start > WINDOW:
            end = text.rfind(" ", start + WINDOW - OVERLAP, start + WINDOW)
            yield owner, text[start : (end := end if end > 0 else start + WINDOW)]
            back = text.find(" ", end - OVERLAP, end)
            start = back + 1 if back > start else end - OVERLAP
        yield owner, text[start:]


def load_cascade(folder: Path = WEIGHTS / NAME) -> Cascade:
    """The cascade that comes with Shoal. Raises WeightsError where its files are missing or damaged."""
    try:
        form = Form.read(folder / FORM_FILE)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"the weights in '{folder.name}' are missing or damaged ({type(error).__name__}): install Shoal again"
        ) from error
    if not all(math.isfinite(limit) and 0 < limit < 1 for limit in form.thresholds.values()):
        raise WeightsError(f"the thresholds in '{folder.name}' are not between 0 and 1: install Shoal again")
    if not (folder / ENCODER_FILE).is_file():
        raise WeightsError(f"the encoder in '{folder.name}' is missing: install Shoal again")
    return Cascade(Lexicon.load(folder), NgramModel.load(folder), form, Encoder(folder))
