"""Vietnam: personal number of the căn cước (12 digits) and of the older CMND card (9), no check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_cccd(digits: str) -> bool:
    """Twelve digits begin with a province (001 to 096) and a century and sex (0 to 3)."""
    if len(digits) == 9:
        return not all_same(digits)
    return 1 <= int(digits[:3]) <= 96 and digits[3] in "0123"


PATTERNS = Patterns(
    name="vn_cccd",
    type="VN_CCCD",
    country="vn",
    source="Nghị định 137/2015/NĐ-CP, art. 13; Luật Căn cước 26/2023/QH15",
    forms=("999999999999", "999 999 999 999", "999999999"),
    check=is_cccd,
    score=0.1,
    context_score=0.8,
    context=(
        "cccd",
        "cmnd",
        "cmt",
        "cmtnd",
        "căn cước",
        "căn cước công dân",
        "chứng minh nhân dân",
        "chứng minh thư",
        "số định danh",
        "citizen id",
    ),
)
