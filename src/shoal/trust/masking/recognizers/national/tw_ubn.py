"""Taiwan: unified business number, 8 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)


def is_ubn(digits: str) -> bool:
    """The digits of the products sum to a multiple of 5, a seventh digit 7 counting 0 or 1; one in five passes."""
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(digits, WEIGHTS, strict=True))
    return not all_same(digits) and (total % 5 == 0 or (digits[6] == "7" and (total + 1) % 5 == 0))


PATTERNS = Patterns(
    name="tw_ubn",
    type="TW_UBN",
    country="tw",
    source="財政部, check rule of April 2023 (modulo 5)",
    forms=("99999999",),
    check=is_ubn,
    score=0.3,
    context=("統一編號", "統編", "unified business number", "ubn", "taiwan tax id"),
)
