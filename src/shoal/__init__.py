"""Shoal answers each request with the smallest model that will do. These are the public names; the rest may change."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shoal.assembly import Assembly
    from shoal.call import Attempt, Call, Decision, Model, ModelCard, Patience, Placement, Purpose, closing
    from shoal.chat import Chat, Choice, Citation, Message, Part, Passage, Piece, ShoalOptions, Trust, Usage
    from shoal.config import Settings
    from shoal.errors import ShoalError
    from shoal.exchange import Exchange, House
    from shoal.plugins import extension
    from shoal.trust.masking.entity import Entity, Recognizer

__version__ = "0.1.0"

_HOMES = {
    "shoal.assembly": ("Assembly",),
    "shoal.call": ("Attempt", "Call", "Decision", "Model", "ModelCard", "Patience", "Placement", "Purpose", "closing"),
    "shoal.chat": (
        *("Chat", "Choice", "Citation", "Message", "Part", "Passage", "Piece", "ShoalOptions", "Trust", "Usage"),
    ),
    "shoal.config": ("Settings",),
    "shoal.errors": ("ShoalError",),
    "shoal.exchange": ("Exchange", "House"),
    "shoal.plugins": ("extension",),
    "shoal.trust.masking.entity": ("Entity", "Recognizer"),
}

__all__ = [
    "Assembly",
    "Attempt",
    "Call",
    "Chat",
    "Choice",
    "Citation",
    "Decision",
    "Entity",
    "Exchange",
    "House",
    "Message",
    "Model",
    "ModelCard",
    "Part",
    "Passage",
    "Patience",
    "Piece",
    "Placement",
    "Purpose",
    "Recognizer",
    "Settings",
    "ShoalError",
    "ShoalOptions",
    "Trust",
    "Usage",
    "closing",
    "extension",
]


def __getattr__(name: str) -> Any:
    """Imports a public name on first use, so that `import shoal` costs next to nothing."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'shoal' has no attribute '{name}'")
