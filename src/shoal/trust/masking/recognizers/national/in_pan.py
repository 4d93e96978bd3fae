"""India: permanent account number, 5 letters, 4 digits and a letter."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_WORDS = ("pan", "pan card", "pan number", "pan no", "permanent account", "income tax", "पैन", "itr")
_SOURCE = "Income Tax Department of India, structure of the PAN"

PATTERNS = (
    Patterns(
        name="in_pan",
        type="IN_PAN",
        country="in",
        source=_SOURCE,
        regexes=(r"\b[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]\b",),
        check=lambda value: value[5:9] != "0000",
        reading=as_written,
        score=0.75,
        context=_WORDS,
        context_score=1.0,
    ),
    Patterns(
        name="in_pan_lower",
        type="IN_PAN",
        country="in",
        source=_SOURCE,
        regexes=(r"(?i)\b[A-Z]{3}[ABCFGHJLPT][A-Z][ -]?\d{4}[ -]?[A-Z]\b",),
        reading=as_written,
        score=0.4,
        context=_WORDS,
    ),
)
