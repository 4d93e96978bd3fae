"""Serial numbers of SIM cards, 19 or 20 digits that begin with 89."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.patterns import Patterns

_LENGTH = 20


def is_iccid(digits: str) -> bool:
    """Begins with 89 (telecommunications); Luhn, of 20 digits perhaps over 19; one number in 1,000 passes."""
    return digits.startswith("89") and (luhn(digits) or (len(digits) == _LENGTH and luhn(digits[:-1])))


PATTERNS = Patterns(
    name="iccid",
    type="ICCID",
    source="ITU-T E.118; ISO/IEC 7812-1",
    forms=("9" * 19, "9" * 20, "9999 9999 9999 9999 999", "9999 9999 9999 9999 9999", "99999 99999 99999 99999"),
    check=is_iccid,
    score=0.75,
    context=("iccid", "sim", "sim card", "esim", "sim number", "eid"),
    context_score=0.95,
)
