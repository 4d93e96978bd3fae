"""France: passport, two digits, two letters and five digits; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="fr_passport",
    type="FR_PASSPORT",
    country="fr",
    source="https://www.consilium.europa.eu/prado/en/FRA-AO-04001/index.html",
    forms=("99AA99999", "99 AA 99999"),
    score=0.3,
    context=("passeport", "passeports", "passport", "passport number", "numéro de passeport"),
)
