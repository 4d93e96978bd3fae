"""Cases for url: Addresses of web pages and files: with a scheme, or beginning with www."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.general.url import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("see https://example.com/a?b=c&d=e).", ("https://example.com/a?b=c&d=e",)),
    ("www.example.co.uk/path, ok", ("www.example.co.uk/path",)),
    ("查看https://x.com/y。", ("https://x.com/y",)),
    ("HTTP://192.168.1.1:8080/x!", ("HTTP://192.168.1.1:8080/x",)),
    ("ftp://files.example.org", ("ftp://files.example.org",)),
    ("a://b", ()),
    ("awww.example", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_url(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
