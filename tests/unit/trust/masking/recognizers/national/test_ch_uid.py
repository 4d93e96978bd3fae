"""Cases for ch_uid: Switzerland: Unternehmens-Identifikationsnummer, CHE and nine digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ch_uid import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("UID: CHE-116.281.710 MWST", ("CHE-116.281.710",)),
    ("che116281710", ("che116281710",)),
    ("CHE-116.281.711", ()),
    ("ABC-116.281.710", ()),
    ("CHE-116.281.7101", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ch_uid(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
