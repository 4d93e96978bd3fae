"""Cases for eu_vat: European Union (and Britain): VAT numbers with the prefix of their country, one declaration."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.eu_vat import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("UID: ATU13585627", ("ATU13585627",)),
    ("UID-Nr. AT U13585627", ("AT U13585627",)),
    ("BTW BE 0403.019.261", ("BE 0403.019.261",)),
    ("VAT BG175074752", ("BG175074752",)),
    ("VAT BG7523169263", ("BG7523169263",)),
    ("CY10259033P", ("CY10259033P",)),
    ("DIČ: CZ25123891", ("CZ25123891",)),
    ("DIČ CZ7103192745", ("CZ7103192745",)),
    ("USt-IdNr.: DE136695976", ("DE136695976",)),
    ("VAT DE 136 695 976", ("DE 136 695 976",)),
    ("VAT de136695976", ("de136695976",)),
    ("un total de 136695976", ()),
    ("USt-IdNr. DE136695978", ()),
    ("Bestellung DE136695976", ()),
    ("VAT de 136695976", ()),
    ("VAT DK13585628", ("DK13585628",)),
    ("KMKR EE100931558", ("EE100931558",)),
    ("ΑΦΜ EL094259216", ("EL094259216",)),
    ("ESB58378431", ("ESB58378431",)),
    ("VAT ES54362315K", ("ES54362315K",)),
    ("ES 12345678A", ()),
    ("VAT FI20774740", ("FI20774740",)),
    ("TVA FR 40 303 265 045", ("FR 40 303 265 045",)),
    ("FR23334175221", ("FR23334175221",)),
    ("FR41303265045", ()),
    ("VAT HR33392005961", ("HR33392005961",)),
    ("VAT HU12892312", ("HU12892312",)),
    ("IE6433435F", ("IE6433435F",)),
    ("IE8D79739I", ("IE8D79739I",)),
    ("P.IVA IT00743110157", ("IT00743110157",)),
    ("PVM LT119511515", ("LT119511515",)),
    ("LT100001919017", ("LT100001919017",)),
    ("LU15027442", ("LU15027442",)),
    ("PVN LV40003521600", ("LV40003521600",)),
    ("MT11679112", ("MT11679112",)),
    ("btw NL004495445B01", ("NL004495445B01",)),
    ("NL123456789B13", ("NL123456789B13",)),
    ("NL123456789B12", ()),
    ("VAT PL8567346215", ("PL8567346215",)),
    ("VAT PT501964843", ("PT501964843",)),
    ("CUI RO18547290", ("RO18547290",)),
    ("RO18547290", ()),
    ("SE123456789701", ("SE123456789701",)),
    ("VAT SI50223054", ("SI50223054",)),
    ("IČ DPH SK2022749619", ("SK2022749619",)),
    ("VAT GB980780684", ("GB980780684",)),
    ("VAT GB 980 7806 84", ("GB 980 7806 84",)),
    ("XX136695976", ()),
    ("DE1366959760", ()),
    ("ADE136695976", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_eu_vat(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
