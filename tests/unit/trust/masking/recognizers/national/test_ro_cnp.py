"""Cases for ro_cnp: Romania: cod numeric personal, 13 digits: sex and century, day of birth, county, three digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ro_cnp import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("CNP-ul meu este 1800101221144.", ("1800101221144",)),
    ("1 800101 221144", ("1 800101 221144",)),
    ("CNP 1800101221143", ()),
    ("CNP 1801301221144", ()),
    ("CNP 0800101221144", ()),
    ("CNP 18001012211440", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ro_cnp(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
