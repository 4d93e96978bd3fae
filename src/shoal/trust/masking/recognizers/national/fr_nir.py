"""France: numéro d'inscription au répertoire (numéro de sécurité sociale), 13 characters and a key of 2."""

from __future__ import annotations

from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

SEXES = frozenset("123478")
CONTEXT = (
    "nir",
    "sécurité sociale",
    "numéro de sécu",
    "n° de sécu",
    "no de sécu",
    "n° sécu",
    "no sécu",
    "secu",
    "carte vitale",
    "assuré social",
    "numéro d'assuré",
    "insee",
    "social security",
)
SOURCE = "Décret 82-103 du 22 janvier 1982; https://www.insee.fr/fr/metadonnees/definition/c1409"


def _number(nir: str) -> str:
    """Corsica's departments as their digits: 2A counts as 19, 2B as 18."""
    return nir.replace("2A", "19", 1) if nir[5:7] == "2A" else nir.replace("2B", "18", 1) if nir[5:7] == "2B" else nir


def is_body(nir: str) -> bool:
    """Sex, month (20 and above where it is not known), department, commune and order can be; about one in three."""
    number = _number(nir[:13])
    if not number.isdigit() or nir[0] not in SEXES:
        return False
    month = int(number[3:5])
    return (
        (1 <= month <= 12 or 20 <= month <= 42 or month >= 50)
        and number[5:7] != "00"
        and number[7:10] != "000"
        and number[10:13] != "000"
    )


def is_nir(nir: str) -> bool:
    """The key is 97 less the number modulo 97."""
    return is_body(nir) and int(nir[13:]) == 97 - int(_number(nir[:13])) % 97


PATTERNS = (
    Patterns(
        name="fr_nir",
        type="FR_NIR",
        country="fr",
        source=SOURCE,
        forms=(*spread("9 99 99 9X 999 999 99", " .-"), "999999X999999 99"),
        check=is_nir,
        score=0.85,
        context=CONTEXT,
    ),
    Patterns(
        name="fr_nir_without_key",
        type="FR_NIR",
        country="fr",
        source=SOURCE,
        regexes=(
            r"\b(?P<value>[1-478] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9ABab] ?[0-9]{3} ?[0-9]{3})"
            r"(?:[^0-9A-Za-z \xe9]| [^0-9]| ?$)",
        ),
        check=is_body,
        score=0.3,
        context=CONTEXT,
    ),
)
