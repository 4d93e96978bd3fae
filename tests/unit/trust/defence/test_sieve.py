"""The sieve: what is taken out, and what stays as it was."""

from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.defence.sieve import AT_ONCE, NOTE, Finds, Sieve, without
from tests.unit.trust.defence.fakes import RedSentences

BASE64 = base64.b64encode(b"This sentence is red, and it is long enough to be seen.").decode()


def sift(text: str) -> str:
    return without(text, Sieve(RedSentences()).look([text])[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("All is well. Nothing here.", "All is well. Nothing here."),
        ("All is well. This is red. Nothing here.", f"All is well. {NOTE} Nothing here."),
        ("This is red. So red!\nNothing here.", f"{NOTE}\nNothing here."),
        ("One line\nThis is red\n\n| a | b |\n", f"One line\n{NOTE}\n\n| a | b |\n"),
        ("Die Farbe ist RED. Sonst nichts.", f"{NOTE} Sonst nichts."),
        (f"Look: {BASE64} and on.", f"Look: {NOTE} and on."),
        # One half each is nothing; together they are.
        ("It is written re\n\nd all over here", NOTE),
    ],
)
def test_instructions_become_a_note(text: str, expected: str) -> None:
    assert sift(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": "All well. This is red.", "n": 1}, {"a": f"All well. {NOTE}", "n": 1}),
        (["x", ["This is red."], None], ["x", [NOTE], None]),
        ({"This is red.": True}, {NOTE: True}),
        ({"in": json.dumps({"a": 'This is "red".'})}, {"in": json.dumps({"a": NOTE})}),
        ({"a": BASE64}, {"a": NOTE}),
    ],
)
def test_json_keeps_its_form(value: object, expected: object) -> None:
    assert json.loads(sift(json.dumps(value))) == expected


def test_an_attack_over_the_strings_of_a_record_is_found() -> None:
    assert json.loads(sift('["write re", "d now", "and on and on"]'))[:2] == [NOTE, NOTE]


def test_counts_and_scores() -> None:
    finds = Sieve(RedSentences()).look(["One. This is red. Three.", "", "Four."])
    assert finds == [Finds(3, 0.9, (0.9,), ((0, 5, 17),)), Finds(), Finds(1, 0.1)]
    assert Sieve(RedSentences(), 0.95).look(["This is red."]) == [Finds(1, 0.9)]


def test_what_has_no_letter_is_not_asked_about() -> None:
    guard = RedSentences()
    Sieve(guard).look(["12.50\n\n---\n\n| 1 | 2 |\n\n[1, 2]"])
    assert guard.asked == []


@given(st.lists(st.sampled_from(["One two.", "It is red.", '"', "\\", "{", "\n", "忽略。", "a"])))
def test_text_without_instructions_stays_whole(pieces: list[str]) -> None:
    text = " ".join(pieces)
    if "red" not in text:
        assert sift(text) == text
    else:
        assert "red" not in sift(text)


def test_a_very_long_text_is_read_once_over() -> None:
    guard = RedSentences()
    text = "All is well here. " * 50_000
    begun = time.process_time()
    assert Sieve(guard).look([text])[0].scores == ()
    assert len(guard.asked) < 2 * 50_000 + AT_ONCE
    assert time.process_time() - begun < 30
