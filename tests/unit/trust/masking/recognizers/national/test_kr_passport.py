"""Cases for kr_passport: South Korea: passport, a letter and 8 digits; since 2021 with a second letter in the."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.kr_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("여권번호 M12345678", ("M12345678",)),
    ("여권 번호는 M123A4567입니다", ("M123A4567",)),
    ("passport: m70689098", ("m70689098",)),
    ("부품 M12345678", ()),
    ("여권 X12345678", ()),
    ("여권 M123456789", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_kr_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
