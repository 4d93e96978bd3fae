"""Which triage model a request means, where it asks for a label: the one whose labels it names, else the first; none
where it names labels that no triage model knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shoal.call import ModelCard
from shoal.chat import Chat
from shoal.models.specialists.triage import asked_labels, asks_for_label

BEYOND = frozenset({"other", "none", "unknown", "oos", "out_of_scope"})
# "one of: a, b", "labels (a | b)", "categories are a, b": the caller's own list.
OWN_LIST = re.compile(
    r"\b(?:one of|labels?|categories|category|classes|intents|options|kategorien|catégories|categorías)\b"
    r"[^:(\[\n]{0,30}(?:[:(\[]|\bare\b)\s*[\"'`]?\w[\w &-]*[\"'`]?\s*(?:,|\||/|;|\n|\bor\b)"
    r"|\b(?:as|into|either|between)\s+[\"'`]?\w+[\"'`]?\s*(?:\bor\b|\band\b|,|\||/)\s*[\"'`]?\w+"
)


def meant(chat: Chat, cards: Sequence[ModelCard]) -> str | None:
    """The name of the card that the request means; None where it asks for no label, or for labels of its own."""
    if not asks_for_label(chat) or not cards:
        return None
    asked = asked_labels(chat)
    if asked is not None:
        wanted = {label.lower() for label in asked} - BEYOND
        return next((card.name for card in cards if wanted and wanted <= _labels(card)), None)
    named = {card.name: _named(chat, card) for card in cards}
    best = max(named, key=lambda name: named[name])
    if named[best]:
        return best
    return None if OWN_LIST.search(_order(chat)) else cards[0].name


def _labels(card: ModelCard) -> frozenset[str]:
    return frozenset(label.lower() for label in card.facts.get("labels", ()))


def _named(chat: Chat, card: ModelCard) -> int:
    """How many of the card's labels of two words or more the instructions name; single words say too little."""
    words = _order(chat).replace(" ", "_")
    return sum(label in words for label in _labels(card) if "_" in label)


def _order(chat: Chat) -> str:
    """The instructions, in lower case: the system text, or the beginning of the ask where there is none."""
    return (chat.system or chat.ask[:1000]).lower()
