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
