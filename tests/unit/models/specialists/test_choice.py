"""Which triage model a request means."""

import pytest

from shoal.call import ModelCard
from shoal.chat import Chat, Json, Message
from shoal.models.specialists.choice import meant

CARDS = (
    ModelCard(
        "banking", "triage", "specialist", facts={"labels": ["card_arrival", "lost_or_stolen_card", "atm_support"]}
    ),
    ModelCard("general", "triage", "specialist", facts={"labels": ["play_music", "set_alarm", "weather", "oos"]}),
)
BANKING, GENERAL, NEITHER = "banking", "general", None


def schema(*labels: str) -> Json:
    form = {"type": "object", "properties": {"intent": {"type": "string", "enum": list(labels)}}}
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": form}}}


@pytest.mark.parametrize(
    ("system", "ask", "options", "expected"),
    [
        ("Classify the customer's message by intent.", "my card is gone", {}, BANKING),
        ("Classify the message by intent: play_music, set_alarm or weather.", "wake me at 6", {}, GENERAL),
        ("Classify the message: card_arrival or atm_support.", "where is it", {}, BANKING),
        ("", 'Classify this message: "hi, my card is gone, help"', {}, BANKING),
        ("Classify the message as complaint or praise.", "I love it", {}, NEITHER),
        ("Classify the message into one of these labels: complaint, praise, question.", "I love it", {}, NEITHER),
        ("Classify the message. Categories are complaint, praise.", "I love it", {}, NEITHER),
        ("You are a helpful assistant.", "how do I lose a card game?", {}, NEITHER),
        ("", "my card is gone", schema("card_arrival", "other"), BANKING),
        ("", "wake me", schema("set_alarm", "play_music"), GENERAL),
        ("", "wake me", schema("set_alarm", "card_arrival"), NEITHER),
        ("", "wake me", schema("yes", "no"), NEITHER),
    ],
)
def test_the_model_whose_labels_are_named(system: str, ask: str, options: Json, expected: str | None) -> None:
    messages = (*((Message.of("system", system),) if system else ()), Message.of("user", ask))
    assert meant(Chat("auto", messages, options), CARDS) == expected


def test_without_triage_models_none_is_meant() -> None:
    assert meant(Chat("auto", (Message.of("user", "Classify this message: x"),)), ()) is None
