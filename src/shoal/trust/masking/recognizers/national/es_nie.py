"""Spain: NIE, the number of a foreigner: X, Y or Z, seven digits and a letter."""

from __future__ import annotations

from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.recognizers.national.es_nif import control

FIRST = {"X": "0", "Y": "1", "Z": "2"}


def is_nie(value: str) -> bool:
    """X, Y, Z count as 0, 1, 2 before the seven digits; one value in 230 passes by chance."""
    return value[0] in FIRST and int(value[1:8]) > 0 and control(FIRST[value[0]] + value[1:8]) == value[8]


PATTERNS = Patterns(
    name="es_nie",
    type="ES_NIE",
    country="es",
    source="Real Decreto 557/2011 art. 206; Orden INT/2058/2008",
    forms=(*spread("A 9999999 A"), "A9999999-A", "A-9999999A", "A-9.999.999-A"),
    check=is_nie,
    score=0.6,
    context=("nie", "n.i.e", "extranjero", "extranjeros", "tarjeta de residencia", "identidad de extranjero"),
)
