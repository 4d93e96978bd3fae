"""Cases for aws: Amazon Web Services: access key identifiers, secret access keys, session tokens."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.aws import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

# Put together here so that no scanner of repositories takes them for live keys.
ID = "AKIA" + "IOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
LONG = "FwoGZXIvYXdzE" * 8

CASES: list[Case] = [
    (f"id {ID} here", (ID,)),
    (f"aws_secret_access_key = {SECRET}", (SECRET,)),
    (f"AWS secret: '{SECRET}'", (SECRET,)),
    (f"aws_session_token={LONG}==", (LONG + "==",)),
    (f"x{ID}", ()),
    (f"{SECRET}", ()),
    ("aws commit 3f786850e387550fdab836ed7e6dc881de23001b", ()),
    ("AKIA1234", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_aws(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
