"""United Kingdom: unique taxpayer reference, 10 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (6, 7, 8, 9, 10, 5, 4, 3, 2)
CHECKS = "21987654321"


def is_utr(digits: str) -> bool:
    """The first digit follows from the weighted sum of the others modulo 11; one number in ten passes by chance."""
    return CHECKS[weighted(digits[1:], WEIGHTS, 11)] == digits[0]


PATTERNS = Patterns(
    name="gb_utr",
    type="GB_UTR",
    country="gb",
    source="HM Revenue & Customs, specification for validating unique taxpayer references (modulus 11)",
    forms=("9999999999", "99999 99999", "999 999 9999"),
    check=is_utr,
    score=0.3,
    context=("utr", "unique taxpayer", "taxpayer reference", "tax reference", "self assessment", "hmrc"),
)
