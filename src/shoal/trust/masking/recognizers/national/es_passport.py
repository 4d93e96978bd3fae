"""Spain: passport, two or three letters and six digits; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="es_passport",
    type="ES_PASSPORT",
    country="es",
    source="Real Decreto 896/2003; https://www.consilium.europa.eu/prado/en/ESP-AO-05001/index.html",
    forms=("AAA999999", "AAA 999999", "AA999999", "A99999999"),
    score=0.3,
    context=("pasaporte", "pasaportes", "passport", "passaport"),
)
