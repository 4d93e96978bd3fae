"""Postal codes: those with a form of their own, and plain digits near words that name them."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]"
    "|N[CDEHJMVY]|O[HKR]|PA|PR|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY]"
)
WORDS = (
    *(
        "zip",
        "zip code",
        "zipcode",
        "zip-code",
        "postal code",
        "postcode",
        "post code",
        "postal",
        "pincode",
        "pin code",
    ),
    *(
        "plz",
        "postleitzahl",
        "code postal",
        "cp",
        "código postal",
        "codigo postal",
        "c.p.",
        "cap",
        "codice postale",
        "cep",
    ),
    *(
        "postnummer",
        "postnr",
        "postinumero",
        "kod pocztowy",
        "psč",
        "irányítószám",
        "cod poștal",
        "posta kodu",
        "eircode",
    ),
    *(
        "почтовый индекс",
        "индекс",
        "поштовий індекс",
        "ταχυδρομικός κώδικας",
        "τκ",
        "郵便番号",
        "邮编",
        "邮政编码",
        "우편번호",
    ),
    *("מיקוד", "الرمز البريدي", "kode pos", "mã bưu điện"),
)
_AREA = "[A-PR-UWYZ]"
_UK = (
    rf"(?:GIR ?0AA|(?:{_AREA}\d{{1,2}}|{_AREA}[A-HK-Y]\d{{1,2}}|{_AREA}\d[A-HJKPSTUW]"
    rf"|{_AREA}[A-HK-Y]\d[ABEHMNPRVWXY])"
)
_SOURCE = "Universal Postal Union, S42; the postal services' address guides"

PATTERNS = (
    Patterns(
        name="zip_code_gb",
        type="ZIP_CODE",
        country="gb",
        source="Royal Mail, Programmer's guide to the Postcode Address File; BS 7666",
        regexes=(rf"\b{_UK} \d[ABD-HJLNP-UW-Z]{{2}})\b",),
        reading=as_written,
        score=0.75,
    ),
    Patterns(
        name="zip_code_ca",
        type="ZIP_CODE",
        country="ca",
        source="Canada Post, Addressing guidelines",
        regexes=(r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d\b",),
        reading=as_written,
        score=0.75,
    ),
    Patterns(
        name="zip_code_us",
        type="ZIP_CODE",
        country="us",
        source="United States Postal Service, Publication 28",
        regexes=(rf"\b(?:{_STATES})\.?,? {{1,2}}(?P<value>\d{{5}}(?:-\d{{4}})?)\b",),
        score=0.75,
    ),
    Patterns(
        name="zip_code_lettered",
        type="ZIP_CODE",
        source=_SOURCE,
        regexes=(
            rf"(?i)\b{_UK} ?\d[ABD-HJLNP-UW-Z]{{2}})\b",
            r"(?i)\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d\b",
            r"(?i)\b[1-9]\d{3} ?[A-Z]{2}\b",
            r"(?i)\b[AC-FHKNPRTV-Y](?:\d\d|6W) ?[0-9AC-FHKNPRTV-Y]{4}\b",
            r"(?i)\b[A-Z]{1,2}-\d{4,5}\b",
        ),
        reading=as_written,
        score=0.2,
        context=WORDS,
        context_score=0.8,
    ),
    Patterns(
        name="zip_code",
        type="ZIP_CODE",
        source=_SOURCE,
        forms=(
            "99999",
            "99999-9999",
            "9999",
            "999999",
            "999 99",
            "99-999",
            "9999-999",
            "99999-999",
            "999-9999",
            "999 999",
        ),
        score=0.1,
        context=WORDS,
        context_score=0.7,
    ),
)
