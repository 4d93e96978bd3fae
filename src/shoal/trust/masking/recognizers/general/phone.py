"""Telephone numbers: international, and national as written in some forty regions.

Forms and expressions find candidates; numbering plans (phonenumbers' metadata) say whether one can be dialled.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import phonenumbers
import re2  # type: ignore[import-untyped]
from phonenumbers import NumberParseException, PhoneMetadata

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns, as_written

REGIONS = (
    *("AR", "AT", "AU", "BE", "BG", "BR", "CH", "CL", "CN", "CO", "CZ", "DE", "DK", "EE", "EG", "ES", "FI", "FR", "GB"),
    *("GR", "HK", "HR", "HU", "ID", "IE", "IL", "IN", "IT", "JP", "KE", "KR", "LT", "LV", "MX", "MY", "NG", "NL", "NO"),
    *("NZ", "PE", "PH", "PL", "PT", "RO", "RS", "RU", "SA", "SE", "SG", "SI", "SK", "TH", "TR", "TW", "UA", "VN", "ZA"),
)
_FEWEST, _SURE, _MOST = 7, 10, 15
_FEWEST_NATIONAL, _MOST_NATIONAL = 8, 12
_TIMES = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)(?!\d|[./-]\d)|(?:19|20)\d\d-\d\d-\d\d|0\d:\d\d")
_EXTENSION = re.compile(r"[ ,;]*(?:x|ext|ext\.|extension|poste|#)[ .:]*\d+$", re.IGNORECASE)
_TAIL = r"(?:[ ,;]{0,2}(?:x|ext\.?|extension|#)[ .:]?\d{1,6})?\b"


def is_international(value: str) -> bool:
    """ITU-T E.164: a country code that exists, after +, 00 or 011; with fewer than ten digits or without the
    plus also a length or number that its plan allows."""
    number = _EXTENSION.sub("", value).replace("(0)", "")
    digits = "".join(filter(str.isdigit, number))
    plus = "+" in number[:3]
    if not plus:
        digits = digits[3:] if digits.startswith("011") else digits[2:]
    if not _FEWEST <= len(digits) <= _MOST or all_same(digits[2:]):
        return False
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except NumberParseException:
        return False
    if plus:
        return len(digits) >= _SURE or phonenumbers.is_possible_number(parsed)
    return _looks_dialled(parsed)


def _looks_dialled(parsed: phonenumbers.PhoneNumber) -> bool:
    """Without a plus the plan must know the number; of the North American one the length will do."""
    return phonenumbers.is_valid_number(parsed) or (
        parsed.country_code == 1 and phonenumbers.is_possible_number(parsed)
    )


def is_north_american(value: str) -> bool:
    """NANP: the area code begins with 2-9 and is no service code (N11)."""
    digits = "".join(filter(str.isdigit, _EXTENSION.sub("", value)))[-10:]
    return digits[1:3] != "11" and not all_same(digits)


def is_national(value: str) -> bool:
    """A number of one of REGIONS with its trunk prefix, and no date or time."""
    digits = "".join(filter(str.isdigit, value))
    if not _FEWEST_NATIONAL <= len(digits) <= _MOST_NATIONAL or _TIMES.match(value):
        return False
    counted = digits in "01234567890123456789"
    return bool(_plan(trunk=True).fullmatch(digits)) and not counted and not all_same(digits[1:])


def is_labelled(value: str) -> bool:
    """What follows "phone:" need only have a fitting number of digits and be no date."""
    digits = "".join(filter(str.isdigit, value))
    return _FEWEST <= len(digits) <= _MOST and not _TIMES.match(value)


def is_subscriber(value: str) -> bool:
    """A number of one of REGIONS as written where there is no trunk prefix, and no date."""
    digits = "".join(filter(str.isdigit, value))
    return not _TIMES.match(value) and not all_same(digits) and bool(_plan(trunk=False).fullmatch(digits))


@cache
def _plan(*, trunk: bool) -> Any:
    """One expression for the fixed and mobile numbers of all REGIONS; built at first use, never changed."""
    plans = [_of_region(region, trunk) for region in REGIONS]
    return re2.compile("|".join(plan for plan in plans if plan))


def _of_region(region: str, trunk: bool) -> str:
    found = PhoneMetadata.metadata_for_region(region)
    assert found is not None
    kinds = (found.fixed_line, found.mobile, found.toll_free, found.premium_rate, found.shared_cost, found.voip)
    numbers = "|".join(kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern)
    prefix = found.national_prefix if trunk else ""
    if trunk and not prefix:
        return numbers if region == "IT" else ""
    return f"{prefix}(?:{numbers})"


WORDS = (
    *("phone", "phones", "phone number", "telephone", "tel", "tel.", "mobile", "cell", "cellphone", "cell phone"),
    *("call", "called", "calling", "dial", "ring me", "fax", "text", "sms", "texted", "whatsapp", "viber", "signal"),
    *("contact", "reach me", "reach us", "landline", "hotline", "voicemail", "my number", "number is", "ph", "mob"),
    *("telefon", "telefonnummer", "rufnummer", "handy", "handynummer", "mobil", "mobilnummer", "festnetz", "anrufen"),
    *("téléphone", "portable", "appeler", "appelez", "mon numéro", "teléfono", "móvil", "celular", "llamar", "llame"),
    *("llámame", "telefono", "cellulare", "chiamare", "chiamami", "recapito", "telefone", "telemóvel", "ligue"),
    *("telefoon", "telefoonnummer", "mobiel", "bel", "bellen", "gsm", "tlf", "tlf.", "mobiltelefon", "ring mig"),
    *(
        "puhelin",
        "puhelinnumero",
        "puh",
        "telefonu",
        "komórka",
        "zadzwoń",
        "kom",
        "mobilní",
        "telefonszám",
        "telefoane",
    ),
    *("τηλ", "τηλέφωνο", "κινητό", "тел", "телефон", "телефону", "телефона", "мобильный", "звоните", "мобільний"),
    *("telepon", "hp", "điện thoại", "cep", "طلب", "هاتف", "جوال", "تليفون", "טלפון", "נייד", "फ़ोन", "मोबाइल"),
    *("電話", "电话", "手机", "携帯", "전화", "휴대폰", "โทร"),
)
_SOURCE = "ITU-T E.164; national numbering plans as in libphonenumber's metadata"
_LABEL = (
    r"(?i)\b(?:(?:tele)?(?:phone|fon|foon|fono|fone|fax)|tel|tlf|mobile|cell|handy|cellulare|gsm|puh|whatsapp|hotline)"
    r"[a-z]{0,6}\.?[\"']?(?: ?(?:number|no|nr|num|#|is|at|on|to|me))?\.?[ \t]?[:=#]?[ \t]?[\"']?"
)
_START = r"(?:^|[^0-9A-Za-z_\xe9.+/-])"
_TRUNK = rf"{_START}(?P<value>0[1-9]\d*(?:(?: ?[./-] ?| )\d+)+)\b"

PATTERNS = (
    Patterns(
        name="phone_international",
        type="PHONE_NUMBER",
        source=_SOURCE,
        regexes=(
            rf"\(?\+ ?\(?\d(?:[ .\-/()]{{0,3}}\d)+{_TAIL}",
            rf"\(?\+ ?\(?\d(?:[.\-/()]?\d)+{_TAIL}",
            rf"\+ ?\(?1\)?[ .-]?\(?\d{{3}}\)?[ .-]{{0,2}}\d{{3}}[ .-]?\d{{4}}{_TAIL}",
            rf"{_START}(?P<value>00[ .-]?[1-9](?:[ .\-/()]{{0,3}}\d)+{_TAIL})",
            rf"{_START}(?P<value>00[1-9](?:[.\-/()]?\d)+{_TAIL})",
            rf"{_START}(?P<value>011[ .-][1-9](?:[ .\-/()]{{0,3}}\d)+{_TAIL})",
        ),
        check=is_international,
        reading=as_written,
        score=0.85,
        context=WORDS,
        context_score=0.95,
    ),
    Patterns(
        name="phone_north_american",
        type="PHONE_NUMBER",
        source="North American Numbering Plan Administrator, NANP structure",
        regexes=(
            rf"{_START}(?P<value>(?:1[ .-]?)?[2-9]\d\d-[1-9]\d\d-\d{{4}}{_TAIL})",
            rf"{_START}(?P<value>(?:1[ .-]?)?[2-9]\d\d\.[1-9]\d\d\.\d{{4}}{_TAIL})",
            rf"{_START}(?P<value>(?:1[ .-])[2-9]\d\d[ .-][1-9]\d\d[ .-]\d{{4}}{_TAIL})",
            rf"{_START}(?P<value>(?:1[ .-]?)?\([2-9]\d\d\) ?[ .-]?[1-9]\d\d[ .-]?\d{{4}}{_TAIL})",
            rf"{_START}(?P<value>\d{{3}}[ .-]?\d{{3}}[ .-]?\d{{4}} ?(?:x|ext\.?|extension) ?\d{{1,6}})\b",
        ),
        check=is_north_american,
        reading=as_written,
        score=0.7,
        context=WORDS,
        context_score=0.95,
    ),
    Patterns(
        name="phone_north_american_plain",
        type="PHONE_NUMBER",
        source="North American Numbering Plan Administrator, NANP structure",
        regexes=(
            rf"{_START}(?P<value>(?:1[ .-]?)?[2-9]\d\d[ /]?[1-9]\d\d[ -]?\d{{4}}{_TAIL})",
            rf"{_START}(?P<value>(?:1-)?\d{{3}}[.-]\d{{3}}[.-]\d{{4}}{_TAIL})",
        ),
        check=is_north_american,
        reading=as_written,
        score=0.4,
        context=WORDS,
    ),
    Patterns(
        name="phone_local",
        type="PHONE_NUMBER",
        source="North American Numbering Plan Administrator, NANP structure",
        forms=("999-9999", "999.9999"),
        score=0.3,
        context=WORDS,
        context_score=0.7,
    ),
    Patterns(
        name="phone_national",
        type="PHONE_NUMBER",
        source=_SOURCE,
        regexes=(_TRUNK, r"\(0[1-9]\d*\)[ .\-/]*\d+(?:[ .\-/]\d+)*\b", r"\b[78] ?\(\d{3}\) ?\d{3}[ -]?\d\d[ -]?\d\d\b"),
        check=is_national,
        reading=as_written,
        score=0.6,
        context=WORDS,
    ),
    Patterns(
        name="phone_national_plain",
        type="PHONE_NUMBER",
        source=_SOURCE,
        regexes=(rf"{_START}(?P<value>0[1-9]\d{{7,10}})\b", r"\b8[ -]?9\d\d[ -]?\d{3}[ -]?\d\d[ -]?\d\d\b"),
        check=is_national,
        reading=as_written,
        score=0.55,
        context=WORDS,
    ),
    Patterns(
        name="phone_labelled",
        type="PHONE_NUMBER",
        source=_SOURCE,
        regexes=(rf"{_LABEL}(?P<value>[(+]*\d(?:[ .\-/()]{{0,3}}\d)+){_TAIL}",),
        check=is_labelled,
        reading=as_written,
        score=0.8,
    ),
    Patterns(
        name="phone_brackets",
        type="PHONE_NUMBER",
        source=_SOURCE,
        regexes=(r"\(\d\d\) ?9?\d{4}[ -]?\d{4}\b", r"\(\d{2,3}\) ?\d{3,4}[ -]\d{4}\b"),
        check=is_subscriber,
        reading=as_written,
        score=0.7,
        context=WORDS,
    ),
    Patterns(
        name="phone_subscriber",
        type="PHONE_NUMBER",
        source=_SOURCE,
        forms=(
            *("99999999", "999999999", "9999999999", "99999999999", "9999 9999", "9999-9999", "99 99 99 99"),
            *(
                "999 99 999",
                "999 999 999",
                "999-999-999",
                "999.999.999",
                "999 99 99 99",
                "999 9999 9999",
                "99999 99999",
            ),
            *(
                "99999-99999",
                "99 9999 9999",
                "99 99999 9999",
                "99 99999-9999",
                "999 9999999",
                "999 999 9999",
                "99 999 9999",
            ),
            *("9 9999 9999", "9999999 999", "999-9999-9999", "99-999-9999", "999 999 99 99", "9999 999 999"),
            *("99 9999-9999", "99/999-9999", "99/999 9999", "99-9999-9999"),
        ),
        check=is_subscriber,
        reading=as_written,
        score=0.3,
        context=WORDS,
    ),
)
