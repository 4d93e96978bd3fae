"""Israel: identity number (teudat zehut), 9 digits, at times written without leading zeros."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.patterns import Patterns, anything

HEBREW = (
    "תעודת זהות",
    "תעודת הזהות",
    "מספר זהות",
    "מספר הזהות",
    "ת.ז",
    "ת.ז.",
    "ת״ז",
    'ת"ז',
    "teudat zehut",
    "mispar zehut",
    "israeli id",
)


def is_teudat_zehut(digits: str) -> bool:
    """Luhn over nine digits; one number in ten passes by chance."""
    return luhn(digits.zfill(9)) and not all_same(digits)


CHECKED = Patterns(
    name="il_id",
    type="IL_ID",
    country="il",
    source="Population Registry Law, 5725-1965; Population and Immigration Authority",
    forms=("999999999", "99999999-9", "9-9999999-9", "9 9999999 9", "99999999"),
    check=is_teudat_zehut,
    score=0.3,
    context=(
        *HEBREW,
        "תז",
        "מס' זהות",
        "id number",
        "identity number",
    ),
)

PATTERNS = (
    CHECKED,
    replace(
        CHECKED,
        name="il_id_unchecked",
        forms=("999999999", "99999999-9"),
        check=anything,
        score=0.1,
        context=HEBREW,
        context_score=0.7,
    ),
)
