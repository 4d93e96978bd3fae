"""The threshold of a classifier, as its card says it; it loads no weights."""

from __future__ import annotations

from pathlib import Path

from shoal.errors import WeightsError
from shoal.models.specialists.cards import load_card


def read_threshold(folder: Path) -> float:
    """The card's `threshold`, 0..1. Raises WeightsError where the card has none."""
    held = load_card(folder).facts.get("threshold")
    if isinstance(held, float) and 0 <= held <= 1:
        return held
    raise WeightsError(f"the card of '{folder.name}' has no threshold: install Shoal again")
