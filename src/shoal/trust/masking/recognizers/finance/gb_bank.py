"""United Kingdom: sort codes and the account numbers that go with them."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

_SORT = ("sort code", "sort-code", "sortcode", "sort codes", "s/c")

PATTERNS = (
    Patterns(
        name="gb_sort_code",
        type="GB_SORT_CODE",
        country="gb",
        source="Vocalink, Industry Sorting Code Directory",
        forms=spread("99 99 99"),
        check=lambda digits: not all_same(digits),
        score=0.2,
        context=_SORT,
    ),
    Patterns(
        name="gb_bank_account",
        type="GB_BANK_NUMBER",
        country="gb",
        source="Pay.UK, validating account numbers: 6 to 8 digits, written as 8",
        forms=("99999999", "9999 9999"),
        check=lambda digits: not all_same(digits),
        score=0.2,
        context=(*_SORT, "account number", "account no", "acc no", "a/c no", "bank account", "current account"),
    ),
)
