"""Many expressions over one text, found alike in whatever sets."""

from __future__ import annotations

import pytest
import re2  # type: ignore[import-untyped]

from shoal.trust.masking.expressions import TOGETHER, Expressions

EXPRESSIONS = Expressions([(r"\b[a-c]\b", "letter"), (r"\b\d+\b", "number"), (r"(?i)code: (?P<value>\d*)", "code")])
CASES = [
    (b"a 12", [("a", "letter"), ("12", "number")]),
    (b"Code: 7;", [("7", "number"), ("7", "code")]),
    (b"code: ", []),
    (b"none", []),
    (b"", []),
]


def found(expressions: Expressions[str], text: bytes) -> list[tuple[str, str]]:
    return [(text[start:end].decode(), meaning) for start, end, meaning in expressions.find(text)]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_find(text: bytes, expected: list[tuple[str, str]]) -> None:
    assert found(EXPRESSIONS, text) == expected


def test_more_than_one_set() -> None:
    many = Expressions([(rf"\bx{number}\b", str(number)) for number in range(3 * TOGETHER)])
    assert found(many, b"x0 x44 x15 x45") == [("x0", "0"), ("x15", "15"), ("x44", "44")]


def test_a_set_without_memory_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expressions = Expressions([(r"\d+", "number")])
    monkeypatch.setattr(re2.Set, "Match", lambda self, text: None)
    assert found(expressions, b"a 12") == [("12", "number")]


def test_a_wrong_expression_is_refused() -> None:
    with pytest.raises(re2.error):
        Expressions([("(", "wrong")])
