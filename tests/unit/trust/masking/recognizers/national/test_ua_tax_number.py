"""Cases for ua_tax_number: Ukraine: RNOKPP (IPN), the tax number of a person, 10 digits: days since 1899, four."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ua_tax_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("РНОКПП: 1759013776", ("1759013776",)),
    ("ІПН 3184710691", ("3184710691",)),
    ("ідентифікаційний код 3184710691", ("3184710691",)),
    ("замовлення 1759013776", ()),
    ("РНОКПП 1759013777", ()),
    ("РНОКПП 17590137760", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ua_tax_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
