"""Cases for kz_iin: Kazakhstan: individual identification number (IIN) and business identification number (BIN)."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.kz_iin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("ИИН 061211600012", ("061211600012",)),
    ("ИИН 900730300120", ("900730300120",)),
    ("ЖСН: 900730300120", ("900730300120",)),
    ("Клиент 850101400120 оформил заявку", ("850101400120",)),
    ("БИН 030140000127", ("030140000127",)),
    ("заказ 900730300120", ()),
    ("ИИН 900730300120 с опечаткой", ("900730300120",)),
    ("ИИН 901330300123", ()),
    ("ИИН 9007303001233", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_kz_iin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
