"""Romania: carte de identitate (two letters and six digits) and passport; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="ro_id_card",
    type="RO_ID_CARD",
    country="ro",
    source="Ordonanța de urgență 97/2005; https://www.consilium.europa.eu/prado/en/ROU-BO-02001/index.html",
    forms=("AA999999", "AA 999999", "AA-999999"),
    regexes=(r"\b(?P<value>[A-Za-z]{2} ?(?i:nr)\.? ?[0-9]{6})\b",),
    score=0.3,
    context=(
        "carte de identitate",
        "cartea de identitate",
        "buletin",
        "act de identitate",
        "seria",
        "c.i",
        "ci seria",
        "pașaport",
    ),
)
