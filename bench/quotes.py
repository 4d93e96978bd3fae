"""The rule by which a cited sentence counts as right; it knows no model."""

from __future__ import annotations

from collections.abc import Iterable

from shoal.models.specialists.sentences import plain

FEWEST_WORDS = 8
LEAST_SHARE = 0.8


def right(cited: str, accepted: Iterable[str]) -> bool:
    """Whether the cited text equals or contains an accepted one, or lies within it with at least FEWEST_WORDS words or
    LEAST_SHARE of its words."""
    said = plain(cited)
    return any(_same(said, plain(each)) for each in accepted)


def _same(said: str, wanted: str) -> bool:
    if wanted in said:
        return True
    words = len(said.split())
    return said in wanted and (words >= FEWEST_WORDS or words >= LEAST_SHARE * len(wanted.split()))
