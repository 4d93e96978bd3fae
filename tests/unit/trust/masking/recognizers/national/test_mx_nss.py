"""Cases for mx_nss: Mexico: Número de Seguridad Social of the IMSS, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.mx_nss import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NSS: 12 34 56 7890 3", ("12 34 56 7890 3",)),
    ("Su número de seguridad social es 72-79-54-1238-5.", ("72-79-54-1238-5",)),
    ("imss 12345678903", ("12345678903",)),
    ("NSS 12345678900", ()),
    ("pedido 12345678903", ()),
    ("NSS 00000000000", ()),
    ("NSS 123456789033", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_mx_nss(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
