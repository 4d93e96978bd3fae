"""Cases for username: Names of accounts: @handles near the networks that use them, and what follows "username:"."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.general.username import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("follow @jane_doe on twitter", ("@jane_doe",)),
    ("username: jdoe42", ("jdoe42",)),
    ('"user_name": "jane.doe"', ("jane.doe",)),
    ("github.com/janedoe", ("janedoe",)),
    ("ask u/jane_doe", ("jane_doe",)),
    ("@property", ()),
    ("user name is required", ()),
    ("user: hello", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_username(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
