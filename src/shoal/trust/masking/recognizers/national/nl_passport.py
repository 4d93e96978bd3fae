"""Netherlands: passport and identity card, two letters, six letters or digits and a digit, never an O; with context."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

LEAST_DIGITS = 2

PATTERNS = Patterns(
    name="nl_passport",
    type="NL_PASSPORT",
    country="nl",
    source="https://www.rvig.nl/paspoort-en-identiteitskaart (documentnummer)",
    regexes=(r"\b[A-NP-Za-np-z]{2}[A-NP-Za-np-z0-9]{6}[0-9]\b",),
    check=lambda value: sum(map(str.isdigit, value)) >= LEAST_DIGITS,
    score=0.3,
    context=(
        "paspoort",
        "paspoortnummer",
        "identiteitskaart",
        "id-kaart",
        "documentnummer",
        "reisdocument",
        "dutch passport",
        "passport",
    ),
)
