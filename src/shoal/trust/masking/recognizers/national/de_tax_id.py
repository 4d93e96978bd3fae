"""Germany: steuerliche Identifikationsnummer, 11 digits."""

from __future__ import annotations

from collections import Counter

from shoal.trust.masking.checksums import iso7064_mod11_10
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns


def is_tax_id(digits: str) -> bool:
    """Of the first ten one digit occurs two or three times, never three in a row, the others once at most; then
    ISO 7064 MOD 11,10. One number in 300 passes by chance."""
    counts = sorted(Counter(digits[:10]).values())
    repeated = counts[-1] in (2, 3) and counts[-2] == 1
    threefold = any(digits[at : at + 3] == digits[at] * 3 for at in range(8))
    return digits[0] != "0" and repeated and not threefold and iso7064_mod11_10(digits)


PATTERNS = Patterns(
    name="de_tax_id",
    type="DE_TAX_ID",
    country="de",
    source="Abgabenordnung §139b; Bundeszentralamt für Steuern, Steueridentifikationsnummer",
    forms=(*spread("99 999 999 999", " -./"), "999 999 999 99", "99 999 999999"),
    check=is_tax_id,
    score=0.6,
    context=(
        "steuer-id",
        "steuerid",
        "steuer id",
        "steuer-idnr",
        "idnr",
        "steueridentifikationsnummer",
        "steuer-identifikationsnummer",
        "steuerliche identifikationsnummer",
        "identifikationsnummer",
        "tax id",
        "tin",
    ),
)
