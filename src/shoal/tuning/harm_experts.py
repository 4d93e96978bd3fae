"""The linear experts of the harm cascade, and the blend of them with the lexicon; it reads no files.

Two experts, since prose that moderators judged and everything else obey different labels, and one model for both is
worse on each: `prose` learns from the moderation set alone, `general` from all other sources. A third tells the one's
texts from the other's by their style, so that the blend knows whom to trust. All lie in one matrix, so that a text's
features are read once. The blend is a logistic regression per output on scores of texts that the
experts had not seen, so that its result is calibrated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.trust.monitoring.cascade import SIGNS, Blend, Closer, mixed, signs
from shoal.trust.monitoring.categories import CATEGORIES, OUTPUTS, UNSAFE
from shoal.tuning.harm_data import MADLIBS
from shoal.tuning.harm_linear import Weights, fit
from shoal.tuning.harm_set import BENIGN, MODERATION, Corpus
from shoal.tuning.ngrams import Fitted, matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    from shoal.trust.monitoring.lexicon import Lexicon

    Floats = NDArray[np.float32]

PROSE = ("hate", "identity_attack", "violence", "sexual", "self_harm", UNSAFE)
"""The outputs of which the moderation set has labels."""
PROSE_ALONE = frozenset({"self_harm"})
"""Outputs of which the other sources have next to no harmful text: their expert for it is not asked."""
STYLE = "style"
EXPERTS = (*(f"prose_{name}" for name in PROSE), *(f"general_{name}" for name in OUTPUTS), STYLE)
PROSE_FREEDOM, GENERAL_FREEDOM, STYLE_FREEDOM = 100.0, 30.0, 30.0
BLEND_FREEDOM, UNSAFE_FREEDOM = 1.0, 0.2
"""`unsafe` may read everything: chosen by the cross-entropy over all sources of texts unseen."""
SPREAD = 3.0
"""Log-odds of experts are so many times as large as signs of the lexicon."""
CLOSER_FREEDOM, CLOSER_FIRST, CLOSER_SPREAD = 0.01, 10.0, 4.0
"""The closer look mends the first stage's log-odds, which are next to free, by a little of what the encoder says."""
NEVER = -10.0
"""Log-odds of what no text was labelled for."""
BIAS_WEIGHT = 0.2
"""How much a sentence against bias counts for the prose expert."""
MODERATION_SHARE, BENIGN_SHARE = 0.6, 0.2
"""Shares of the blend's weight; the rest is divided among the other sources by their size."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A corpus with what both stages read of it: `features` (N, ROWS), `signs` (N, SIGNS)."""

    corpus: Corpus
    features: csr_matrix = field(repr=False)
    signs: Floats = field(repr=False)


def prepare(corpus: Corpus, lexicon: Lexicon) -> Prepared:
    """Features of all texts."""
    return Prepared(corpus, matrix(corpus.texts), signs(lexicon, corpus.texts))


def fit_experts(prepared: Prepared, chosen: NDArray[np.bool_]) -> Weights:
    """All experts, (ROWS, len(EXPERTS)), from the texts where `chosen` (N,) holds."""
    labels, sources = prepared.corpus.labels, prepared.corpus.sources
    moderated, against_bias = sources == MODERATION, sources == MADLIBS
    style = moderated.astype(np.int8)[:, None]
    prose = labels[:, [OUTPUTS.index(name) for name in PROSE]]
    weight = np.where(against_bias, BIAS_WEIGHT, 1).astype(np.float32)
    parts = []
    for rows, taught, counts, freedom in (
        (moderated | against_bias, prose, weight, PROSE_FREEDOM),
        (~moderated, labels, np.ones_like(weight), GENERAL_FREEDOM),
        (np.ones(len(style), bool), style, np.where(moderated, 3, 1).astype(np.float32), STYLE_FREEDOM),
    ):
        seen = rows & chosen
        parts.append(fit(prepared.features[seen], taught[seen], counts[seen], freedom))
    return Weights(np.concatenate([part.rows for part in parts], axis=1), np.concatenate([part.bias for part in parts]))


def cross_scores(prepared: Prepared) -> Floats:
    """(N, len(EXPERTS)) scores of every text by experts that had not seen its fold."""
    fold = prepared.corpus.fold
    found = np.zeros((len(fold), len(EXPERTS)), np.float32)
    for number in np.unique(fold):
        held = fold == number
        found[held] = fit_experts(prepared, ~held).scores(prepared.features[held])
    return found


def weights_of(corpus: Corpus) -> Floats:
    """(N,) how much each text counts in the blend; the mean is 1."""
    sources = corpus.sources
    kind = np.where(sources == MODERATION, 0, np.where(np.isin(sources, list(BENIGN)), 1, 2))
    shares = np.array([MODERATION_SHARE, BENIGN_SHARE, 1 - MODERATION_SHARE - BENIGN_SHARE])
    counts = np.bincount(kind, minlength=3)
    return np.asarray((shares / np.maximum(counts, 1))[kind] * len(kind), np.float32)


def inputs_of(output: str) -> NDArray[np.int64]:
    """The columns of `mixed` that an output's blend reads: its own experts and terms, any harm, and the style; all of
    them for UNSAFE."""
    again = len(EXPERTS) + SIGNS
    if output == UNSAFE:
        return np.arange(again + len(EXPERTS) - 1 + SIGNS)
    experts = experts_of(output)
    levels = SIGNS // len(CATEGORIES)
    own = CATEGORIES.index(output)
    terms = range(own * levels, (own + 1) * levels)
    return np.array(
        [
            *experts,
            EXPERTS.index(STYLE),
            *(len(EXPERTS) + at for at in terms),
            *(again + at for at in experts),
        ],
        np.int64,
    )


def experts_of(output: str) -> list[int]:
    """The places of the experts of an output, and of those of any harm."""
    names = [f"prose_{output}", f"prose_{UNSAFE}"]
    if output not in PROSE_ALONE:
        names += [f"general_{output}", f"general_{UNSAFE}"]
    return [EXPERTS.index(name) for name in dict.fromkeys(names) if name in EXPERTS]


def fit_blend(experts: Floats, found: Floats, labels: NDArray[np.int8], weight: Floats) -> Blend:
    """A logistic regression for each output over the texts whose label is known."""
    both = mixed(experts, found)
    spread = np.ones(both.shape[1], np.float32)
    spread[[*range(len(EXPERTS)), *range(len(EXPERTS) + SIGNS, both.shape[1] - SIGNS)]] = SPREAD
    spread[EXPERTS.index(STYLE)] = 1
    weights = np.zeros((both.shape[1], len(OUTPUTS)), np.float32)
    bias = np.zeros(len(OUTPUTS), np.float32)
    for at, output in enumerate(OUTPUTS):
        columns = inputs_of(output)
        scale = spread[columns] if output == UNSAFE else np.ones(len(columns), np.float32)
        freedom = UNSAFE_FREEDOM if output == UNSAFE else BLEND_FREEDOM
        weights[columns, at], bias[at] = _fitted(both[:, columns] / scale, labels[:, at], weight, freedom)
        weights[columns, at] /= scale
    return Blend(weights, bias)


def fit_closer(first: Floats, looked: Floats, labels: NDArray[np.int8], weight: Floats) -> Closer:
    """A logistic regression for each output over its own log-odds (N, len(OUTPUTS)) and the encoder's (N,
    len(EXPERTS)), held back towards the former."""
    weights = np.zeros((len(OUTPUTS) + len(EXPERTS), len(OUTPUTS)), np.float32)
    bias = np.zeros(len(OUTPUTS), np.float32)
    for at, output in enumerate(OUTPUTS):
        own = experts_of(output)
        read = np.concatenate([first[:, [at]] * CLOSER_FIRST, looked[:, own] / CLOSER_SPREAD], axis=1)
        found, bias[at] = _fitted(read, labels[:, at], weight, CLOSER_FREEDOM)
        weights[at, at] = found[0] * CLOSER_FIRST
        weights[[len(OUTPUTS) + place for place in own], at] = found[1:] / CLOSER_SPREAD
    return Closer(weights, bias)


def as_it_was(closer: Closer, outputs: Sequence[str]) -> Closer:
    """The same, which leaves the log-odds of these outputs alone."""
    weights, bias = closer.weights.copy(), closer.bias.copy()
    for at in map(OUTPUTS.index, outputs):
        weights[:, at], bias[at] = 0, 0
        weights[at, at] = 1
    return Closer(weights, bias)


def _fitted(read: Floats, labels: NDArray[np.int8], weight: Floats, freedom: float) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    known = labels >= 0
    if len(np.unique(labels[known])) < 2:  # a source left out may be the only one of an output
        return np.zeros(read.shape[1], np.float32), NEVER
    model = LogisticRegression(C=freedom, max_iter=3000)
    model.fit(read[known], labels[known], sample_weight=weight[known])
    return np.asarray(model.coef_[0], np.float32), float(model.intercept_[0])


def as_fitted(weights: Weights) -> list[Fitted]:
    """The experts one by one, as the trainer of n-gram models saves them."""
    return [Fitted(weights.rows[:, at].astype(np.float64), float(weights.bias[at])) for at in range(len(weights.bias))]
