"""Japan: number of the driving licence, 12 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_licence(digits: str) -> bool:
    """Begins with the code of the commission that issued it, 10 to 97; its check digit is not published."""
    return 10 <= int(digits[:2]) <= 97 and not all_same(digits)


PATTERNS = Patterns(
    name="jp_driving_licence",
    type="JP_DRIVING_LICENCE",
    country="jp",
    source="道路交通法施行規則 (Enforcement regulation of the Road Traffic Act), form 14",
    forms=("999999999999",),
    check=is_licence,
    score=0.1,
    context_score=0.8,
    context=("運転免許", "運転免許証", "免許証", "免許証番号", "driving licence", "driver's license"),
)
