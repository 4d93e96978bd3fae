"""Mexico: Registro Federal de Contribuyentes, 13 characters for people, 12 for companies."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

ALPHABET = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ "
ENYE = 38
SOURCE = "Código Fiscal de la Federación, art. 27; SAT, Anexo 1-A, ficha 39/CFF"
CONTEXT = ("rfc", "r.f.c.", "registro federal de contribuyentes", "contribuyente", "homoclave")


def with_ampersand(value: str) -> str:
    """Letters, digits and "&", which names of companies may hold, in upper case."""
    return "".join(char for char in value if char.isalnum() or char == "&").upper()


def _sum(value: str) -> int:
    padded = value[:-1].rjust(12)
    return sum(ALPHABET.index(char) * weight for char, weight in zip(padded, range(13, 1, -1), strict=True))


def _enye_gains(value: str) -> set[int]:
    """What the sum gains for each N that may have been an Ñ: folding makes them one."""
    padded = value[:-1].rjust(12)
    each = ENYE - ALPHABET.index("N")
    return {0} | {each * (13 - at) for at in range(4) if padded[at] == "N"}


def looks_like_rfc(value: str) -> bool:
    """Letters of the name, then a day of birth or of founding."""
    return is_day_of(*pairs(value[-9:-3]))


def is_rfc(value: str) -> bool:
    """That, and the check character modulo 11 with the weights 13 to 2; three in a thousand pass by chance."""
    if not looks_like_rfc(value):
        return False
    total = _sum(value)
    return value[-1] in {"0123456789A"[-(total + gain) % 11] for gain in _enye_gains(value)}


PATTERNS = (
    Patterns(
        name="mx_rfc",
        type="MX_RFC",
        country="mx",
        source=SOURCE,
        forms=("AAAA999999XXX", "AAAA-999999-XXX", "AAAA 999999 XXX", "AAA999999XXX", "AAA-999999-XXX"),
        regexes=(r"(?i)(?:^|[^0-9A-Z&\xe9])(?P<value>(?:&[A-Z]|[A-Z]&)[A-Z]{1,2}-?[0-9]{6}-?[A-Z0-9]{3})\b",),
        check=is_rfc,
        reading=with_ampersand,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="mx_rfc_unchecked",
        type="MX_RFC",
        country="mx",
        source=SOURCE,
        forms=("AAAA999999XXX", "AAAA-999999-XXX", "AAAA 999999 XXX"),
        check=looks_like_rfc,
        score=0.4,
        context=CONTEXT,
    ),
)
