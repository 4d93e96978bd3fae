"""Australia: passport number, one or two letters and 7 digits; context only."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="au_passport",
    type="AU_PASSPORT",
    country="au",
    source="Australian Passport Office; ICAO Doc 9303 part 4",
    forms=("A9999999", "AA9999999"),
    score=0.2,
    context=("passport", "passport number", "passport no", "travel document"),
    context_score=0.8,
)
