"""Cases for domain_name: Names of hosts without a scheme, under well-known top-level domains."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.general.domain_name import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("visit example.com today", ("example.com",)),
    ("mail.example.co.uk.", ("mail.example.co.uk",)),
    ("bei bücher.de kaufen", ("bücher.de",)),
    ("it was done.in the end", ()),
    ("main.py, node.js, os.path.in and README.md", ()),
    ("foo@example.com", ()),
    ("C:\\dir\\file.com", ()),
    ("e.g. this", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_domain_name(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
