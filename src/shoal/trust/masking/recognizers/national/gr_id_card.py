"""Greece: identity card (one or two letters and six digits) and passport (two and seven); with context."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="gr_id_card",
    type="GR_ID_CARD",
    country="gr",
    source="https://www.consilium.europa.eu/prado/en/GRC-BO-01001/index.html",
    regexes=(r"(?:^|[^0-9A-Za-z\xe9])(?P<value>[A-Z\xe9]{1,2}[ -]?[0-9]{6,7})(?:[^0-9A-Za-z\xe9]|$)",),
    score=0.3,
    context=(
        "ταυτότητα",
        "ταυτότητας",
        "αδτ",
        "α.δ.τ",
        "δελτίο ταυτότητας",
        "διαβατήριο",
        "διαβατηρίου",
        "identity card",
        "greek id",
    ),
)
