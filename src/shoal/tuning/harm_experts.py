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

from shoal.trust.monitoring.cascade import SIGNS, Blend, mixed, signs
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
CLOSER = (*EXPERTS[:-1], *(f"encoder_{name}" for name in EXPERTS), STYLE)
"""What the closer blend mixes: the same with the encoder, which has the experts' outputs, style included."""
PROSE_FREEDOM, GENERAL_FREEDOM, STYLE_FREEDOM = 100.0, 30.0, 30.0
BLEND_FREEDOM = 1.0
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


def inputs_of(output: str, names: Sequence[str] = EXPERTS) -> NDArray[np.int64]:
    """The columns of `mixed` that an output's blend reads: its own experts and terms, any harm, and the style."""
    wanted = [f"prose_{output}", f"prose_{UNSAFE}"]
    if output not in PROSE_ALONE:
        wanted += [f"general_{output}", f"general_{UNSAFE}"]
    wanted += [*(f"encoder_{name}" for name in wanted), f"encoder_{STYLE}"]
    experts = [names.index(name) for name in dict.fromkeys(wanted) if name in names]
    levels = SIGNS // len(CATEGORIES)
    own = CATEGORIES.index(output) if output in CATEGORIES else None
    terms = range(SIGNS) if own is None else range(own * levels, (own + 1) * levels)
    again = len(names) + SIGNS
    return np.array(
        [
            *experts,
            names.index(STYLE),
            *(len(names) + at for at in terms),
            *(again + at for at in experts),
        ],
        np.int64,
    )


def fit_blend(
    experts: Floats, found: Floats, labels: NDArray[np.int8], weight: Floats, names: Sequence[str] = EXPERTS
) -> Blend:
    """A logistic regression for each output over the texts whose label is known; `experts` (N, len(names))."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    both = mixed(experts, found)
    weights = np.zeros((both.shape[1], len(OUTPUTS)), np.float32)
    bias = np.zeros(len(OUTPUTS), np.float32)
    for at, output in enumerate(OUTPUTS):
        known, columns = labels[:, at] >= 0, inputs_of(output, names)
        if len(np.unique(labels[known, at])) < 2:  # a source left out may be the only one of an output
            bias[at] = NEVER
            continue
        model = LogisticRegression(C=BLEND_FREEDOM, max_iter=2000)
        model.fit(both[known][:, columns], labels[known, at], sample_weight=weight[known])
        weights[columns, at], bias[at] = model.coef_[0], model.intercept_[0]
    return Blend(weights, bias)


def as_fitted(weights: Weights) -> list[Fitted]:
    """The experts one by one, as the trainer of n-gram models saves them."""
    return [Fitted(weights.rows[:, at].astype(np.float64), float(weights.bias[at])) for at in range(len(weights.bias))]
