"""Cases for fr_siren: France: SIREN, the 9 digits of a company."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.fr_siren import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Notre SIREN : 732 829 320", ("732 829 320",)),
    ("société immatriculée au RCS de Paris sous le numéro 552100554", ("552100554",)),
    ("SIREN 732829321", ()),
    ("SIREN 000000000", ()),
    ("colis 732829320", ()),
    ("SIREN 7328293200", ()),
    ("SIREN A732829320", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_fr_siren(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
