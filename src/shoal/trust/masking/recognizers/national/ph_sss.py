"""Philippines: social security number (SSS), common reference number of the UMID card; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="ph_sss",
    type="PH_SSS",
    country="ph",
    source="Social Security Act of 2018 (RA 11199); Executive Order 420 (UMID)",
    forms=("99-9999999-9", "9999-9999999-9", "9999999999", "999999999999"),
    score=0.1,
    context_score=0.8,
    context=("sss", "sss no", "sss number", "umid", "crn", "common reference number", "social security system"),
)
