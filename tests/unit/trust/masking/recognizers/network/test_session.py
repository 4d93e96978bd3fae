"""Cases for session: Cookies and identifiers of sessions."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.network.session import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Cookie: theme=dark; sid=123", ("theme=dark; sid=123",)),
    ("PHPSESSID=abc123def456;", ("abc123def456",)),
    ("session id is 9f8e7d6c5b", ("9f8e7d6c5b",)),
    ("a cookie: the sweet one", ()),
    ("session_id: str", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_session(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
