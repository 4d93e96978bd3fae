"""ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004), F1 over lower-case words without stemming; it knows no summariser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[a-z0-9]+")


def tokens(text: str) -> list[str]:
    """The words that count."""
    return _WORD.findall(text.lower())


def rouge_n(said: str, wanted: str, n: int) -> float:
    """F1 of n-grams, each counted at most as often as in the other text."""
    one, other = _grams(tokens(said), n), _grams(tokens(wanted), n)
    return _f1(sum((one & other).values()), sum(one.values()), sum(other.values()))


def rouge_l(said: str, wanted: str) -> float:
    """F1 of the longest common subsequence of words."""
    one, other = tokens(said), tokens(wanted)
    return _f1(_longest(one, other), len(one), len(other))


def _grams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[at : at + n]) for at in range(len(words) - n + 1))


def _longest(one: Sequence[str], other: Sequence[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for at, each in enumerate(other, 1):
            before, row[at] = row[at], before + 1 if word == each else max(row[at], row[at - 1])
    return row[-1]


def _f1(met: int, said: int, wanted: int) -> float:
    return 2 * met / (said + wanted) if said and wanted else 0.0
