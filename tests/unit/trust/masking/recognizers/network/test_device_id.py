"""Cases for device_id: Advertising and device identifiers of phones and computers; context only."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.network.device_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("IDFA 123e4567-e89b-12d3-a456-426614174000", ("123e4567-e89b-12d3-a456-426614174000",)),
    ("android_id=9774d56d682e549c", ("9774d56d682e549c",)),
    ("123e4567-e89b-12d3-a456-426614174000", ()),
    ("device id 00000000-0000-0000-0000-000000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_device_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
