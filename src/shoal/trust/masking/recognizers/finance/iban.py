"""International bank account numbers of every country in the registry, grouped or not."""

from __future__ import annotations

from shoal.trust.masking.checksums import mod97
from shoal.trust.masking.patterns import Patterns

COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}


def is_iban(text: str) -> bool:
    """ISO 13616: the first four moved to the end, MOD 97-10; one text in 97 passes by chance."""
    return mod97(text[4:] + text[:4])


def _regex() -> str:
    parts = [
        rf"(?:{names.replace(' ', '|')})\d[ -]?\d(?:[ .-]?[0-9A-Z]){{{length - 4}}}"
        for length, names in COUNTRIES.items()
    ]
    return rf"(?i)\b(?:iban)?(?P<value>{'|'.join(parts)})\b"


PATTERNS = Patterns(
    name="iban",
    type="IBAN_CODE",
    source="ISO 13616-1; SWIFT IBAN registry, release 99",
    regexes=(_regex(),),
    check=is_iban,
    score=0.9,
    context=("iban", "account", "konto", "compte", "cuenta", "conto", "rekening", "conta", "bank", "banque", "banco"),
    context_score=1.0,
)
