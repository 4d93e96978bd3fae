"""Near words: what a question is widened by, and which passage holds most of it."""

from __future__ import annotations

import pytest

from shoal.chat import Passage
from shoal.grounding.near import MOST_ADDED, NearWords


@pytest.fixture(scope="module")
def near() -> NearWords:
    return NearWords()


def passage(source: str, text: str, score: float) -> Passage:
    return Passage(source, "mine", source, "", text, score)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("holiday", "vacation"),
        ("vacations", "holiday"),
        ("how do I get rid of it", "delet"),
        ("can I hand in the form", "send"),
        ("they were reimbursed", "refund"),
    ],
)
def test_near_words_are_found_from_words_forms_and_phrases(near: NearWords, question: str, word: str) -> None:
    assert word in near.of(question)


def test_the_question_comes_first_and_the_list_ends(near: NearWords) -> None:
    assert near.of("holiday")[0] == "holiday"
    found = near.of("holiday price doctor delete error key limit password travel meal car house work train")
    assert len(found) == len(set(found)) == MOST_ADDED
    assert near.of("") == []


def test_a_passage_in_near_words_goes_before_one_that_says_a_common_word(near: NearWords) -> None:
    found = near.ranked(
        "vacation allowance of employees who are sick",
        [
            passage("all.md", "Sick employees keep their vacation allowance.", 4.0),
            passage("badge.md", "Employees wear a badge.", 1.0),
            passage("near.md", "Staff who are ill keep their holiday.", 0.0),
        ],
    )
    assert [each.source for each in found] == ["all.md", "near.md", "badge.md"]
    assert found[0].score > found[1].score > 0


def test_of_two_with_the_same_words_bm25_decides(near: NearWords) -> None:
    texts = [passage("a.md", "Parking is free.", 1.0), passage("b.md", "Parking is free.", 2.0)]
    assert [each.source for each in near.ranked("parking", texts)] == ["b.md", "a.md"]


@pytest.mark.parametrize("question", ["", "???", "\0", "zzzz", "the of and"])
def test_no_question_is_an_error(near: NearWords, question: str) -> None:
    assert near.ranked(question, []) == []
    assert len(near.ranked(question, [passage("a.md", "Parking is free.", 1.0)])) == 1
