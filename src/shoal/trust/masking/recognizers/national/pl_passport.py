"""Poland: passport, two letters and seven digits of which the first checks the rest."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

WEIGHTS = (7, 3, 9, 1, 7, 3, 1, 7, 3)


def is_passport(value: str) -> bool:
    """The weighted sum, letters from A = 10, is a multiple of 10; one value in ten passes by chance."""
    return sum(weight * int(char, 36) for weight, char in zip(WEIGHTS, value, strict=True)) % 10 == 0


PATTERNS = Patterns(
    name="pl_passport",
    type="PL_PASSPORT",
    country="pl",
    source="Ustawa o dokumentach paszportowych z 27 stycznia 2022",
    forms=("AA9999999", "AA 9999999"),
    check=is_passport,
    score=0.4,
    context=("paszport", "paszportu", "paszportem", "paszportowy", "passport"),
)
