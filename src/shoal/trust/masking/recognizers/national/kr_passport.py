"""South Korea: passport, a letter and 8 digits; since 2021 with a second letter in the fifth place."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_passport(value: str) -> bool:
    """M, S, R, O, D, P or G before the digits."""
    return value[0] in "MSRODPG"


PATTERNS = Patterns(
    name="kr_passport",
    type="KR_PASSPORT",
    country="kr",
    source="여권법 시행규칙 (Enforcement rule of the Passport Act); Ministry of Foreign Affairs",
    forms=("A99999999", "A999A9999"),
    check=is_passport,
    score=0.1,
    context_score=0.8,
    context=("여권", "여권번호", "korean passport", "passport"),
)
