"""Exploration: now and then another certified model answers, so that logs can tell what it would have been worth. It
knows names and chances; it weighs nothing.

The draw is a keyed hash of the exchange's id, so that the same exchange is always drawn the same way. The chance with
which the model that answers was chosen is recorded: without it no log can be read backwards (`estimates.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

KEY = b"shoal.routing.explore"


def drawn(exchange_id: str) -> float:
    """A number from 0 to 1 (1 excluded), the same for the same exchange."""
    digest = hashlib.blake2b(exchange_id.encode("utf-8", "surrogatepass"), digest_size=8, key=KEY).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def explored(chosen: str, others: Sequence[str], share: float, exchange_id: str) -> tuple[str, float]:
    """Who answers, and the chance that it would: one of `others` with chance `share`, each as likely as the next, else
    the chosen one. The others must be certified for the ask."""
    if not others or share <= 0:
        return chosen, 1.0
    place = drawn(exchange_id)
    if place >= share:
        return chosen, 1.0 - share
    return others[min(int(place / share * len(others)), len(others) - 1)], share / len(others)
