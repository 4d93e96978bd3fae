"""Cases for no_organisation_number: Norway: organisasjonsnummer, 9 digits that begin with 8 or 9."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.no_organisation_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Org.nr. 988 077 917 MVA", ("988 077 917",)),
    ("organisasjonsnummer 974760673", ("974760673",)),
    ("telefon 988077917", ()),
    ("org.nr 988077918", ()),
    ("org.nr 288077917", ()),
    ("org.nr 9880779170", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_no_organisation_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
