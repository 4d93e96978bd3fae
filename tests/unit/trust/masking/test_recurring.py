"""Values found once are found everywhere, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking import recurring
from shoal.trust.masking.entity import GAZETTEER, Entity
from shoal.trust.masking.recurring import Recurring


def spread(*texts: str, kind: str = "PERSON", recognizer: str = "t", value: str = "Anna Planted") -> list[list[str]]:
    """What is found in each text after `value` was found in the first."""
    start = texts[0].index(value)
    found = [[Entity(kind, start, start + len(value), 0.9, recognizer)], *([] for _ in texts[1:])]
    Recurring().spread(texts, found)
    return [[text[each.start : each.end] for each in entities] for text, entities in zip(texts, found, strict=True)]


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("Billing of Planted / Other", ["Planted"]),
        ("Anna Planted and Planted", ["Anna Planted", "Planted"]),
        ("Planted's bill", ["Planted"]),
        ("planted trees, Plantedness, Implanted", []),
        ("Anna said so", []),
        ("", []),
    ],
)
def test_a_full_name_is_found_again_and_so_is_the_surname(text: str, again: list[str]) -> None:
    assert spread("I am Anna Planted.", text)[1] == again


@pytest.mark.parametrize(
    ("kind", "value", "recognizer", "again"),
    [
        ("US_SSN", "219-09-9999", "us_ssn", True),
        ("EMAIL_ADDRESS", "a@b.example", "email", True),
        ("CUSTOMER", "C-20771", "fields", True),
        ("PIN", "1234", "fields", False),
        ("PERSON", "Anna", "t", False),
        ("LOCATION", "Paris 75001", GAZETTEER, False),
        ("DATE_TIME", "10.10.2020", "shoal/pii-fast", False),
    ],
)
def test_numbers_and_addresses_are_found_again_but_no_common_words(
    kind: str, value: str, recognizer: str, again: bool
) -> None:
    found = spread(f"it is {value}", f"again {value}!", kind=kind, recognizer=recognizer, value=value)
    assert found[1] == ([value] if again else [])


def test_what_was_found_already_stays_as_it_is() -> None:
    texts = ["I am Anna Planted.", "on Planted Street 5"]
    address = Entity("ADDRESS", 3, 19, 0.9, "t")
    found = [[Entity("PERSON", 5, 17, 0.9, "t")], [address]]
    Recurring().spread(texts, found)
    assert found[1] == [address]


def test_later_texts_of_the_exchange_are_searched_too() -> None:
    recurring = Recurring()
    recurring.spread(["I am Anna Planted."], [[Entity("PERSON", 5, 17, 0.9, "t")]])
    found: list[list[Entity]] = [[]]
    recurring.spread(["Ask Planted"], found)
    assert [(each.type, each.start, each.end) for each in found[0]] == [("PERSON", 4, 11)]


@given(
    st.lists(st.text("ab1 @-", max_size=40), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 30), st.integers(6, 12)), min_size=1, max_size=4),
)
def test_few_terms_are_found_as_many_are(texts: list[str], places: list[tuple[int, int]]) -> None:
    """One by one, or in one pass over each text."""
    texts = [*texts, "a@b1 a@b1-a@b1 12345"]
    found: list[list[Entity]] = [[] for _ in texts]
    found[-1] = [Entity("EMAIL_ADDRESS", at, at + size, 0.9, "t") for at, size in places]
    few, many = ([list(each) for each in found] for _ in range(2))
    Recurring().spread(texts, few)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recurring, "LITTLE", 0)
        Recurring().spread(texts, many)
    assert few == many
