"""The embedded specialists: how each is loaded, which requests suit it, and what `auto` says when it chooses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shoal.call import Model, ModelCard
from shoal.chat import Chat
from shoal.models.specialists.choice import meant
from shoal.models.specialists.triage import TRIAGE_MODELS, load_triage


@dataclass(frozen=True, slots=True)
class Embedded:
    """A specialist as `auto` sees it."""

    model: Model
    suits: Callable[[Chat], bool]
    because: str


def load_all() -> dict[str, Embedded]:
    """All embedded specialists by name. Raises WeightsError where weights are missing or damaged."""
    triage = [load_triage(name) for name in TRIAGE_MODELS]
    return {model.card.name: _triage(model, [each.card for each in triage]) for model in triage}


def _triage(model: Model, cards: Sequence[ModelCard]) -> Embedded:
    name = model.card.name
    return Embedded(model, lambda chat: meant(chat, cards) == name, "the request asks for the intent of a message")
