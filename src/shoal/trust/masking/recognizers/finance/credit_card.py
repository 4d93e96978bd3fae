"""Payment cards of every scheme, 12 to 19 digits, with their security code and expiry date."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.patterns import Patterns, as_written

# (first prefix, last prefix, lengths): Visa, Mastercard, Amex, Diners, JCB, Maestro with all that begin with 6
# (Discover, UnionPay, RuPay, Elo), Mir, RuPay, Uzcard, Humo, Troy. Test data fills all of 35 and 59.
RANGES = (
    ("4", "4", (13, 16, 18, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14, 16, 17, 18, 19)),
    ("3095", "3095", (14, 16, 17, 18, 19)),
    ("36", "36", (14, 15, 16, 17, 18, 19)),
    ("38", "39", (14, 16, 17, 18, 19)),
    ("35", "35", (16, 17, 18, 19)),
    ("1800", "1800", (15,)),
    ("2131", "2131", (15,)),
    ("50", "50", tuple(range(12, 20))),
    ("56", "58", tuple(range(12, 20))),
    ("6", "6", tuple(range(12, 20))),
    ("0604", "0604", (12, 16)),
    ("2200", "2205", (16, 17, 18, 19)),
    ("81", "82", (16, 17, 18, 19)),
    ("59", "59", (16,)),
    ("8600", "8600", (16,)),
    ("9860", "9860", (16,)),
    ("9792", "9792", (16,)),
)
_SHORTEST, _LONGEST = 12, 19
_IN_FOURS = ("9999 9999 9999 9999", "9999 9999 9999 9999 999", "9999 999999 99999", "9999 999999 9999")
_GROUPED = (
    *_IN_FOURS,
    "9999 9999 9999",
    "9999 9999 99999",
    "9999 9999 9999 9",
    "9999 9999 9999 99",
    "9999 9999 9999 999",
    "9999 9999 9999 9999 9",
    "9999 9999 9999 9999 99",
    "9999 9999 9999 99999",
    "999999 9999999999999",
    "999999 9999999999",
    "99999999 99999999",
)
WORDS = (
    *("card", "cards", "credit card", "debit card", "creditcard", "visa", "mastercard", "maestro", "amex", "cc", "pan"),
    *("american express", "diners", "discover", "jcb", "unionpay", "rupay", "cc#", "ccn", "card number", "payment"),
    *("kreditkarte", "kreditkartennummer", "kartennummer", "karte", "carte", "carte bancaire", "carte bleue", "cb"),
    *("tarjeta", "carta", "carta di credito", "cartao", "creditkaart", "kaartnummer", "kort", "kortnummer", "karta"),
    *("karty", "kartu", "kart", "kartya", "card de credit", "luottokortti", "nomep kapth", "カード", "卡号", "信用卡"),
)


def is_card(digits: str) -> bool:
    """ISO/IEC 7812: a known issuer range with one of its lengths, and Luhn; about 3 in 100 of 16 digits pass."""
    if not _SHORTEST <= len(digits) <= _LONGEST or all_same(digits):
        return False
    return _issued(digits) and luhn(digits)


def _issued(digits: str) -> bool:
    return any(first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in RANGES)


def _pictures(forms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(form.replace(" ", mark) for form in forms for mark in " -.")


_SOURCE = "ISO/IEC 7812-1; the schemes' published issuer ranges"
PATTERNS = (
    Patterns(
        name="credit_card",
        type="CREDIT_CARD",
        source=_SOURCE,
        forms=_pictures(_GROUPED),
        check=is_card,
        score=0.85,
        context=WORDS,
        context_score=1.0,
    ),
    Patterns(
        name="credit_card_ungrouped",
        type="CREDIT_CARD",
        source=_SOURCE,
        forms=tuple("9" * length for length in range(_SHORTEST, _LONGEST + 1)),
        check=is_card,
        score=0.6,
        context=WORDS,
        context_score=1.0,
    ),
    Patterns(
        name="credit_card_any_grouping",
        type="CREDIT_CARD",
        source=_SOURCE,
        regexes=(r"\b\d\d+(?:[ .-]\d\d+)+\b",),
        check=is_card,
        score=0.4,
        context=WORDS,
        context_score=0.9,
    ),
    Patterns(
        name="credit_card_code",
        type="CREDIT_CARD_CVV",
        source="ISO/IEC 7813; card verification values of 3 or 4 digits",
        regexes=(
            r"(?i)\b(?:cvv2?|cvc2?|cvn2?|cv2|csc|cid|card (?:security|verification) (?:code|number|value)|security code"
            r"|prufziffer|kartenprufnummer|cryptogramme(?: visuel)?|codigo de seguridad|codice di sicurezza"
            r"|codigo de seguranca)\b[\"']?(?: (?:number|code|is|no))?[ :=#\"'.(-]{0,5}(?P<value>\d{3,4})\b",
        ),
        score=0.9,
    ),
    Patterns(
        name="credit_card_expiry",
        type="CREDIT_CARD_EXPIRY",
        source="ISO/IEC 7813; month and year as embossed",
        regexes=(r"\b(?P<value>(?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-4]\d)\b",),
        reading=as_written,
        score=0.2,
        context=(
            *("exp", "exp.", "expiry", "expires", "expiration", "expiring", "valid thru", "valid until", "good thru"),
            *("gultig bis", "ablaufdatum", "expire", "date d'expiration", "validite", "vence", "vencimiento", "caduca"),
            *("caducidad", "scadenza", "validade", "geldig tot", "vervaldatum", "cvv", "cvc", "wazna do"),
        ),
    ),
)
