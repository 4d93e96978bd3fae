"""Cases for aba_routing: United States: ABA routing transit numbers, 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.finance.aba_routing import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("routing number 121000358", ("121000358",)),
    ("ABA 0210-0002-1", ("0210-0002-1",)),
    ("121000358", ()),
    ("routing number 121000359", ()),
    ("routing number 421000358", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_aba_routing(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
