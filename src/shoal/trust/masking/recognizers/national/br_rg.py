"""Brazil: Registro Geral, the identity card of a state; 7 to 9 characters, no check that all states share."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_rg(value: str) -> bool:
    """Digits, the last may be X."""
    return value[:-1].isdigit() and (value[-1].isdigit() or value[-1] == "X") and not all_same(value)


PATTERNS = Patterns(
    name="br_rg",
    type="BR_RG",
    country="br",
    source="Lei 7.116/1983; Decreto 10.977/2022",
    forms=("99.999.999-X", "9.999.999-9", "99999999-X", "9999999-9", "99999999X", "9.999.999", "99.999.999"),
    check=is_rg,
    score=0.1,
    context_score=0.8,
    context=("rg", "r.g.", "registro geral", "carteira de identidade", "cédula de identidade", "órgão emissor"),
)
