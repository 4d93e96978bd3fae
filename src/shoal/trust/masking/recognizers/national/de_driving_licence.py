"""Germany: Führerschein, eleven characters: authority, serial, check and copy; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="de_driving_licence",
    type="DE_DRIVING_LICENCE",
    country="de",
    source="Fahrerlaubnis-Verordnung, Anlage 8",
    regexes=(r"(?i)\b[A-Z][0-9]{2}[A-Z0-9]{6}[0-9X][A-Z0-9]\b",),
    score=0.3,
    context=(
        "führerschein",
        "führerscheinnummer",
        "fuehrerschein",
        "fahrerlaubnis",
        "driving licence",
        "driver license",
    ),
)
