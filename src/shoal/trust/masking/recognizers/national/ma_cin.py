"""Morocco: carte nationale d'identité (CIN, CNIE), one or two letters and 5 or 6 digits; no check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="ma_cin",
    type="MA_CIN",
    country="ma",
    source="Loi 04-20 relative à la carte nationale d'identité électronique",
    forms=("A99999", "AA99999", "A999999", "AA999999", "A 999999", "AA 999999"),
    score=0.1,
    context_score=0.8,
    context=(
        "cin",
        "c.i.n",
        "cnie",
        "carte nationale",
        "carte d'identité nationale",
        "البطاقة الوطنية",
        "بطاقة التعريف",
        "بطاقة التعريف الوطنية",
    ),
)
