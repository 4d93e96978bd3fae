"""China: passport, and travel permits to Hong Kong and Macau: a letter or two and digits, no check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_passport(value: str) -> bool:
    """E, G, D, S, P, H, K or C, then 8 digits; or E and a letter, then 7."""
    return value[0] in "EGDSPHKC" if value[1].isdigit() else value[0] in "EC" and value[1] not in "IO"


PATTERNS = Patterns(
    name="cn_passport",
    type="CN_PASSPORT",
    country="cn",
    source="出境入境管理法; National Immigration Administration, notices on passport numbers",
    forms=("A99999999", "AA9999999"),
    check=is_passport,
    score=0.1,
    context_score=0.8,
    context=("护照", "護照", "护照号", "通行证", "通行證", "chinese passport", "passport"),
)
