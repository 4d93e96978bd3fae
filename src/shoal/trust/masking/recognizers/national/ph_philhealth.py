"""Philippines: PhilHealth identification number, 12 digits; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="ph_philhealth",
    type="PH_PHILHEALTH",
    country="ph",
    source="National Health Insurance Act (RA 7875, as amended)",
    forms=("99-999999999-9", "999999999999"),
    score=0.1,
    context_score=0.8,
    context=("philhealth", "philhealth no", "philhealth number", "phic"),
)
