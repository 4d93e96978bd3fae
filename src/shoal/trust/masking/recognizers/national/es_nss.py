"""Spain: número de la Seguridad Social, 12 digits: province, number and two of control."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PROVINCES = frozenset((*range(1, 54), 66))
SHORT = 10_000_000


def is_nss(digits: str) -> bool:
    """The last two are province and number modulo 97; a number below ten million loses its first digit."""
    province, number = digits[:2], digits[2:-2]
    whole = int(province + number) if int(number) >= SHORT else int(province) * SHORT + int(number)
    return int(province) in PROVINCES and int(number) > 0 and whole % 97 == int(digits[-2:])


PATTERNS = Patterns(
    name="es_nss",
    type="ES_NSS",
    country="es",
    source="Tesorería General de la Seguridad Social; Real Decreto 84/1996 art. 21",
    forms=("999999999999", "99 99999999 99", "99/99999999/99", "99-99999999-99", "99/99999999-99", "99 9999999999"),
    check=is_nss,
    score=0.6,
    context=("nss", "naf", "seguridad social", "número de afiliación", "afiliación", "nuss", "social security"),
)
