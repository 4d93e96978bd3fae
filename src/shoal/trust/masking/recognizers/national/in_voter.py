"""India: voter identity card (EPIC), 3 letters and 7 digits."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="in_voter",
    type="IN_VOTER",
    country="in",
    source="Election Commission of India, electors photo identity card",
    forms=("AAA9999999",),
    score=0.4,
    context=("voter", "voter id", "epic", "epic number", "election card", "elector", "मतदाता", "electoral"),
)
