"""The embedded specialists: how each is loaded, which requests suit it, and what `auto` says when it chooses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shoal.call import Model
from shoal.chat import Chat
from shoal.models.specialists.answer import load_answer
from shoal.models.specialists.summarize import asks_for_summary, load_summarize
from shoal.models.specialists.triage import asks_for_label, load_triage, names_domain


@dataclass(frozen=True, slots=True)
class Embedded:
    """A specialist as `auto` sees it."""

    model: Model
    suits: Callable[[Chat], bool]
    because: str


def load_all() -> dict[str, Embedded]:
    """All embedded specialists by name. Raises WeightsError where weights are missing or damaged."""
    banking, clinc = load_triage("triage-banking"), load_triage("triage-clinc")
    return {
        "shoal/triage-banking": Embedded(
            banking,
            lambda chat: asks_for_label(chat) and not names_domain(chat, clinc),
            "the request asks for a customer's intent",
        ),
        "shoal/triage-clinc": Embedded(
            clinc,
            lambda chat: asks_for_label(chat) and names_domain(chat, clinc),
            "the request asks for an intent of a general assistant",
        ),
        "shoal/summarize": Embedded(load_summarize(), asks_for_summary, "the request asks for a summary"),
        "shoal/answer": Embedded(
            load_answer(),
            lambda chat: bool(chat.passages) and not asks_for_label(chat) and not asks_for_summary(chat),
            "the attached passages answer it",
        ),
    }
