"""Spain: NIF of a person (DNI), 8 digits and a letter, or K, L, M with seven digits and a letter."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
INSTEAD = frozenset("KLM")


def control(number: str) -> str:
    """The control letter: the number modulo 23 in a table."""
    return LETTERS[int(number) % len(LETTERS)]


def is_nif(value: str) -> bool:
    """One number in 26 passes by chance; the form is one that few other numbers have."""
    number = value[1:-1] if value[0] in INSTEAD else value[:-1]
    return number.isdigit() and not all_same(number) and control(number) == value[-1]


PATTERNS = Patterns(
    name="es_nif",
    type="ES_NIF",
    country="es",
    source="Real Decreto 1553/2005 art. 11; Real Decreto 1065/2007 art. 19",
    forms=(*spread("99999999 A"), "99.999.999-A", "99.999.999 A", "99.999.999A", "9.999.999-A", "A9999999A"),
    check=is_nif,
    score=0.6,
    context=("dni", "d.n.i", "nif", "n.i.f", "documento nacional de identidad", "identificación fiscal", "identidad"),
)
