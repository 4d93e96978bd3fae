"""Cases for fi_identity_code: Finland: henkilötunnus, day of birth, a sign of the century, three digits and a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.fi_identity_code import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Henkilötunnukseni on 131052-308T.", ("131052-308T",)),
    ("hetu 131052-308t", ("131052-308t",)),
    ("010594Y9032", ("010594Y9032",)),
    ("290200A717E", ("290200A717E",)),
    ("131052-308U", ()),
    ("131352-308T", ()),
    ("131052G308T", ()),
    ("131052-308TT", ()),
    ("1131052-308T", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_fi_identity_code(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
