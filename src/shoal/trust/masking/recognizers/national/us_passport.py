"""United States: passport number, 9 digits or a letter and 8 digits; context only."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="us_passport",
    type="US_PASSPORT",
    country="us",
    source="Department of State, Next Generation Passport: one letter and eight digits; before it nine digits",
    forms=("999999999", "A99999999"),
    check=lambda number: not all_same(number[1:]),
    score=0.1,
    context=("passport", "passport number", "passport no", "passport#", "us passport", "travel document"),
    context_score=0.8,
)
