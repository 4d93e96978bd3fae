"""Ukraine: EDRPOU, the number of a firm, 8 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

PLAIN, TURNED = (1, 2, 3, 4, 5, 6, 7), (7, 1, 2, 3, 4, 5, 6)
TURNED_FROM, TURNED_TO = 30_000_000, 60_000_000


def is_edrpou(digits: str) -> bool:
    """Weights by range, modulo 11; where that is 10, each weight 2 more, and 10 again is 0. One in ten by chance."""
    weights = TURNED if TURNED_FROM < int(digits) < TURNED_TO else PLAIN
    rest = weighted(digits[:7], weights, 11)
    if rest == 10:
        rest = weighted(digits[:7], [weight + 2 for weight in weights], 11) % 10
    return int(digits) > 0 and rest == int(digits[7])


PATTERNS = Patterns(
    name="ua_edrpou",
    type="UA_EDRPOU",
    country="ua",
    source="Постанова Кабінету Міністрів України 118 від 22.01.1996",
    forms=("99999999",),
    check=is_edrpou,
    score=0.3,
    context=("єдрпоу", "код єдрпоу", "edrpou"),
)
