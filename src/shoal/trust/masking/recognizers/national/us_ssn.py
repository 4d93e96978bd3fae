"""United States: social security number, 9 digits."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_WORDS = (
    "ssn",
    "ssn#",
    "ssns",
    "social security",
    "social security number",
    "soc sec",
    "social",
    "ss#",
    "ss number",
    "ssa",
)
_SOURCE = "Social Security Administration, POMS RM 10201.035 (numbers never assigned)"


def is_ssn(digits: str) -> bool:
    """Area not 000, 666 or 900-999, group not 00, serial not 0000; nine random digits in ten pass."""
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


PATTERNS = (
    Patterns(
        name="us_ssn",
        type="US_SSN",
        country="us",
        source=_SOURCE,
        forms=("999-99-9999",),
        check=is_ssn,
        score=0.85,
        context=_WORDS,
        context_score=1.0,
    ),
    Patterns(
        name="us_ssn_other",
        type="US_SSN",
        country="us",
        source=_SOURCE,
        forms=("999 99 9999", "999.99.9999"),
        check=is_ssn,
        score=0.5,
        context=_WORDS,
    ),
    Patterns(
        name="us_ssn_plain",
        type="US_SSN",
        country="us",
        source=_SOURCE,
        forms=("999999999",),
        check=is_ssn,
        score=0.2,
        context=_WORDS,
    ),
)
