"""Colombia: cédula de ciudadanía or extranjería or NUIP, 6 to 10 digits, no check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

FIRST_OF_TEN = "1"


def is_cedula(digits: str) -> bool:
    """Numbers of ten digits begin with 1 (NUIP, since 2000); nine digits were not issued."""
    return digits[0] != "0" and not all_same(digits) and (len(digits) < 10 or digits[0] == FIRST_OF_TEN)


SOURCE = "Registraduría Nacional del Estado Civil, Ley 39 de 1961"

PATTERNS = (
    Patterns(
        name="co_cedula",
        type="CO_CEDULA",
        country="co",
        source=SOURCE,
        forms=("9.999.999.999", "99.999.999", "9.999.999", "9999999999", "99999999", "9999999", "999999"),
        check=is_cedula,
        score=0.1,
        context_score=0.8,
        context=(
            "cédula",
            "cédula de ciudadanía",
            "cédula de extranjería",
            "tarjeta de identidad",
            "nuip",
            "c.c.",
            "documento de identidad",
        ),
    ),
    Patterns(
        name="co_cedula_after_cc",
        type="CO_CEDULA",
        country="co",
        source=SOURCE,
        regexes=(r"\bC\.?[CE]\.?(?: No\.?| #|:)? ?(?P<value>(?:[0-9]{1,3}(?:\.[0-9]{3}){2,3}|[0-9]{6,10}))\b",),
        check=is_cedula,
        score=0.6,
    ),
)
