"""Germany: Personalausweis, nine consonants and digits, often with a check digit; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

WEIGHTS = (7, 3, 1)
LEAST_DIGITS = 3


def document_check(text: str) -> int:
    """The check digit of machine-readable documents: weights 7, 3, 1, letters from A = 10, modulo 10 (ICAO 9303-3)."""
    return sum(WEIGHTS[at % 3] * int(char, 36) for at, char in enumerate(text)) % 10


def is_document(value: str) -> bool:
    """At least three digits; where a tenth character stands, it is the check digit of the nine."""
    if sum(map(str.isdigit, value[:9])) < LEAST_DIGITS:
        return False
    return len(value) == 9 or document_check(value[:9]) == int(value[9])


PATTERNS = Patterns(
    name="de_id_card",
    type="DE_ID_CARD",
    country="de",
    source="Personalausweisverordnung, Anhang; ICAO Doc 9303-3 §4.9",
    regexes=(r"(?i)\b[LMNPRTVWXY][0-9CFGHJKLMNPRTVWXYZ]{8}[0-9]?(?:D\b|\b)",),
    check=lambda value: is_document(value.removesuffix("D")),
    score=0.3,
    context=(
        "personalausweis",
        "personalausweisnummer",
        "ausweisnummer",
        "ausweis",
        "ausweis-nr",
        "perso",
        "identity card",
        "id card",
    ),
)
