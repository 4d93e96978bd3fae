"""shoal.trust.sentences: tables of texts; nothing but blanks lies outside the sentences, none is too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.sentences import LONGEST, spans


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n ", []),
        ("One. Two! Three? four", ["One.", "Two!", "Three?", "four"]),
        ("Write to Dr. Weiss, e.g. by mail. ok", ["Write to Dr. Weiss, e.g. by mail.", "ok"]),
        ("It costs 3.50 at example.com. Buy", ["It costs 3.50 at example.com.", "Buy"]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("1. First\n2. Second", ["1. First", "2. Second"]),
        ("Title\n\nText here", ["Title", "Text here"]),
        (
            "A line of prose that is wrapped by the mail program\nand goes on here.",
            ["A line of prose that is wrapped by the mail program\nand goes on here."],
        ),
        ("A short line\nand another", ["A short line", "and another"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["| a | b |", "|---|---|", "| 1 | 2 |"]),
        ('{"a": "One two", "b": ["x", "y"]}', ['{"a":', '"One two",', '"b": [', '"x",', '"y"]}']),
        (r"One two\nThree", [r"One two\n", "Three"]),
        ("你好。再见！", ["你好。", "再见！"]),
        ("<p>One</p><p class='x'>Two", ["<p>", "One</p>", "<p class='x'>", "Two"]),
        ("Wait... go on", ["Wait...", "go on"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text)] == sentences


@given(st.text(st.sampled_from('ab .\n!",}:Dr\\n<p>\u3002\u2003'), max_size=300), st.integers(5, 60))
def test_only_blanks_lie_outside_and_none_is_long(text: str, longest: int) -> None:
    found = spans(text, longest)
    assert all(0 < end - start <= longest for start, end in found)
    borders = [0, *(place for span in found for place in span), len(text)]
    assert borders == sorted(borders)
    outside = "".join(text[end:start] for end, start in zip(borders[::2], borders[1::2], strict=True))
    assert not outside.strip()
    assert all(text[start:end] == text[start:end].strip() for start, end in found)


def test_a_text_without_any_border_is_cut() -> None:
    assert [end - start for start, end in spans("x" * 1000)] == [LONGEST, LONGEST, 200]
    assert max(end - start for start, end in spans("word " * 1000)) <= LONGEST
