"""The recognizers of patterns that come with Shoal: one declaration a file, in rooms by kind."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from shoal.trust.masking.patterns import Patterns

ROOMS = ("finance", "general", "national", "network", "secrets")


def builtin() -> tuple[Patterns, ...]:
    """All of them, by room and name: each module's PATTERNS, one declaration or a tuple of them."""
    found: list[Patterns] = []
    for room in ROOMS:
        package = import_module(f"{__name__}.{room}")
        for module in iter_modules(package.__path__):
            held = import_module(f"{package.__name__}.{module.name}").PATTERNS
            found += (held,) if isinstance(held, Patterns) else held
    return tuple(found)
