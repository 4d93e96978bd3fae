"""Germany: Reisepass, nine consonants and digits, often with a check digit; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.recognizers.national.de_id_card import is_document

PATTERNS = Patterns(
    name="de_passport",
    type="DE_PASSPORT",
    country="de",
    source="Passverordnung, Anlage; ICAO Doc 9303-3 §4.9",
    regexes=(r"(?i)\b[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}[0-9]?(?:D\b|\b)",),
    check=lambda value: is_document(value.removesuffix("D")),
    score=0.3,
    context=("reisepass", "reisepassnummer", "pass-nr", "passnummer", "pass", "passport"),
)
