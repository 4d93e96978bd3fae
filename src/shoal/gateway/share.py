"""What one of several processes gets of what the settings say for all of them together. It starts no process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO

import structlog

from shoal.config import Settings
from shoal.limits.places import SharedPlaces, part


def share_of(settings: Settings, number: int) -> Settings:
    """The settings of that worker: its part of the places at each model, the remainder going to the first ones; and
    no energy counters, since what they count is of all processes, and none can tell which part is its own."""
    of = settings.server.workers
    models = {
        name: row.model_copy(
            update={
                field: part(value, number, of)
                for field in ("concurrency", "queue")
                if (value := getattr(row, field)) is not None
            }
        )
        for name, row in settings.models.items()
    }
    changed: dict[str, object] = {"models": models, "server": settings.server.model_copy(update={"workers": 1})}
    if settings.metering.counters:
        structlog.get_logger("shoal.workers").info(
            "energy_modelled", why="with several workers no counter can tell whose energy it counts"
        )
        changed["metering"] = settings.metering.model_copy(update={"counters": ()})
    return settings.model_copy(update=changed)


def places_of(settings: Settings, files: Mapping[str, IO[bytes]], number: int) -> Callable[[str], SharedPlaces | None]:
    """The places at each model as that worker shares them with the others: `files` are open in all of them."""

    def places(name: str) -> SharedPlaces | None:
        most = settings.models[name].concurrency
        return None if most is None else SharedPlaces(files[name].fileno(), number, settings.server.workers, most)

    return places
