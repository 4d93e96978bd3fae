"""Triage: which requests ask for a label, what is classified, what is answered."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shoal.call import Call, Model, Patience, Trail
from shoal.chat import Chat, Message, Piece, ShoalOptions
from shoal.errors import RequestError, UnknownModel
from shoal.models.specialists.cards import WEIGHTS
from shoal.models.specialists.linear import load_linear
from shoal.models.specialists.triage import (
    TRIAGE_MODELS,
    Triage,
    asked_labels,
    asks_for_label,
    load_triage,
    message_of,
)


class Opener:
    def find(self, name: str) -> tuple[Model, Patience]:
        raise UnknownModel(name)


def chat_of(user: str, system: str = "", **more: Any) -> Chat:
    messages = (Message.of("system", system),) if system else ()
    return Chat("auto", (*messages, Message.of("user", user)), **more)


def answered(name: str, chat: Chat) -> Piece:
    async def first() -> Piece:
        call = Call(exchange_id="x", tenant="t", opener=Opener(), trail=Trail())
        (piece,) = [piece async for piece in load_triage(name).reply(chat, call)]
        return piece

    return asyncio.run(first())


def schema(properties: dict[str, Any]) -> dict[str, Any]:
    form = {"name": "reply", "schema": {"type": "object", "properties": properties}}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


ENUM = {"enum": ["card_arrival", "lost_or_stolen_card"]}

ASKS = [
    "Classify this message: where is my card?",
    "Please classify the following customer message.\nWhere is my card?",
    "Which intent does this have? 'Where is my card?'",
    "What is the customer intent of: where is my card",
    "Determine the intent: where is my card",
    "Categorise this query: where is my card?",
    "Categorize the following question: where is my card?",
    "Can you label this utterance? where is my card",
    "Klassifiziere diese Nachricht: Wo ist meine Karte?",
    "Bitte kategorisieren Sie die folgende Anfrage: Wo ist meine Karte?",
    "Welche Absicht hat diese Nachricht?",
    "Classe ce message : où est ma carte ?",
    "Quelle est l'intention de ce message ?",
    "Veuillez répondre. Identifiez l’intention du client.",
    "Clasifica este mensaje: ¿dónde está mi tarjeta?",
    "¿Cuál es la intención de este mensaje?",
]
ASKS_NOT = [
    "",
    "Where is my card?",
    "How do you classify my purchase, as cash or as a payment?",
    "Which category of visa do I need?",
    "Write a Python function to classify this text by topic",
    "Explain intent in contract law",
    "Label the axes of this chart",
    "Classify the sentiment of this message: I love it",
    "Classify this message as spam or not spam: win a prize",
    "What language is this text? Classify this text: bonjour",
    "I intend to cancel my account",
    "My message was labelled as fraud, why?",
    "Summarise this message: where is my card?",
    "Wo ist meine Karte?",
    "Ich habe die Absicht, mein Konto zu kündigen",
    "J'ai l'intention de fermer mon compte",
    "Tengo la intención de cerrar mi cuenta",
    "¿Cómo clasifica el banco mis gastos?",
]


@pytest.mark.parametrize("text", ASKS)
def test_words_that_ask_for_a_label(text: str) -> None:
    assert asks_for_label(chat_of(text))
    if "?" not in text[-3:]:
        assert asks_for_label(chat_of("Where is my card?", system=text))


@pytest.mark.parametrize("text", ASKS_NOT)
def test_words_that_do_not(text: str) -> None:
    assert not asks_for_label(chat_of(text))


@pytest.mark.parametrize(
    "system",
    [
        "You are an intent classifier for a bank.",
        "Respond only with the label.",
        "You classify customer messages. Reply with one intent.",
        "Assign exactly one intent to each message.",
    ],
)
def test_a_system_prompt_that_asks(system: str) -> None:
    assert asks_for_label(chat_of("Where is my card?", system=system))


def test_the_customers_own_words_do_not_hide_the_order() -> None:
    text = "Classify this message.\nMessage: your code for the card is a script kiddie's, spam me no more"
    assert asks_for_label(chat_of(text))


def test_a_tag_asks() -> None:
    assert asks_for_label(chat_of("Where is my card?", shoal=ShoalOptions(tags={"task": "triage"})))
    assert not asks_for_label(chat_of("Where is my card?", shoal=ShoalOptions(tags={"task": "chat"})))


@pytest.mark.parametrize(
    ("properties", "labels"),
    [
        ({"intent": ENUM}, ("card_arrival", "lost_or_stolen_card")),
        ({"label": ENUM, "confidence": {"type": "number"}}, ("card_arrival", "lost_or_stolen_card")),
        ({"label": ENUM, "summary": {"type": "string"}}, None),
        ({"label": {"type": "string"}}, None),
        ({"level": {"enum": [1, 2]}}, None),
        ({}, None),
    ],
)
def test_labels_of_a_response_format(properties: dict[str, Any], labels: tuple[str, ...] | None) -> None:
    chat = chat_of("Where is my card?", options=schema(properties))
    assert asked_labels(chat) == labels
    assert asks_for_label(chat) is (labels is not None)


@pytest.mark.parametrize("form", [None, 5, {"type": "json_schema"}, {"type": "json_schema", "json_schema": []}])
def test_an_odd_response_format_asks_for_nothing(form: object) -> None:
    assert asked_labels(chat_of("x", options={"response_format": form})) is None


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ("Where is my card?", "Where is my card?"),
        ('Classify this message: "Where is my card?"', "Where is my card?"),
        ("Classify the message below.\nWhere is my card?", "Where is my card?"),
        ("Classify into: a, b, c.\nMessage: Where is my card?", "Where is my card?"),
        ("Labels: a, b\nCustomer message: where is it\nagain?", "where is it\nagain?"),
        ("One thing: where is my card?", "One thing: where is my card?"),
        ("Classify this message", "Classify this message"),
        ("  ", ""),
    ],
)
def test_the_message_in_the_ask(ask: str, message: str) -> None:
    assert message_of(ask) == message


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Hello there, my new card still has not arrived", "card_arrival"),
        ("MY CARD HAS BEEN STOLEN!!", "lost_or_stolen_card"),
        ("I’ve forgotten my passcode", "passcode_forgotten"),
    ],
)
def test_banking_answers_the_label_alone(text: str, label: str) -> None:
    piece = answered("triage-banking", chat_of(text))
    assert piece.text == label
    assert piece.confidence is not None
    assert 0.5 < piece.confidence <= 1
    assert piece.usage is not None
    assert piece.usage.completion_tokens == 1


def test_clinc_knows_what_is_out_of_scope() -> None:
    assert answered("triage-clinc", chat_of("flip a coin for me")).text == "flip_coin"
    beyond = answered("triage-clinc", chat_of("大好き"))
    assert beyond.text == "oos"
    assert beyond.confidence is not None
    assert beyond.confidence > 0.5


def test_json_where_json_is_wanted() -> None:
    chat = chat_of("my card was stolen", options={"response_format": {"type": "json_object"}})
    reply = json.loads(answered("triage-banking", chat).text)
    assert reply["intent"] == "lost_or_stolen_card"
    assert 0.5 < reply["confidence"] <= 1
    named = chat_of("my card was stolen", options=schema({"category": ENUM}))
    assert json.loads(answered("triage-banking", named).text) == {"category": "lost_or_stolen_card"}


def test_no_confidence_where_the_label_is_not_among_those_asked() -> None:
    chat = chat_of("my card was stolen", options=schema({"category": {"enum": ["refund", "shipping"]}}))
    assert answered("triage-banking", chat).confidence == 0


@pytest.mark.parametrize("text", ["", " \n", '""'])
def test_an_empty_ask_is_the_callers_to_mend(text: str) -> None:
    with pytest.raises(RequestError, match="no message to classify"):
        answered("triage-banking", chat_of(text))


def test_a_long_message_is_answered() -> None:
    assert answered("triage-banking", chat_of("My card was stolen. " * 5_000)).text == "lost_or_stolen_card"


@pytest.mark.parametrize("name", TRIAGE_MODELS)
def test_the_cards_labels_are_the_models(name: str) -> None:
    labels = load_triage(name).card.facts["labels"]
    assert tuple(labels) == load_linear(WEIGHTS / name).labels
    assert len(set(labels)) == len(labels)


def test_weights_wait_for_the_first_message(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "card.json").write_text('{"name": "shoal/x", "task": "t", "kind": "specialist"}')
    assert load_triage("x", tmp_path).card.name == "shoal/x"
    assert "linear" not in vars(Triage(tmp_path / "x"))


def test_inference_needs_no_scikit_learn_and_loading_no_numpy() -> None:
    code = (
        "import sys; from shoal.models.specialists.triage import Triage, WEIGHTS, load_triage\n"
        "load_triage('triage-banking'); assert 'numpy' not in sys.modules\n"
        "Triage(WEIGHTS / 'triage-banking').intent('x'); assert not {'sklearn', 'scipy'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
