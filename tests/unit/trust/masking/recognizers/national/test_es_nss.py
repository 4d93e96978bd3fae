"""Cases for es_nss: Spain: número de la Seguridad Social, 12 digits: province, number and two of control."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.es_nss import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Número de la Seguridad Social: 28 12345678 40", ("28 12345678 40",)),
    ("281234567840", ("281234567840",)),
    ("NSS 28/12345678/40", ("28/12345678/40",)),
    ("NSS 28 12345678 41", ()),
    ("NSS 54 12345678 40", ()),
    ("NSS 2812345678400", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_es_nss(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
