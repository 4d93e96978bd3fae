"""Nigeria: Tax Identification Number: 8 and 4 digits, 10 digits, or 13 since 2026; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="ng_tin",
    type="NG_TIN",
    country="ng",
    source="Federal Inland Revenue Service; Joint Tax Board; Nigeria Tax Administration Act, 2025",
    forms=("99999999-9999", "9999999999", "9999999999-9999", "9999999999999"),
    score=0.1,
    context_score=0.8,
    context=(
        "firs tin",
        "jtb tin",
        "tin:",
        "tin no",
        "tin number",
        "tin is",
        "tax identification number",
        "tax id",
        "taxpayer identification number",
    ),
)
