"""Italy: passport, two letters and seven digits; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="it_passport",
    type="IT_PASSPORT",
    country="it",
    source="https://www.consilium.europa.eu/prado/en/ITA-AO-03001/index.html",
    forms=("AA9999999", "AA 9999999"),
    score=0.3,
    context=("passaporto", "passaporti", "passport", "passport number"),
)
