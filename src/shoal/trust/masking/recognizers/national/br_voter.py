"""Brazil: título de eleitor (voter's registration), 12 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns

STATES = range(1, 29)


def _written(rest: int, state: str) -> int:
    """São Paulo (01) and Minas Gerais (02) write a rest of 0 as 1."""
    return 1 if rest == 0 and state in ("01", "02") else rest % 10


def is_titulo(digits: str) -> bool:
    """Eight digits, the state 01 to 28, two check digits modulo 11; three numbers in a thousand pass by chance."""
    state = digits[8:10]
    if int(state) not in STATES or all_same(digits[:8]):
        return False
    first = _written(weighted(digits[:8], range(2, 10), 11), state)
    second = _written(weighted(f"{state}{first}", (7, 8, 9), 11), state)
    return digits[10:] == f"{first}{second}"


PATTERNS = Patterns(
    name="br_voter",
    type="BR_VOTER_ID",
    country="br",
    source="Resolução TSE 23.659/2021, art. 36",
    forms=("9999 9999 9999", "999999999999"),
    check=is_titulo,
    score=0.4,
    context=("título de eleitor", "título eleitoral", "título", "eleitor", "zona eleitoral", "voter id"),
)
