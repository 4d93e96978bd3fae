"""Cases for be_enterprise_number: Belgium: ondernemingsnummer / numéro d'entreprise, 10 digits that begin with 0."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.be_enterprise_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Ondernemingsnummer 0403.019.261", ("0403.019.261",)),
    ("0403.019.261", ("0403.019.261",)),
    ("TVA 0403019261", ("0403019261",)),
    ("bel 0403019261", ()),
    ("TVA 0403.019.262", ()),
    ("TVA 2403.019.261", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_be_enterprise_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
