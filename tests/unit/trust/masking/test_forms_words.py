"""Pictures that begin with words, and how far a word may reach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking.forms import Forms

FORMS = ("999-99-9999", "AA 999", "AAA-AA 99", "9 99", "9 99 9", "A9A 9A9")
CASES = [
    ("AB 123", {("AB 123", "AA 999")}),
    ("x AB 123", {("AB 123", "AA 999")}),
    ("xAB 123", set()),
    ("\xe9AB 123", set()),
    ("XYZ-AB 12", {("XYZ-AB 12", "AAA-AA 99")}),
    ("1 22 3", {("1 22", "9 99"), ("1 22 3", "9 99 9")}),
    ("K1A 0B1", {("K1A 0B1", "A9A 9A9")}),
    ("a" * 100 + "1", set()),
    ("AB  123", set()),
]


def found(text: str) -> set[tuple[str, str]]:
    hits = Forms((form, form) for form in FORMS).find(text.encode("latin-1"))
    return {(text[start:end], form) for start, end, form in hits}


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_forms_that_begin_with_words(text: str, expected: set[tuple[str, str]]) -> None:
    assert found(text) == expected


@given(
    words=st.lists(st.sampled_from(["one", "B", "CD", "EFG-H", "\xe9", "7", "8 99"]), max_size=4),
    before=st.text(" \n(:", min_size=1, max_size=5),
    after=st.text(" \n).,;", max_size=5),
)
def test_a_form_is_found_wherever_it_stands(words: list[str], before: str, after: str) -> None:
    assert ("AB 123", "AA 999") in found(f"{' '.join(words)}{before}AB 123{after}")
