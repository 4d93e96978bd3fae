"""Japan: passport, two letters and seven digits, no check digit outside the machine-readable zone."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_passport(value: str) -> bool:
    """Ordinary passports begin with M, N or T, older and official ones with other letters; not with I or O."""
    return not {"I", "O"} & set(value[:2])


PATTERNS = Patterns(
    name="jp_passport",
    type="JP_PASSPORT",
    country="jp",
    source="旅券法 (Passport Act), Ministry of Foreign Affairs",
    forms=("AA9999999",),
    check=is_passport,
    score=0.1,
    context_score=0.8,
    context=("旅券", "旅券番号", "パスポート", "パスポート番号", "japanese passport", "passport"),
)
