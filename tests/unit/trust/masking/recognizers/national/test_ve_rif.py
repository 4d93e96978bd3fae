"""Cases for ve_rif: Venezuela: Registro Único de Información Fiscal, a letter and 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ve_rif import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("RIF J-00002961-0", ("J-00002961-0",)),
    ("rif: v-11470283-4", ("v-11470283-4",)),
    ("R.I.F. V114702834", ("V114702834",)),
    ("pieza V114702834", ()),
    ("RIF A-00002961-0", ()),
    ("RIF J-00002961-00", ()),
    ("RIF J-12345678-9", ("J-12345678-9",)),
    ("pieza J-12345678-9", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ve_rif(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
