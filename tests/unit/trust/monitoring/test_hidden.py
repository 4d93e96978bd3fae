"""Text in another coat: escapes and base64."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.monitoring.hidden import MOST_RUNS, decoded, unescaped

SAID = "please come and have a look at the garden with all of us"
CODED = base64.b64encode(SAID.encode()).decode()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("plain", "plain"),
        ("a\\nb", "a\nb"),
        ("gr\\u0075mble", "grumble"),
        ('\\"quoted\\" and \\\\', '"quoted" and \\'),
        ("half \\u00", "half \\u00"),
        ("\\x stays", "\\x stays"),
    ],
)
def test_escapes(written: str, said: str) -> None:
    assert unescaped(written) == said


def test_base64_that_is_text() -> None:
    assert list(decoded(f"Here it is: {CODED}.")) == [SAID]


@pytest.mark.parametrize("skipped", [1, 2, 3, 5])
def test_base64_that_is_cut_anywhere(skipped: int) -> None:
    (said,) = decoded(CODED[skipped:])
    assert said in SAID
    assert len(said) >= len(SAID) - 6


@pytest.mark.parametrize("text", ["", "short", "a" * 100, "0123456789abcdef" * 4, "AnIdentifierThatIsQuiteLongIndeed"])
def test_what_is_no_text_is_left_alone(text: str) -> None:
    assert list(decoded(text)) == []


@pytest.mark.parametrize("text", [SAID.encode().hex(), "".join(f"&#{ord(char)};" for char in SAID)])
def test_hex_and_references_that_are_text(text: str) -> None:
    assert any(SAID in said for said in decoded(f"So: {text}"))


def test_only_the_first_runs_are_read() -> None:
    assert len(list(decoded(f"{CODED} " * 50))) == MOST_RUNS


@given(st.text(max_size=200))
def test_any_text_will_do(text: str) -> None:
    unescaped(text)
    list(decoded(text))
