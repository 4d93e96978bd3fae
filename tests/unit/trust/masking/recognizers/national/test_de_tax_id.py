"""Cases for de_tax_id: Germany: steuerliche Identifikationsnummer, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.de_tax_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Meine Steuer-ID lautet 86 095 742 719.", ("86 095 742 719",)),
    ("86095742719", ("86095742719",)),
    ("Steueridentifikationsnummer: 65929970489", ("65929970489",)),
    ("Steuer-ID 86095742718", ()),
    ("Steuer-ID 11111111111", ()),
    ("Steuer-ID 12345678903", ()),
    ("Steuer-ID 06095742719", ()),
    ("860957427190", ()),
    ("a86095742719", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_de_tax_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
