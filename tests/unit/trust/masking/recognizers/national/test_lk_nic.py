"""Cases for lk_nic: Sri Lanka: national identity card, 9 digits and V or X, or 12 digits since 2016."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.lk_nic import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My NIC number is 853401234V.", ("853401234V",)),
    ("Mr Perera (857401234v) called", ("857401234v",)),
    ("ජාතික හැඳුනුම්පත 198534012345", ("198534012345",)),
    ("timestamp 198534012345", ()),
    ("NIC 853991234V", ()),
    ("NIC 853401234A", ()),
    ("NIC 8534012345V", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_lk_nic(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
