"""Italy: codice fiscale, 16 characters, with letters in place of digits where two people would share one (omocodia)."""

from __future__ import annotations

from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

MONTHS = "ABCDEHLMPRST"
DIGIT_PLACES = (6, 7, 9, 10, 12, 13, 14)
AS_DIGITS = str.maketrans("LMNPQRSTUV", "0123456789")
ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
WOMEN = 40
LEAST_DIGITS = 2


def _worth(char: str) -> int:
    return int(char) if char.isdigit() else ord(char) - 65


def check_letter(body: str) -> str:
    """The 16th character: a table for the odd places, the plain worth for the even, modulo 26."""
    odd = sum(ODD[_worth(char)] for char in body[::2])
    return chr(65 + (odd + sum(map(_worth, body[1::2]))) % 26)


def is_fiscal_code(code: str) -> bool:
    """A month letter, a day (40 more for women) and the check letter; less than one in 1,000 passes by chance."""
    plain = [char.translate(AS_DIGITS) if at in DIGIT_PLACES else char for at, char in enumerate(code)]
    if sum(map(str.isdigit, code)) < LEAST_DIGITS or not all(plain[at].isdigit() for at in DIGIT_PLACES):
        return False
    day = int("".join(plain[9:11]))
    born = code[8] in MONTHS and (1 <= day <= 31 or WOMEN + 1 <= day <= WOMEN + 31)
    return born and check_letter(code[:15]) == code[15]


PATTERNS = Patterns(
    name="it_fiscal_code",
    type="IT_FISCAL_CODE",
    country="it",
    source="Decreto ministeriale 23 dicembre 1976; https://www.agenziaentrate.gov.it (codice fiscale)",
    forms=(*spread("AAA AAA 99A99 A999A", " -"), "AAA AAA 99A99 A999 A", "AAAAAA 99A99 A999A", "AAAAAA99A99 A999A"),
    regexes=(r"(?i)\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b",),
    check=is_fiscal_code,
    score=0.85,
    context=("codice fiscale", "cod. fisc", "c.f", "cf", "tessera sanitaria", "fiscal code", "tax code"),
)
