"""Labels for tests of routing: asks about two kinds of things, of which the small model knows one."""

from __future__ import annotations

import numpy as np

from shoal.routing.labels import Labels

EASY = ("opening hours of the shop", "price of the blue lamp", "return policy for shoes", "delivery time to Bern")
HARD = (
    "proof that the series converges",
    "derive the adjoint operator",
    "bound the spectral gap",
    "solve the integral",
)
MODELS = ("small", "large")


def labels(count: int = 400, seed: int = 0, *, noise: float = 0.1) -> Labels:
    """The small model is right on easy asks, the large one on nearly all."""
    generator = np.random.default_rng(seed)
    asks, scores, groups = [], [], []
    for at in range(count):
        easy = bool(generator.random() < 0.5)
        words = generator.choice(EASY if easy else HARD)
        asks.append(f"Please tell me about the {words}, case {at % 37}.")
        small = (generator.random() > noise) if easy else (generator.random() < noise)
        scores.append((float(small), float(generator.random() > noise / 2)))
        groups.append({"tag": "topic=shop" if easy else "topic=maths"})
    tokens = np.tile([40.0, 90.0], (count, 1))
    return Labels(MODELS, asks, np.array(scores), tokens, groups)


def checked(count: int = 400, seed: int = 0) -> Labels:
    """The same, and about a third of the hard asks too are answered by the small model, which nobody can see before
    but its confidence tells: above a half where it is right, in nineteen of twenty."""
    plain, generator = labels(count, seed), np.random.default_rng(seed + 1)
    hard = np.array([group["tag"] == "topic=maths" for group in plain.groups])
    scores = plain.scores.copy()
    scores[hard, 0] = np.maximum(scores[hard, 0], generator.random(int(hard.sum())) < 0.33)
    honest = generator.random(count) < 0.95
    sure = (scores[:, 0] == 1) == honest
    confidence = np.where(sure, 0.5 + generator.random(count) / 2, generator.random(count) / 2)
    return Labels(MODELS, plain.asks, scores, plain.tokens, [{}] * count, {("small", "confidence"): confidence})


def of_teams(count: int, seed: int) -> Labels:
    """Asks of two teams, which their words do not tell and their tags do: the small model fails at 1 % of those of one,
    and 30 % of those of the other. Sent to it whole, 9.7 % are lost."""
    generator = np.random.default_rng(seed)
    other = generator.random(count) < 0.3
    fails = generator.random(count) < np.where(other, 0.3, 0.01)
    asks = [f"Please tell me about the {generator.choice(EASY)}, case {at % 37}." for at in range(count)]
    scores = np.stack([~fails, np.ones(count)], axis=1).astype(float)
    groups = [{"tag": "team=b" if each else "team=a"} for each in other]
    return Labels(MODELS, asks, scores, np.full((count, 2), 50.0), groups)
