"""Passages in, citations out."""

import pytest

from shoal.chat import Chat, Message, Passage, Trust
from shoal.models.hosts.grounded import Reader, grounded

DOGS = Passage("p1", "pets", "dogs.md", "Dogs", "Dogs bark at night. A dog eats meat twice a day.")
CATS = Passage("p2", "pets", "cats.md", "", "Cats sleep sixteen hours. They purr.")


def chat(*messages: Message) -> Chat:
    return Chat("m", messages, passages=(DOGS, CATS))


def test_passages_stand_before_the_last_question() -> None:
    first, second = Message.of("user", "One?"), Message.of("user", "Two?")
    made = grounded(chat(Message.of("system", "S"), first, Message.of("assistant", "A"), second))
    assert [message.role for message in made] == ["system", "user", "assistant", "user", "user"]
    assert made[4] is second
    assert made[3].trust is Trust.RETRIEVED
    assert "[1] Dogs\nDogs bark at night." in made[3].text
    assert "[2] cats.md\nCats sleep" in made[3].text


def test_tool_results_stay_with_their_calls() -> None:
    call = Message("assistant", {"role": "assistant", "tool_calls": []}, Trust.MEMORY)
    made = grounded(chat(Message.of("user", "One?"), call, Message.of("tool", "7")))
    assert [message.role for message in made] == ["user", "user", "assistant", "tool"]


def test_without_a_question_they_come_last() -> None:
    made = grounded(chat(Message.of("system", "S")))
    assert [message.role for message in made] == ["system", "user"]


def test_without_passages_nothing_changes() -> None:
    messages = (Message.of("user", "One?"),)
    assert grounded(Chat("m", messages)) is messages


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("A dog eats meat [1].", [1]),
        ("Cats purr [2]. Dogs bark [1][2].", [1, 2]),
        ("Both [1, 2].", [1, 2]),
        ("Nothing [3] [0] [x] [].", []),
        ("Plain.", []),
    ],
)
def test_numbers(answer: str, numbers: list[int]) -> None:
    reader = Reader((DOGS, CATS))
    for letter in answer:
        reader.add(letter)
    assert [citation.number for citation in reader.citations()] == numbers


def test_the_quote_is_the_nearest_sentence() -> None:
    reader = Reader((DOGS, CATS))
    reader.add("It eats meat two times a day [1].\n\nAlso, they purr [2].")
    assert [citation.quote for citation in reader.citations()] == ["A dog eats meat twice a day.", "They purr."]
    assert reader.citations()[0].passage is DOGS
