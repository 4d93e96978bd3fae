"""Germany: Steuernummer of a tax office, in the forms of the states; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_tax_number(digits: str) -> bool:
    """Not one digit repeated; the thirteen digits of the federal form have a 0 in the fifth place."""
    return not all_same(digits) and (len(digits) != 13 or digits[4] == "0")


PATTERNS = Patterns(
    name="de_tax_number",
    type="DE_TAX_NUMBER",
    country="de",
    source="ELSTER, Prüfung der Steuernummern; Bundesministerium der Finanzen",
    forms=(
        "99/999/99999",
        "999/999/99999",
        "999/9999/9999",
        "99 999 99999",
        "999 999 99999",
        "099 999 99999",
        "9999999999999",
        "99999999999",
        "9999999999",
    ),
    check=is_tax_number,
    score=0.3,
    context=("steuernummer", "steuer-nr", "steuernr", "st.-nr", "st-nr", "stnr", "finanzamt", "tax number"),
)
