"""Nigeria: Bank Verification Number, 11 digits from 22; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_bvn(digits: str) -> bool:
    """Begins with 22; one number in a hundred passes by chance."""
    return digits.startswith("22")


PATTERNS = Patterns(
    name="ng_bvn",
    type="NG_BVN",
    country="ng",
    source="Central Bank of Nigeria, Regulatory Framework for BVN Operations, 2021",
    forms=("99999999999",),
    check=is_bvn,
    score=0.3,
    context=("bvn", "b.v.n.", "bank verification number"),
)
