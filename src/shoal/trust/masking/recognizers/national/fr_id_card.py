"""France: carte nationale d'identité, 12 digits (until 2021) or 9 consonants and digits; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

LEAST_DIGITS = 2


def is_card(value: str) -> bool:
    """Old: a year, a month 01-12 and more; new: at least two digits among the nine."""
    if value.isdigit():
        return not all_same(value) and 1 <= int(value[2:4]) <= 12
    return sum(map(str.isdigit, value)) >= LEAST_DIGITS


PATTERNS = Patterns(
    name="fr_id_card",
    type="FR_ID_CARD",
    country="fr",
    source="Décret 55-1397; https://www.consilium.europa.eu/prado/en/FRA-BO-03001/index.html",
    forms=spread("9999 9999 9999"),
    regexes=(r"(?i)\b[B-DF-HJ-NP-TV-Z][0-9B-DF-HJ-NP-TV-Z]{8}\b",),
    check=is_card,
    score=0.3,
    context=("carte d'identité", "carte nationale d'identité", "cni", "pièce d'identité", "identity card", "id card"),
)
