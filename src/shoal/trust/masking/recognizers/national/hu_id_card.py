"""Hungary: személyi igazolvány (six digits and two letters) and passport; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="hu_id_card",
    type="HU_ID_CARD",
    country="hu",
    source="414/2015. (XII. 23.) Korm. rendelet",
    forms=("999999AA", "999999 AA", "AA999999", "AA 999999", "AA9999999"),
    score=0.3,
    context=(
        "személyi igazolvány",
        "személyi igazolványszám",
        "személyigazolvány",
        "személyi ig",
        "szig. szám",
        "szig",
        "útlevél",
        "útlevélszám",
    ),
)
