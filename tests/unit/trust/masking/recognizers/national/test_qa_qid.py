"""Cases for qa_qid: Qatar: QID, 11 digits: century, year of birth, country, number; no published check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.qa_qid import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("QID 28463401234, Doha", ("28463401234",)),
    ("الرقم الشخصي 28463401234", ("28463401234",)),
    ("order 28463401234", ()),
    ("QID 18463401234", ()),
    ("QID 284634012345", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_qa_qid(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
