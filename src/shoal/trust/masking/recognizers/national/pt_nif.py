"""Portugal: número de identificação fiscal, 9 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

FIRST = frozenset("1235689")
FIRST_TWO = frozenset(("45", "70", "71", "72", "74", "75", "77", "78", "79", "98", "99", "90", "91"))


def is_nif(digits: str) -> bool:
    """11 less the weighted sum modulo 11, 0 for 10 and 11; one number in 15 passes by chance."""
    if not (digits[0] in FIRST or digits[:2] in FIRST_TWO) or all_same(digits):
        return False
    rest = weighted(digits[:8], range(9, 1, -1), 11)
    return int(digits[8]) == (0 if rest < 2 else 11 - rest)


PATTERNS = Patterns(
    name="pt_nif",
    type="PT_NIF",
    country="pt",
    source="Decreto-Lei 14/2013; https://info.portaldasfinancas.gov.pt (NIF)",
    forms=spread("999 999 999", " .-"),
    check=is_nif,
    score=0.3,
    context=(
        "nif",
        "n.i.f",
        "contribuinte",
        "nipc",
        "identificação fiscal",
        "número fiscal",
        "nº fiscal",
        "tax number",
        "taxpayer number",
        "fiscal number",
    ),
)
