"""Brazil: number of registration of the Carteira Nacional de Habilitação (driving licence), 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns


def is_cnh(digits: str) -> bool:
    """Two check digits modulo 11, the second less 2 where the rest of the first is 10; one in a hundred passes."""
    rest = weighted(digits[:9], range(9, 0, -1), 11)
    less = 2 if rest == 10 else 0
    second = weighted(digits[:9], range(1, 10), 11)
    seconds = {0 if second == 10 else (second - less) % 11 % 10, (second - less) % 11 % 10}
    return not all_same(digits) and int(digits[9]) == rest % 10 and int(digits[10]) in seconds


PATTERNS = Patterns(
    name="br_cnh",
    type="BR_CNH",
    country="br",
    source="Resolução CONTRAN 886/2021; Denatran, Renach",
    forms=("99999999999",),
    check=is_cnh,
    score=0.4,
    context=("cnh", "carteira nacional de habilitação", "carteira de motorista", "habilitação", "driving licence"),
)
