"""The ask without harness text; follow-ups; plain measures."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.chat import Chat, Message
from shoal.routing.features import MOST_CHARS, SURFACE, AskFeatures, ask_of, shortened, surface, without_harness

LONG = "Explain in detail how the billing of the annual plan works"


def chat(*said: tuple[str, str]) -> Chat:
    return Chat("auto", tuple(Message.of(role, text) for role, text in said))


@pytest.mark.parametrize(
    ("said", "ask"),
    [
        ([("user", LONG)], LONG),
        ([("user", LONG), ("assistant", "So."), ("user", "yes, do it")], f"{LONG}\nyes, do it"),
        ([("user", "old question that is long enough to stand alone"), ("assistant", "a"), ("user", LONG)], LONG),
        ([("user", LONG), ("assistant", "call"), ("tool", "a very long result of a tool")], LONG),
        (
            [("user", LONG), ("assistant", "a"), ("user", "ok"), ("assistant", "b"), ("user", "go on")],
            f"{LONG}\nok\ngo on",
        ),
        ([("user", f"<system-reminder>Never lie.</system-reminder>{LONG}")], LONG),
        ([("system", "Be brief.")], ""),
        ([], ""),
    ],
)
def test_the_ask(said: list[tuple[str, str]], ask: str) -> None:
    assert ask_of(chat(*said)) == ask


def test_harness_text_alone_is_kept_for_want_of_another() -> None:
    only = "<environment-details>x</environment-details>"
    assert without_harness(only) == only


def test_markup_that_people_write_stays() -> None:
    assert without_harness("Fix <b>this</b> please") == "Fix <b>this</b> please"


def test_a_long_ask_keeps_both_ends() -> None:
    cut = shortened("a" * MOST_CHARS + "b" * 10)
    assert len(cut) == MOST_CHARS + 1
    assert (cut[0], cut[-1]) == ("a", "b")


def test_plain_measures_of_a_worked_case() -> None:
    found = dict(zip(SURFACE, surface("Is 2+2 not 4?"), strict=True))
    assert found["word_length"] == pytest.approx(13 / 4)
    assert found["numbers"] == pytest.approx(3 / 4)
    assert found["operators"] == pytest.approx(10 / 13)
    assert (found["questions"], found["negation"], found["beyond_ascii"]) == (1, 1, 0)


@given(st.text(st.sampled_from("ab \t\n\x0b\x1c\x85\u3000\0")))
def test_words_stand_between_blanks(text: str) -> None:
    found = dict(zip(SURFACE, surface(text), strict=True))
    assert found["words"] == pytest.approx(math.log1p(max(len(text.split()), 1)))


@pytest.mark.parametrize("text", ["", " ", "x" * 1_000_000, "日本語のテキスト", "\ud800", "\0"])
def test_any_text_has_features(text: str) -> None:
    asks = AskFeatures().of([text])
    assert len(asks) == 1
    assert asks.surface.shape == (1, len(SURFACE))


def test_what_is_masked_is_a_word_whatever_its_placeholder() -> None:
    """It is another one in each conversation."""
    found = AskFeatures().of(
        [f"Write to <PERSON_{name}> today, please." for name in ("k7f3m2qa", "2222aaaa", "zzzzzzz7")]
    )
    assert (found.surface == found.surface[0]).all()
    first, second, third = (found.grams.rows[start:end].tolist() for start, end in pairwise(found.grams.starts))
    assert first == second == third
