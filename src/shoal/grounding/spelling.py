"""Spelling: the known word that a misspelt one most likely stands for. It knows no language, only letters."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST_STEM = 4
LONGEST_SUFFIX = 4  # letters that stemming may have taken off the end of a known word


def nearest_stem(word: str, stems: Iterable[str]) -> str | None:
    """The stem that `word` begins with but for one slip; None where there is none.

    Of several the one with fewer slips is taken, then the longest, then the first in the alphabet.
    """
    near = [
        (slips, -len(stem), stem)
        for stem in stems
        if len(stem) >= SHORTEST_STEM and -1 <= len(word) - len(stem) <= LONGEST_SUFFIX
        if (slips := slips_at_start(stem, word)) <= 1
    ]
    return min(near)[2] if near else None


def slips_at_start(stem: str, word: str) -> int:
    """The fewest slips by which `stem` becomes a beginning of `word`: a letter too many, too few, wrong, or two
    neighbours swapped (Damerau-Levenshtein distance, optimal string alignment, free end)."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for at, letter in enumerate(stem):
        fresh = [at + 1]
        for to, other in enumerate(word):
            slips = min(row[to + 1] + 1, fresh[to] + 1, row[to] + (letter != other))
            if at and to and letter == word[to - 1] and stem[at - 1] == other:
                slips = min(slips, before[to - 1] + 1)
            fresh.append(slips)
        before, row = row, fresh
    return min(row)
