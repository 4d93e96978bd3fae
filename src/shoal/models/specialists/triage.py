"""Triage: the intent of a customer message as a Model, and which requests ask for that; it knows no other model.

The reply is the label alone ("card_arrival"), or JSON where the request's `response_format` wants JSON.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from shoal.chat import Chat, Json, Piece
from shoal.errors import RequestError
from shoal.models.specialists.cards import WEIGHTS, load_card
from shoal.models.specialists.linear import Linear, load_linear
from shoal.models.specialists.specialist import Specialist

TRIAGE_MODELS = ("triage-banking", "triage-clinc")
READ_CHARS = 4_000

_CERTAINTY = frozenset({"confidence", "probability", "score"})
_TASKS = frozenset({"triage", "classify", "classification", "intent"})

_DO = (
    r"classify|categori[sz]e|label|triage|klassifiziere|klassifizieren sie|kategorisiere|kategorisieren sie|"
    r"classe|classez|classifie|classifiez|étiquette|étiquetez|clasifica|clasifique|etiqueta|etiquete|categoriza"
)
_POLITE = r"please |can you |could you |your task is to |you |bitte |s'il te plaît |s'il vous plaît |por favor,? "
_THING = (
    r"(?:[\w'-]+ ){0,4}?(?:message|messages|quer(?:y|ies)|requests?|questions?|utterances?|texts?|tickets?|e-?mails?|"
    r"intents?|intentions?|inputs?|it|nachricht(?:en)?|anfragen?|fragen?|absicht|texte|requêtes?|demandes?|"
    r"mensajes?|consultas?|preguntas?|textos?|solicitud(?:es)?)\b"
)
_ASKS = (
    re.compile(
        rf"(?:^|[.!?:;,\n]\s*|\band )(?:{_POLITE})*(?:{_DO}) (?:{_THING}|(?:this|the following|dies|ceci|esto)\s*:)"
    ),
    re.compile(r"\b(?:which|what) (?:intent|intent label)\b|\bwhat(?: i|')s the (?:\w+ )?intent\b"),
    re.compile(
        r"\b(?:determine|identify|detect|predict|find|return|give|name|output) (?:me )?(?:the|its) (?:\w+ )?intent\b"
    ),
    re.compile(r"\bintent (?:classifier|classification|detection|recognition|triage)\b"),
    re.compile(r"\b(?:answer|reply|respond) (?:only )?with (?:only )?(?:the|one|a single) (?:\w+ )?(?:label|intent)\b"),
    re.compile(r"\bassign (?:one|an|the|exactly one) (?:\w+ )?(?:label|intent)\b"),
    re.compile(r"\bwelche absicht\b|\babsichtserkennung\b"),
    re.compile(r"\b(?:bestimme|erkenne|nenne|bestimmen sie|erkennen sie) die absicht\b"),
    re.compile(r"\bquelle (?:est l')?intention\b|\b(?:détermine|déterminez|identifie|identifiez) l'intention\b"),
    re.compile(r"\b(?:qué|cuál es la) intención\b|\b(?:determina|determine|identifica|identifique) la intención\b"),
)
_OTHER_TASK = re.compile(
    r"\b(?:sentiment|stimmung|sentimiento|emotion|émotion|emoción|toxic\w*|hate\w*|offensive|spam|language|sprache|langue|"
    r"idioma|positive or negative|urgency|priority|dringlichkeit|code|function|script|funktion|fonction|función)\b"
)
_MARKER = re.compile(
    r"(?:^|\n|[.!?:] )(?:customer |user |kunden)?(?:message|query|text|question|request|utterance|input|customer|user|"
    r"nachricht|anfrage|frage|requête|demande|texte|mensaje|consulta|pregunta|texto)\s*:\s*",
    re.IGNORECASE,
)
_QUOTES = "\"'“”„«»‘’ \t\n"


def asks_for_label(chat: Chat) -> bool:
    """Whether the request asks for the intent of a message: by the tag `task`, by a response format whose only answer
    is an enum of labels, or in words (English, German, French, Spanish). Conservative: in doubt it does not."""
    if chat.shoal.tags.get("task", "").lower() in _TASKS:
        return True
    if asked_labels(chat) is not None:
        return True
    return any(_asks(text) for text in (chat.system, chat.ask[:READ_CHARS]))


def _asks(text: str) -> bool:
    plain = text.lower().replace("’", "'")
    order = plain[: found.start()] if (found := _MARKER.search(plain)) else plain
    return any(pattern.search(order) for pattern in _ASKS) and not _OTHER_TASK.search(order)


def asked_labels(chat: Chat) -> tuple[str, ...] | None:
    """The labels that the request's json_schema allows; None where it does not ask for one label of an enum."""
    found = _enum_property(chat)
    return found[1] if found else None


def _enum_property(chat: Chat) -> tuple[str, tuple[str, ...]] | None:
    """Name and labels of the one property with an enum, where nothing else is asked for but a certainty."""
    properties = _schema(chat).get("properties")
    if not isinstance(properties, dict):
        return None
    rest = [(name, form) for name, form in properties.items() if name not in _CERTAINTY]
    if len(rest) != 1 or not isinstance(rest[0][1], dict):
        return None
    labels = rest[0][1].get("enum")
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        return None
    return rest[0][0], tuple(labels)


def _schema(chat: Chat) -> Json:
    wanted: Any = chat.options.get("response_format")
    for name in ("json_schema", "schema"):
        wanted = wanted.get(name) if isinstance(wanted, dict) else None
    return wanted if isinstance(wanted, dict) else {}


def message_of(ask: str) -> str:
    """The customer's message in a user's text: what follows the last "Message:" or the like, else what follows the
    first colon or line of an instruction to classify, else all of it; without quotation marks around it."""
    marked = list(_MARKER.finditer(ask))
    if marked:
        ask = ask[marked[-1].end() :] or ask
    elif any(pattern.search(ask[:200].lower()) for pattern in _ASKS):
        rest = re.split(r":\s+|\n", ask, maxsplit=1)
        ask = rest[1] if len(rest) == 2 and rest[1].strip() else ask
    return ask.strip(_QUOTES)


class Triage:
    """The classifier behind one triage model; the weights are read at the first message."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def linear(self) -> Linear:
        """The weights. Raises WeightsError."""
        return load_linear(self._folder)

    def intent(self, message: str) -> tuple[str, float]:
        """The label and the calibrated probability (0..1) that it is right.

        With an out-of-scope class, the message is out of scope where the best intent's score does not exceed that
        class's by the threshold; the probability is then the logistic fit to that margin.
        """
        linear = self.linear
        scores = linear.scores(message)
        beyond = linear.form.get("out_of_scope")
        if beyond is None:
            best = int(scores.argmax())
        else:
            outside = linear.labels.index(beyond["label"])
            best = max((at for at in range(len(scores)) if at != outside), key=scores.__getitem__)
            margin = float(scores[best] - scores[outside])
            if margin < beyond["threshold"]:
                return beyond["label"], 1 / (1 + math.exp(beyond["slope"] * margin + beyond["intercept"]))
        return linear.labels[best], float(linear.probabilities(scores)[best])

    def answer(self, chat: Chat) -> Piece:
        """The label as a piece; its confidence is 0 where the request's own list of labels does not hold it.

        Raises RequestError where there is no message to classify.
        """
        message = message_of(chat.ask)
        if not message:
            raise RequestError("there is no message to classify: send its text as the last user message")
        label, confidence = self.intent(message)
        asked = asked_labels(chat)
        if asked is not None and label not in asked:
            confidence = 0.0
        return Piece.of(_content(chat, label, confidence), confidence=confidence)


def _content(chat: Chat, label: str, confidence: float) -> str:
    wanted = chat.options.get("response_format")
    if not isinstance(wanted, dict) or wanted.get("type") not in ("json_object", "json_schema"):
        return label
    named = _enum_property(chat)
    reply: Json = {named[0] if named else "intent": label}
    reply.update((name, round(confidence, 4)) for name in _certainties(chat))
    return json.dumps(reply)


def _certainties(chat: Chat) -> Iterator[str]:
    schema = _schema(chat)
    if not schema:
        yield "confidence"
        return
    yield from (name for name in schema.get("properties", ()) if name in _CERTAINTY)


def load_triage(name: str, weights: Path = WEIGHTS) -> Specialist:
    """The triage model of that name ("triage-banking"); its card's `facts["labels"]` lists what it can answer.

    Reads the card only; the weights follow at the first message. Raises WeightsError.
    """
    return Specialist(load_card(weights / name), Triage(weights / name).answer)
