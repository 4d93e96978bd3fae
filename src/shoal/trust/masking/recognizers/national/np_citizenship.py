"""Nepal: certificate of citizenship, national identity number and PAN; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

SOURCE = "Citizenship Act 2063; National Identity Card and Registration Act 2076; Income Tax Act 2058"

PATTERNS = (
    Patterns(
        name="np_citizenship",
        type="NP_CITIZENSHIP",
        country="np",
        source=SOURCE,
        forms=("99-99-99-99999", "99-99-99-999999", "99/99/99/99999", "999-999-999-9", "9999999999"),
        score=0.1,
        context_score=0.8,
        context=(
            "नागरिकता",
            "नागरिकता नं",
            "राष्ट्रिय परिचयपत्र",
            "citizenship",
            "citizenship no",
            "citizenship number",
            "nepal id",
        ),
    ),
    Patterns(
        name="np_pan",
        type="NP_PAN",
        country="np",
        source=SOURCE,
        forms=("999999999",),
        score=0.1,
        context_score=0.8,
        context=("स्थायी लेखा नम्बर", "पान नं", "pan no", "pan number", "permanent account number"),
    ),
)
