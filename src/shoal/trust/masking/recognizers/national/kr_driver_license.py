"""South Korea: driving licence, region, year, number and check digits, 12 digits."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

REGIONS = frozenset((*range(11, 27), 28))


def is_license(digits: str) -> bool:
    """Region 11 to 26 or 28; its two check digits are not published; one in six passes by chance."""
    return int(digits[:2]) in REGIONS


PATTERNS = Patterns(
    name="kr_driver_license",
    type="KR_DRIVER_LICENSE",
    country="kr",
    source="도로교통법 시행규칙 (Enforcement rule of the Road Traffic Act), form 55",
    forms=("99-99-999999-99", "99 99 999999 99", "999999999999"),
    check=is_license,
    score=0.1,
    context_score=0.8,
    context=("운전면허", "운전면허번호", "운전면허증", "면허번호", "면허증", "driver's license", "driving licence"),
)
