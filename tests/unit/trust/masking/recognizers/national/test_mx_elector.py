"""Cases for mx_elector: Mexico: clave de elector of the voter's card (INE), 18 characters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.mx_elector import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Clave de elector GMVLMR80070501M100", ("GMVLMR80070501M100",)),
    ("la credencial gmvlmr80070501h100 venció", ("gmvlmr80070501h100",)),
    ("clave GMVLMR80130501M100", ()),
    ("clave GMVLMR80070599M100", ()),
    ("clave GMVLMR80070501Z100", ()),
    ("XGMVLMR80070501M100", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_mx_elector(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
