"""India: passport number, a letter and 7 digits; context only."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="in_passport",
    type="IN_PASSPORT",
    country="in",
    source="Ministry of External Affairs, Passport Seva; ICAO Doc 9303 part 4",
    regexes=(r"(?i)\b[A-PR-WY][1-9]\d ?\d{4}[1-9]\b",),
    score=0.2,
    context=("passport", "passport number", "passport no", "travel document", "पासपोर्ट"),
    context_score=0.8,
)
