"""European Union (and Britain): VAT numbers with the prefix of their country, one declaration for each."""

from __future__ import annotations

from dataclasses import dataclass

from shoal.trust.masking import vat
from shoal.trust.masking.checksums import iso7064_mod11_10
from shoal.trust.masking.patterns import Check, Patterns, as_written, compact
from shoal.trust.masking.recognizers.national.be_enterprise_number import is_enterprise
from shoal.trust.masking.recognizers.national.bg_egn import is_egn
from shoal.trust.masking.recognizers.national.bg_eik import is_eik
from shoal.trust.masking.recognizers.national.cy_tax_number import is_tic
from shoal.trust.masking.recognizers.national.cz_birth_number import is_birth_number
from shoal.trust.masking.recognizers.national.cz_company_number import is_company
from shoal.trust.masking.recognizers.national.dk_cvr import is_cvr
from shoal.trust.masking.recognizers.national.es_cif import is_cif
from shoal.trust.masking.recognizers.national.es_nie import is_nie
from shoal.trust.masking.recognizers.national.es_nif import is_nif as is_es_nif
from shoal.trust.masking.recognizers.national.fi_business_id import is_business_id
from shoal.trust.masking.recognizers.national.gr_afm import is_afm
from shoal.trust.masking.recognizers.national.hr_oib import is_oib
from shoal.trust.masking.recognizers.national.hu_tax_number import is_base
from shoal.trust.masking.recognizers.national.ie_pps import is_pps
from shoal.trust.masking.recognizers.national.it_vat_code import is_partita_iva
from shoal.trust.masking.recognizers.national.lv_personal_code import is_dated_code
from shoal.trust.masking.recognizers.national.nl_bsn import is_bsn
from shoal.trust.masking.recognizers.national.pl_nip import is_nip
from shoal.trust.masking.recognizers.national.pt_nif import is_nif as is_pt_nif
from shoal.trust.masking.recognizers.national.ro_cui import is_cui
from shoal.trust.masking.recognizers.national.si_tax_number import is_tax_number

SOURCE = "Council Directive 2006/112/EC, art. 214-215; European Commission, VIES, structure of VAT numbers"
CONTEXT = (
    *("vat", "vat no", "vat number", "vat id", "tax id", "intra-community", "intracommunautaire"),
    *("ust-idnr", "ust-id", "ustid", "ustidnr", "umsatzsteuer", "uid", "uid-nr", "mwst"),
    *("btw", "btw-nummer", "tva", "iva", "p.iva", "partita iva", "nif", "cif", "moms", "momsreg.nr", "alv", "y-tunnus"),
    *(
        "dph",
        "dič",
        "ič dph",
        "nip",
        "pdv",
        "oib",
        "ddv",
        "pvm",
        "pvn",
        "kmkr",
        "кддс",
        "ддс",
        "αφμ",
        "φπα",
        "cui",
        "áfa",
    ),
)
SCORE, DOUBTFUL = 0.6, 0.4
EIGHT = ("99999999", "99 99 99 99", "999 99 999", "9999 9999")
NINE = ("999999999", "999 999 999", "999.999.999")
TEN = ("9999999999", "999 999 9999", "999-999-99-99", "999 999 99 99")
ELEVEN = ("99999999999", "999 999 999 99", "999 9999 9999")


@dataclass(frozen=True, slots=True)
class Vat:
    """A country's VAT number: `forms` and `check` are those of what follows `prefix`."""

    prefix: str
    country: str
    forms: tuple[str, ...]
    check: Check
    type: str = ""
    score: float = SCORE


def _bulgaria(digits: str) -> bool:
    return is_eik(digits) if len(digits) == 9 else is_egn(digits) or vat.bulgaria_other(digits)


def _czechia(digits: str) -> bool:
    return is_company(digits) if len(digits) == 8 else is_birth_number(digits)


def _ireland(body: str) -> bool:
    return vat.ireland_old(body) if body[1].isalpha() else is_pps(body)


def _latvia(digits: str) -> bool:
    return vat.latvia(digits) or is_dated_code(digits)


def _netherlands(body: str) -> bool:
    return vat.netherlands(body) or (body[9] == "B" and body[10:] != "00" and is_bsn(body[:9]))


def _spain(body: str) -> bool:
    return is_es_nif(body) if body[0].isdigit() or body[0] in "KLM" else is_nie(body) or is_cif(body)


NUMBERS = (
    Vat("AT", "at", ("A99999999", "A 99999999", "A99 999 999"), vat.austria),
    Vat("BE", "be", ("9999999999", "9999.999.999", "9999 999 999"), is_enterprise),
    Vat("BG", "bg", (*NINE, "9999999999"), _bulgaria, score=DOUBTFUL),
    Vat("CY", "cy", ("99999999A",), is_tic),
    Vat("CZ", "cz", (*EIGHT, "999999999", "9999999999"), _czechia, score=DOUBTFUL),
    Vat("DE", "de", (*NINE, "99 999 9999"), iso7064_mod11_10, "DE_VAT_ID", score=DOUBTFUL),
    Vat("DK", "dk", EIGHT, is_cvr, score=DOUBTFUL),
    Vat("EE", "ee", NINE, vat.estonia),
    Vat("EL", "gr", NINE, is_afm, score=DOUBTFUL),
    Vat("GR", "gr", NINE, is_afm, score=DOUBTFUL),
    Vat("ES", "es", ("A99999999", "A9999999A", "99999999A", "A-99999999", "99999999-A"), _spain),
    Vat("FI", "fi", ("99999999", "9999999-9"), is_business_id, score=DOUBTFUL),
    Vat("FR", "fr", ("XX999999999", "XX 999999999", "XX 999 999 999", "XX999 999 999"), vat.france),
    Vat("HR", "hr", ELEVEN, is_oib, score=DOUBTFUL),
    Vat("HU", "hu", EIGHT, is_base, score=DOUBTFUL),
    Vat("IE", "ie", ("9999999A", "9999999AA", "9A99999A", "9999999 A"), _ireland),
    Vat("IT", "it", ELEVEN, is_partita_iva, "IT_VAT_CODE"),
    Vat("LT", "lt", ("999999999", "999999999999", "999 999 999"), vat.lithuania),
    Vat("LU", "lu", EIGHT, vat.luxembourg),
    Vat("LV", "lv", ELEVEN, _latvia),
    Vat("MT", "mt", EIGHT, vat.malta),
    Vat(
        "NL",
        "nl",
        ("999999999A99", "9999.99.999.A.99", "999999999.A.99", "999999999 A99", "9999 99 999 A99"),
        _netherlands,
    ),
    Vat("PL", "pl", TEN, is_nip, score=DOUBTFUL),
    Vat("PT", "pt", NINE, is_pt_nif, score=DOUBTFUL),
    Vat("RO", "ro", ("999999", "9999999", "99999999", "999999999", "9999999999"), is_cui, score=DOUBTFUL),
    Vat("SE", "se", ("999999999999", "999999-999999", "999999-9999-99", "9999999999 99", "999999-9999 99"), vat.sweden),
    Vat("SI", "si", EIGHT, is_tax_number, score=DOUBTFUL),
    Vat("SK", "sk", TEN, vat.slovakia),
    Vat("GB", "gb", (*NINE, "999 9999 99", "999999999999"), vat.britain),
    Vat("XI", "gb", (*NINE, "999 9999 99", "999999999999"), vat.britain),
)


def _with_prefix(number: Vat) -> Check:
    """The prefix in capitals, or in any case where the number follows at once ("de 123…" is a word and a number)."""

    def is_vat(value: str) -> bool:
        prefix = value[:2]
        if prefix.upper() != number.prefix or not (prefix.isupper() or value[2].isalnum()):
            return False
        return number.check(compact(value[2:]))

    return is_vat


def _declared(number: Vat) -> Patterns:
    return Patterns(
        name=f"{number.prefix.lower()}_vat",
        type=number.type or f"{number.country.upper()}_VAT",
        country=number.country,
        source=SOURCE,
        forms=tuple(f"AA{mark}{form}" for mark in ("", " ", "-") for form in number.forms),
        check=_with_prefix(number),
        reading=as_written,
        score=number.score,
        context=CONTEXT,
    )


PATTERNS = tuple(map(_declared, NUMBERS))
