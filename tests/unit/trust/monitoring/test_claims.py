"""What a sentence claims: its numbers in one form, its names, its words."""

from __future__ import annotations

import pytest

from shoal.trust.monitoring.claims import Claims


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It costs 1,000 euros", {"1000"}),
        ("It costs 1000 euros", {"1000"}),
        ("It costs 1'000 or 1\u202f000 francs", {"1000"}),
        ("2.50 and 2.5 are the same", {"2.5"}),
        ("about 30 % of it, 30% in all", {"30"}),
        ("open from 10:00 to 18:30", {"10:00", "18:30"}),
        ("on 3 May 1991", {"3", "1991"}),
        ("007 and 7", {"7"}),
        ("three days, Twelve hours", {"3", "12"}),
        ("one of them", set()),
        ("version 4.1.0", {"4.1.0"}),
        ("no number here", set()),
    ],
)
def test_numbers_have_one_form(text: str, numbers: set[str]) -> None:
    assert Claims.of(text).numbers == numbers


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The library is in Boston and in New York", {"boston", "new", "york"}),
        ("Boston has a library", set()),
        ("Ask <PERSON_4tq2w6nb> about it", {"<PERSON_4tq2w6nb>"}),
        ("Set retain_days in it", {"retain_days"}),
        ("Use the NASA feed", {"nasa"}),
        ("NASA has a feed", {"nasa"}),
        ("We met Jane's brother", {"jan"}),
        ("It ends. Then it begins", set()),
        ("and I think so", set()),
    ],
)
def test_names(text: str, names: set[str]) -> None:
    assert Claims.of(text).names == names


def test_words_are_stems_without_those_that_say_nothing() -> None:
    assert Claims.of("The libraries were opened in the evenings").stems == {"library", "open", "even"}


@pytest.mark.parametrize(("text", "empty"), [("Yes.", True), ("Well then", True), ("It costs 3", False), ("", True)])
def test_what_claims_nothing(text: str, empty: bool) -> None:
    assert Claims.of(text).is_empty is empty


def test_the_words_and_names_of_a_question_count_for_nothing_but_its_numbers_do() -> None:
    question = Claims.of_source("Does Harbor keep 30 backups?")
    left = Claims.of("Surely Harbor keeps 30 daily backups").without(question)
    assert not left.names
    assert left.numbers == {"30"}
    assert "backup" not in left.stems
    assert "daily" in left.stems
