"""Japan: residence card (在留カード), two letters, eight digits, two letters."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="jp_residence_card",
    type="JP_RESIDENCE_CARD",
    country="jp",
    source="出入国管理及び難民認定法 (Immigration Control Act), art. 19-4",
    forms=("AA99999999AA",),
    score=0.4,
    context=("在留カード", "在留", "特別永住者", "residence card", "zairyu"),
)
