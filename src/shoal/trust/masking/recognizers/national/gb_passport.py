"""United Kingdom: passport number, 9 digits; context only."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="gb_passport",
    type="GB_PASSPORT",
    country="gb",
    source="HM Passport Office; ICAO Doc 9303 part 4",
    forms=("999999999", "999 999 999"),
    check=lambda digits: not all_same(digits),
    score=0.1,
    context=("uk passport", "british passport", "hm passport", "gb passport", "gbr"),
    context_score=0.85,
)
