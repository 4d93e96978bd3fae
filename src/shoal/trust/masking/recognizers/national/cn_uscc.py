"""China: unified social credit identifier of organisations, 18 characters."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PROVINCES = frozenset((*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)))
BODY = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def _organisation(code: str) -> bool:
    """The check character modulo 11 of the organisation code inside (GB 11714)."""
    total = sum(BODY.index(char) * weight for char, weight in zip(code[:8], WEIGHTS, strict=True))
    return code[8] == "0123456789X"[-total % 11]


def is_uscc(value: str) -> bool:
    """A province (10 for the centre) and the check character modulo 31; where all are digits, that of the code inside
    too. One number of 18 digits in a thousand passes by chance."""
    if int(value[2:4]) not in PROVINCES | {10}:
        return False
    total = sum(ALPHABET.index(char) * pow(3, at, 31) for at, char in enumerate(value[:17]))
    return value[17] == ALPHABET[-total % 31] and (not value.isdigit() or _organisation(value[8:17]))


PATTERNS = Patterns(
    name="cn_uscc",
    type="CN_USCC",
    country="cn",
    source="GB 32100-2015; GB 11714-1997",
    regexes=(r"\b[1-9ANY][0-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\b",),
    check=is_uscc,
    score=0.6,
    context=("统一社会信用代码", "社会信用代码", "信用代码", "税号", "unified social credit", "uscc"),
)
