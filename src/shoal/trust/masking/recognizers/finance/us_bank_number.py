"""United States: bank account numbers, 6 to 17 digits that only their context tells apart."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="us_bank_number",
    type="US_BANK_NUMBER",
    country="us",
    source="NACHA Operating Rules: DFI account number, at most 17 characters",
    forms=tuple("9" * length for length in range(6, 18)),
    check=lambda digits: not all_same(digits),
    score=0.1,
    context=(
        *("account number", "account no", "account no.", "account #", "account#", "acct", "acct.", "acct#", "a/c"),
        *("bank account", "checking account", "savings account", "checking acct", "direct deposit", "account ending"),
        *("bank acct", "debit account", "deposit account", "wire transfer"),
    ),
    context_score=0.7,
)
