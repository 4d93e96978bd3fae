"""Russia: OGRN of a firm (13 digits) and OGRNIP of a sole trader (15 digits)."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_ogrn(digits: str) -> bool:
    """All but the last modulo 11 (of the long modulo 13), then modulo 10; one number in 50 passes by chance."""
    modulus, kinds = (11, "15") if len(digits) == 13 else (13, "3")
    return digits[0] in kinds and int(digits[:-1]) % modulus % 10 == int(digits[-1])


PATTERNS = Patterns(
    name="ru_ogrn",
    type="RU_OGRN",
    country="ru",
    source="Приказ Минфина России от 30.10.2017 165н",
    forms=("9999999999999", "999999999999999"),
    check=is_ogrn,
    score=0.4,
    context=("огрн", "огрнип", "ogrn", "ogrnip"),
)
