"""Spain: número de la Seguridad Social, 12 digits: province, number and two of control."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PROVINCES = frozenset((*range(1, 54), 66))
SHORT = 10_000_000


def is_nss(digits: str) -> bool:
    """The last two are province and number modulo 97; a number below ten million may lose its first digit."""
    province, number, control = int(digits[:2]), int(digits[2:10]), int(digits[10:])
    short = number < SHORT and (province * SHORT + number) % 97 == control
    return province in PROVINCES and number > 0 and (short or int(digits[:10]) % 97 == control)


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
