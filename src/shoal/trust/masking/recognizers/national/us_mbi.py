"""United States: Medicare beneficiary identifier, 11 characters."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_LETTER, _EITHER = "[AC-HJKMNP-RT-Y]", "[0-9AC-HJKMNP-RT-Y]"

PATTERNS = Patterns(
    name="us_mbi",
    type="US_MBI",
    country="us",
    source="Centers for Medicare & Medicaid Services, Understanding the MBI format",
    regexes=(rf"(?i)\b[1-9]{_LETTER}{_EITHER}\d[- ]?{_LETTER}{_EITHER}\d[- ]?{_LETTER}{_LETTER}\d\d\b",),
    score=0.8,
    context=("mbi", "medicare", "medicare number", "beneficiary", "medicare id", "hicn"),
    context_score=1.0,
)
