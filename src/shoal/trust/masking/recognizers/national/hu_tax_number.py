"""Hungary: adószám of a firm, eight digits, a digit of its tax and two of its county."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (9, 7, 3, 1, 9, 7, 3, 1)
COUNTIES = frozenset((*range(2, 45), 51))


def is_base(digits: str) -> bool:
    """The eight digits: a weighted sum that is a multiple of 10; one number in ten passes by chance."""
    return int(digits) > 0 and weighted(digits, WEIGHTS, 10) == 0


def is_tax_number(digits: str) -> bool:
    """Kind 1 to 5 and a county; one number in 45 passes by chance, in a form that few other numbers have."""
    return is_base(digits[:8]) and digits[8] in "12345" and int(digits[9:]) in COUNTIES


PATTERNS = Patterns(
    name="hu_tax_number",
    type="HU_TAX_NUMBER",
    country="hu",
    source="2017. évi CL. törvény; Nemzeti Adó- és Vámhivatal",
    forms=("99999999-9-99",),
    check=is_tax_number,
    score=0.6,
    context=("adószám", "adószáma", "közösségi adószám", "tax number"),
)
