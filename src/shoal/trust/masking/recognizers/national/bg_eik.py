"""Bulgaria: EIK (BULSTAT) of a firm, 9 digits, 13 for a branch."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

FIRST, SECOND = tuple(range(1, 9)), tuple(range(3, 11))
BRANCH_FIRST, BRANCH_SECOND = (2, 7, 3, 5), (4, 9, 5, 7)


def _twice(digits: str, first: tuple[int, ...], second: tuple[int, ...]) -> int:
    """The weighted sum modulo 11; where that is 10, by the other weights, and 10 again is 0."""
    rest = weighted(digits, first, 11)
    return rest if rest < 10 else weighted(digits, second, 11) % 10


def is_eik(digits: str) -> bool:
    """One number in ten passes by chance, of the long ones one in a hundred."""
    if int(digits[:9]) == 0 or _twice(digits[:8], FIRST, SECOND) != int(digits[8]):
        return False
    return len(digits) == 9 or _twice(digits[8:12], BRANCH_FIRST, BRANCH_SECOND) == int(digits[12])


PATTERNS = Patterns(
    name="bg_eik",
    type="BG_EIK",
    country="bg",
    source="Закон за регистър БУЛСТАТ; Закон за търговския регистър, чл. 23",
    forms=("999999999", "9999999999999"),
    check=is_eik,
    score=0.3,
    context=("еик", "булстат", "eik", "bulstat", "идентификационен код"),
)
