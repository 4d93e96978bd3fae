"""Canada: passport number, two letters and 6 digits (since 2023 a letter, 6 digits and two letters)."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="ca_passport",
    type="CA_PASSPORT",
    country="ca",
    source="Immigration, Refugees and Citizenship Canada; ICAO Doc 9303 part 4",
    forms=("AA999999", "A999999AA"),
    score=0.2,
    context=("passport", "passeport", "passport number", "travel document", "numéro de passeport"),
    context_score=0.8,
)
