"""Cases for se_organisation_number: Sweden: organisationsnummer, 10 digits of which the third is 2 or more."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.se_organisation_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Org.nr 556016-0680", ("556016-0680",)),
    ("organisationsnummer 2021005489", ("2021005489",)),
    ("order 556016-0680", ()),
    ("org.nr 556016-0681", ()),
    ("org.nr 551016-0680", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_se_organisation_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
