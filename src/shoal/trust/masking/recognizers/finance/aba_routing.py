"""United States: ABA routing transit numbers, 9 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 1)
_DISTRICTS = frozenset((*range(1, 13), *range(21, 33), *range(61, 73), 80))


def is_routing_number(digits: str) -> bool:
    """A Federal Reserve district, a thrift or an electronic one, weights 3 7 1 modulo 10; 1 in 27 passes by chance."""
    return int(digits[:2]) in _DISTRICTS and weighted(digits, WEIGHTS, 10) == 0


PATTERNS = Patterns(
    name="aba_routing",
    type="ABA_ROUTING_NUMBER",
    country="us",
    source="American Bankers Association, ABA Routing Number Policy; ANSI X9.100-160",
    forms=("999999999", "9999-9999-9"),
    check=is_routing_number,
    score=0.4,
    context=("aba", "routing", "routing number", "routing #", "rtn", "transit number", "wire", "ach", "fedwire"),
)
