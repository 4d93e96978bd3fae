"""`shoal/answer`: quotes with citations, or a plain "I don't know"."""

from __future__ import annotations

import asyncio

import pytest

from shoal.call import Call, Trail
from shoal.chat import Chat, Message, Passage, Piece
from shoal.errors import RequestError
from shoal.models.registry import Registry
from shoal.models.specialists.answer import MOST_QUOTES, Reader, load_answer

HOURS = Passage(
    "1",
    "guide",
    "hotel.md",
    "Hotel › Pool",
    "The pool opens at 6:30 and closes at 21:00. Bathrobes hang in your wardrobe.",
    5.0,
)
PORTS = Passage(
    "2",
    "guide",
    "ports.md",
    "Gateway › Ports",
    "The gateway listens on these ports:\n\n| Port | Used for |\n|---|---|\n| 8600 | the API |\n| 9102 | metrics |",
    4.0,
)
START = Passage(
    "3",
    "guide",
    "start.md",
    "Gateway › Start the gateway",
    "To start the gateway, run this command:\n\n```\nshoal up\n```\n\nIt stops with Ctrl-C.",
    4.0,
)


def ask(question: str, *passages: Passage) -> Piece:
    return Reader().answer(Chat("shoal/answer", (Message.of("user", question),), passages=passages))


def test_a_plain_answer_is_quoted_and_cited() -> None:
    piece = ask("When does the pool close?", HOURS)
    assert piece.text.startswith("The pool opens at 6:30 and closes at 21:00. [1]")
    assert piece.citations[0].number == 1
    assert piece.citations[0].quote == "The pool opens at 6:30 and closes at 21:00."
    assert piece.citations[0].passage is HOURS
    assert piece.confidence is not None
    assert 0.0 <= piece.confidence <= 1.0
    assert piece.choices[0].finish_reason == "stop"


def test_every_mark_has_its_citation() -> None:
    piece = ask("When does the pool open?", HOURS, PORTS, START)
    assert 1 <= len(piece.citations) <= MOST_QUOTES
    for citation in piece.citations:
        assert f"[{citation.number}]" in piece.text


def test_a_row_is_said_with_its_columns() -> None:
    piece = ask("Which port is used for metrics?", PORTS)
    assert "Port: 9102; Used for: metrics [" in piece.text
    assert piece.citations[0].quote == "| 9102 | metrics |"


@pytest.mark.parametrize("question", ["What is the capital of Mongolia?", "Who won the chess tournament in Baku?"])
def test_what_the_passages_do_not_say_is_not_claimed(question: str) -> None:
    piece = ask(question, HOURS, PORTS)
    assert piece.text.startswith("I don't know")
    assert "hotel.md" in piece.text
    assert piece.citations == ()
    assert piece.confidence is not None
    assert piece.confidence < Reader().weights.threshold


def test_without_passages_it_says_how_to_get_some() -> None:
    piece = ask("When does the pool open?")
    assert "shoal ground add" in piece.text
    assert piece.confidence == 0.0


@pytest.mark.parametrize("question", ["", "  \n"])
def test_an_empty_question_is_the_callers_to_mend(question: str) -> None:
    with pytest.raises(RequestError, match="send a user message"):
        ask(question, HOURS)


@pytest.mark.parametrize("question", ["???", "泳池几点开门？", "Wann öffnet das Schwimmbad?", "a" * 5000, "\x00\ufffd"])
def test_any_question_gets_a_reply(question: str) -> None:
    assert ask(question, HOURS, PORTS).text


def test_passages_without_text_are_taken() -> None:
    assert ask("When?", Passage("1", "c", "s", "t", "")).text.startswith("I don't know")


def test_the_model_is_a_specialist_that_reports_cpu_time() -> None:
    model = load_answer()
    assert model.card.name == "shoal/answer"
    assert model.card.kind == "specialist"

    async def first() -> Piece:
        call = Call(exchange_id="x", tenant="t", opener=Registry({}), trail=Trail())
        chat = Chat("shoal/answer", (Message.of("user", "When does the pool open?"),), passages=(HOURS,))
        return await anext(aiter(model.reply(chat, call)))

    piece = asyncio.run(first())
    assert piece.usage is not None
    assert piece.usage.prompt_tokens > 0


def test_of_several_headings_the_citation_names_the_one_that_counts() -> None:
    text = "## Does it float?\n\nNo, it sinks.\n\n## How do I wash it?\n\nWash it by hand with cold water.\n"
    piece = ask(
        "How do I wash it?", Passage("4", "guide", "faq.md", "Questions › Does it float? / How do I wash it?", text)
    )
    assert piece.citations[0].quote == "Wash it by hand with cold water."
    assert piece.citations[0].passage.title == "Questions › How do I wash it?"
    assert piece.citations[0].passage.id == "4"


def test_passages_count_as_prompt_since_they_are_read() -> None:
    model = load_answer()
    chat = Chat("shoal/answer", (Message.of("user", "When does the pool close?"),), passages=(HOURS,))

    async def prompt_tokens() -> int:
        call = Call(exchange_id="x", tenant="t", opener=Registry({}), trail=Trail())
        (piece,) = [piece async for piece in model.reply(chat, call)]
        assert piece.usage is not None
        return piece.usage.prompt_tokens

    assert asyncio.run(prompt_tokens()) > 15
