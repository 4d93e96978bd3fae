"""France: permis de conduire, 12 digits or two digits, two letters and five digits; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_licence(value: str) -> bool:
    """Not one digit repeated."""
    return not all_same(value)


PATTERNS = Patterns(
    name="fr_driving_licence",
    type="FR_DRIVING_LICENCE",
    country="fr",
    source="https://www.consilium.europa.eu/prado/en/FRA-FO-05001/index.html",
    forms=("999999999999", "99AA99999"),
    check=is_licence,
    score=0.3,
    context=("permis de conduire", "permis", "driving licence", "driver's license", "driving license"),
)
