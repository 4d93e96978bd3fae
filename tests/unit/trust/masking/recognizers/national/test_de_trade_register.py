"""Cases for de_trade_register: Germany: number in the trade register, HRA or HRB."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.de_trade_register import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Amtsgericht Charlottenburg, HRB 86891 B", ("HRB 86891 B",)),
    ("Handelsregister: hra12345", ("hra12345",)),
    ("Registergericht München HRB Nr. 6684", ("HRB Nr. 6684",)),
    ("HRB 12345", ()),
    ("Amtsgericht XHRB 12345", ()),
    ("Amtsgericht HRB 12345678", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_de_trade_register(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
