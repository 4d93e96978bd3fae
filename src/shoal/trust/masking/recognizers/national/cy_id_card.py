"""Cyprus: identity card, six to ten digits; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_card(digits: str) -> bool:
    """Not one digit repeated."""
    return not all_same(digits)


PATTERNS = Patterns(
    name="cy_id_card",
    type="CY_ID_CARD",
    country="cy",
    source="https://www.consilium.europa.eu/prado/en/CYP-BO-04001/index.html",
    forms=("999999", "9999999", "9999999999"),
    check=is_card,
    score=0.3,
    context=(
        "δελτίο ταυτότητας",
        "δελτίου ταυτότητας",
        "αριθμός ταυτότητας",
        "αρ. ταυτότητας",
        "cyprus id",
        "cypriot id",
        "cypriot identity card",
    ),
    context_score=0.7,
)
