"""Colombia: Número de Identificación Tributaria, 9 or 10 digits and a check digit."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.patterns import Patterns, anything

WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43)
SOURCE = "DIAN, Orden Administrativa 4 de 1989; Decreto 1625 de 2016"
CONTEXT = ("nit", "n.i.t.", "rut", "número de identificación tributaria", "dian", "tax id")


def is_nit(digits: str) -> bool:
    """The check digit modulo 11 with primes as weights from the right; one number in ten passes by chance."""
    rest = sum(w * int(d) for w, d in zip(WEIGHTS, reversed(digits[:-1]), strict=False)) % 11
    return int(digits) > 9_999_999 and int(digits[-1]) == (rest if rest < 2 else 11 - rest)


CHECKED = Patterns(
    name="co_nit",
    type="CO_NIT",
    country="co",
    source=SOURCE,
    forms=("999.999.999-9", "9.999.999.999-9", "999.999.999 - 9"),
    check=is_nit,
    score=0.6,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(CHECKED, name="co_nit_unchecked", forms=("999.999.999-9",), check=anything, score=0.3, context_score=0.7),
    Patterns(
        name="co_nit_plain",
        type="CO_NIT",
        country="co",
        source=SOURCE,
        forms=("999999999-9", "9999999999-9", "9999999999", "999999999 9"),
        check=is_nit,
        score=0.3,
        context=CONTEXT,
    ),
)
