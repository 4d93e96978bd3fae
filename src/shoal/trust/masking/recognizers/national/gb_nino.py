"""United Kingdom: national insurance number, two letters, 6 digits and a letter."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_FIRST, _SECOND = "[A-CEGHJ-PR-TW-Z]", "[A-CEGHJ-NPR-TW-Z]"
_NEVER = frozenset(("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"))
_WORDS = ("ni", "nino", "ni number", "ni no", "national insurance", "insurance number", "hmrc", "paye")
_SOURCE = "HM Revenue & Customs, NIM39110"


def is_nino(value: str) -> bool:
    """No prefix that is never assigned."""
    return value[:2].upper() not in _NEVER


PATTERNS = (
    Patterns(
        name="gb_nino",
        type="GB_NINO",
        country="gb",
        source=_SOURCE,
        regexes=(rf"\b{_FIRST}{_SECOND}(?: ?\d\d){{3}} ?[A-D]\b", rf"\b{_FIRST}{_SECOND}-\d\d-\d\d-\d\d-[A-D]\b"),
        check=is_nino,
        reading=as_written,
        score=0.8,
        context=_WORDS,
        context_score=1.0,
    ),
    Patterns(
        name="gb_nino_other",
        type="GB_NINO",
        country="gb",
        source=_SOURCE,
        regexes=(rf"(?i)\b{_FIRST}{_SECOND}(?:[ -]?\d\d){{3}}[ -]?[A-D]\b",),
        check=is_nino,
        reading=as_written,
        score=0.4,
        context=_WORDS,
    ),
)
