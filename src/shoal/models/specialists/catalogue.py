"""The embedded specialists: how each is loaded, which requests suit it, and what `auto` says when it chooses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from shoal.call import Model, ModelCard
from shoal.chat import Chat
from shoal.models.specialists.answer import load_answer
from shoal.models.specialists.choice import meant
from shoal.models.specialists.summarize import load_summarize
from shoal.models.specialists.triage import TRIAGE_MODELS, asks_for_label, load_triage
from shoal.models.specialists.wish import asks_for_summary


@dataclass(frozen=True, slots=True)
class Embedded:
    """A specialist as `auto` sees it."""

    model: Model
    suits: Callable[[Chat], bool]
    because: str


def load_all() -> dict[str, Embedded]:
    """All embedded specialists by name. Raises WeightsError where weights are missing or damaged."""
    triage = [load_triage(name) for name in TRIAGE_MODELS]
    found = {model.card.name: _triage(model, [each.card for each in triage]) for model in triage}
    found["shoal/summarize"] = Embedded(load_summarize(), _wants_summary, "the request asks for a summary")
    found["shoal/answer"] = Embedded(load_answer(), _wants_answer, "the attached passages answer it")
    return found


def _triage(model: Model, cards: Sequence[ModelCard]) -> Embedded:
    name = model.card.name
    return Embedded(model, lambda chat: meant(chat, cards) == name, "the request asks for the intent of a message")


def _wants_answer(chat: Chat) -> bool:
    return bool(chat.passages) and may_be_looked_up(chat)


def may_be_looked_up(chat: Chat) -> bool:
    """Whether passages could answer the request: it is none for a label or a summary."""
    return not asks_for_label(chat) and not _wants_summary(chat)


def _wants_summary(chat: Chat) -> bool:
    """Passages are a text to be summarised only where the caller named their collection."""
    return asks_for_summary(chat if chat.shoal.collections is not None else replace(chat, passages=()))
