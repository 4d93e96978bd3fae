"""Spain: NIF of companies and other bodies (CIF): a letter, seven digits and a control digit or letter."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.patterns import Patterns

KINDS = frozenset("ABCDEFGHJNPQRSUVW")
ONLY_LETTER, ONLY_DIGIT = frozenset("NPQRSW"), frozenset("ABEH")
LETTERS = "JABCDEFGHI"


def is_cif(value: str) -> bool:
    """The control is the Luhn digit of the seven, or that digit's letter; one value in 15 passes by chance."""
    kind, number, control = value[0], value[1:8], value[8]
    if kind not in KINDS or not number.isdigit() or int(number) == 0:
        return False
    if control.isdigit():
        return kind not in ONLY_LETTER and luhn(number + control)
    return kind not in ONLY_DIGIT and control in LETTERS and luhn(number + str(LETTERS.index(control)))


PATTERNS = Patterns(
    name="es_cif",
    type="ES_CIF",
    country="es",
    source="Orden EHA/451/2008; Real Decreto 1065/2007 art. 22",
    forms=("A9999999X", "A-9999999X", "A-9999999-X", "A9999999-X", "A-99.999.999", "A99.999.999", "A 99999999"),
    check=is_cif,
    score=0.4,
    context=(
        "cif",
        "c.i.f",
        "nif",
        "n.i.f",
        "empresa",
        "sociedad",
        "razón social",
        "identificación fiscal",
        "tax id",
    ),
)
