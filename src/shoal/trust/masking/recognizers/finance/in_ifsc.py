"""India: IFSC codes of bank branches, four letters, a zero and six characters."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="in_ifsc",
    type="IN_IFSC",
    country="in",
    source="Reserve Bank of India, Indian Financial System Code",
    regexes=(r"(?i)\b[A-Z]{4}0(?:\d{6}|[A-Z0-9]{6})\b",),
    score=0.3,
    context=("ifsc", "ifsc code", "ifs code", "neft", "rtgs", "imps", "branch code"),
)
