"""Netherlands: burgerservicenummer, 9 digits (8 where the first is 0)."""

from __future__ import annotations

from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def is_bsn(digits: str) -> bool:
    """The eleven test: the weighted sum is a multiple of 11; one number in eleven passes by chance."""
    padded = digits.zfill(len(WEIGHTS))
    return int(padded) > 0 and sum(w * int(d) for w, d in zip(WEIGHTS, padded, strict=True)) % 11 == 0


PATTERNS = Patterns(
    name="nl_bsn",
    type="NL_BSN",
    country="nl",
    source="Besluit burgerservicenummer, art. 3; https://www.rvig.nl/burgerservicenummer",
    forms=(*spread("9999 99 999", " .-"), *spread("999 999 999", " ."), "99999999"),
    check=is_bsn,
    score=0.3,
    context=(
        "bsn",
        "burgerservicenummer",
        "sofinummer",
        "sofi-nummer",
        "burger service nummer",
        "citizen service number",
    ),
)
