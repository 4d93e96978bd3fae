"""Cases for iban: International bank account numbers of every country in the registry, grouped or not."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.finance.iban import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Bitte auf DE89 3704 0044 0532 0130 00 überweisen", ("DE89 3704 0044 0532 0130 00",)),
    ("gb82west12345698765432", ("gb82west12345698765432",)),
    ("IBAN: GB82 WEST 1234 5698 7654 32.", ("GB82 WEST 1234 5698 7654 32",)),
    ("FR14 2004 1010 0505 0001 3M02 606 est le compte", ("FR14 2004 1010 0505 0001 3M02 606",)),
    ("NL91ABNA0417164300", ("NL91ABNA0417164300",)),
    ("NO93-8601-1117-947", ("NO93-8601-1117-947",)),
    ("MT84MALT011000012345MTLCAST001S", ("MT84MALT011000012345MTLCAST001S",)),
    ("IBANBE68539007547034", ("BE68539007547034",)),
    ("SA03 8000 0000 6080 1016 7519", ("SA03 8000 0000 6080 1016 7519",)),
    ("DE89 3704 0044 0532 0130 01", ()),
    ("DE89 3704 0044 0532 0130", ()),
    ("DE89 3704 0044 0532 0130 000", ()),
    ("ZZ89 3704 0044 0532 0130 00", ()),
    ("XDE89370400440532013000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_iban(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
