"""The rule by which a cited sentence counts as right; it knows no model."""

from __future__ import annotations

from collections.abc import Iterable

from shoal.models.specialists.sentences import plain

FEWEST_WORDS = 8
LEAST_SHARE = 0.8


def right(cited: str, accepted: Iterable[str]) -> bool:
    """Whether the cited text and an accepted one are the same words, or one is an unbroken run of words of the other
    and has at least FEWEST_WORDS words or LEAST_SHARE of the other's."""
    said = plain(cited)
    return any(_same(said, plain(each)) for each in accepted)


def _same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    words = len(short.split())
    return f" {short} " in f" {long} " and (words >= FEWEST_WORDS or words >= LEAST_SHARE * len(long.split()))
