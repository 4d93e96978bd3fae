"""Specialist: a plain function as a Model."""

from __future__ import annotations

import asyncio
import threading
import traceback

import pytest

from shoal.call import Call, Model, ModelCard, Patience, Trail
from shoal.chat import Chat, Message, Passage, Piece, Usage
from shoal.errors import ModelFailed, RequestError, UnknownModel
from shoal.models.specialists.specialist import Answer, Specialist, count_tokens

CARD = ModelCard("shoal/toy", "toy", "specialist")
CHAT = Chat("shoal/toy", (Message.of("system", "Be brief."), Message.of("user", "Secret words, aren't they?")))


class Opener:
    def __init__(self, model: Model) -> None:
        self.model = model

    def find(self, name: str) -> tuple[Model, Patience]:
        if name != self.model.card.name:
            raise UnknownModel(name)
        return self.model, Patience()


def pieces_of(model: Model, chat: Chat = CHAT) -> tuple[list[Piece], Trail]:
    trail = Trail()

    async def gather() -> list[Piece]:
        call = Call(exchange_id="x", tenant="t", opener=Opener(model), trail=trail)
        return [piece async for piece in call.open("shoal/toy").reply(chat, call)]

    return asyncio.run(gather()), trail


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("one", 1), ("Hello, world!", 4), ("don't", 3), ("  a\n\tb ", 2), ("£5.00", 4), ("Grüße", 1)],
)
def test_tokens_are_words_and_marks(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


def test_a_very_long_text_is_counted_by_its_beginning() -> None:
    assert count_tokens("word " * 1_000_000) == 1_000_000


@pytest.mark.parametrize("threaded", [False, True])
def test_one_piece_with_usage(threaded: bool) -> None:
    ran_in: list[int] = []

    def answer(chat: Chat) -> Piece:
        ran_in.append(threading.get_ident())
        sum(range(200_000))
        return Piece.of("It is so.", confidence=0.75)

    (piece,), trail = pieces_of(Specialist(CARD, answer, threaded=threaded))
    assert piece.text == "It is so."
    assert piece.confidence == 0.75
    assert piece.usage is not None
    assert (piece.usage.prompt_tokens, piece.usage.completion_tokens) == (3 + 8, 4)
    assert 0 < piece.usage.cpu_s < 5
    assert (ran_in[0] == threading.get_ident()) is not threaded
    assert trail.attempts[0].usage == piece.usage


@pytest.mark.parametrize(("grounded", "more"), [(True, 5), (False, 0)])
def test_passages_count_as_prompt_where_they_are_read(grounded: bool, more: int) -> None:
    passage = Passage("1", "docs", "a.md", "A", "Four words stand here.")
    chat = Chat("shoal/toy", CHAT.messages, passages=(passage,))
    (piece,), _ = pieces_of(Specialist(CARD, lambda _: Piece.of("x"), grounded=grounded), chat)
    assert piece.usage is not None
    assert piece.usage.prompt_tokens == 11 + more


def test_the_functions_own_count_stands() -> None:
    (piece,), _ = pieces_of(Specialist(CARD, lambda _: Piece.of("x", usage=Usage(100, 7))))
    assert piece.usage is not None
    assert (piece.usage.prompt_tokens, piece.usage.completion_tokens) == (100, 7)


def test_what_breaks_inside_is_typed_and_holds_no_prompt() -> None:
    def answer(chat: Chat) -> Piece:
        return Piece.of(str(float(chat.ask)))

    model = Specialist(CARD, answer)
    with pytest.raises(ModelFailed) as caught:
        pieces_of(model)
    shown = "".join(traceback.format_exception(caught.value))
    assert "Secret" not in shown
    assert "ValueError" in caught.value.message
    assert "'shoal/toy'" in caught.value.message


def test_its_own_errors_pass() -> None:
    def answer(chat: Chat) -> Piece:
        raise RequestError("write a question")

    wanted: Answer = answer
    with pytest.raises(RequestError, match="write a question"):
        pieces_of(Specialist(CARD, wanted))


def test_a_card_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'host'"):
        Specialist(ModelCard("a", "b", "host"), lambda _: Piece.of("x"))


@pytest.mark.parametrize("n", [None, 1])
def test_one_choice_is_answered(n: int | None) -> None:
    (piece,), _ = pieces_of(Specialist(CARD, lambda _: Piece.of("x")), Chat("shoal/toy", CHAT.messages, {"n": n}))
    assert piece.text == "x"


def test_several_choices_are_refused_before_the_function_runs() -> None:
    def answer(chat: Chat) -> Piece:
        raise AssertionError("it ran")

    with pytest.raises(RequestError, match="one choice at a time") as caught:
        pieces_of(Specialist(CARD, answer), Chat("shoal/toy", CHAT.messages, {"n": 2}))
    assert caught.value.param == "n"
