"""Cases for jwt: JSON web tokens, signed or encrypted."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.jwt import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)

CASES: list[Case] = [
    (f"token {JWT}.", (JWT,)),
    (f"Bearer {JWT}", (JWT,)),
    ("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", ("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0",)),
    ("eyJmb28iOjF9.eyJzdWIiOiIxIn0.abc", ()),
    ("eyJub3QganNvbg.eyJzdWIiOiIxIn0.abc", ()),
    ("eyJ.x.y", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_jwt(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
