"""All models by name: what is configured, what is embedded, what plug-ins bring. It does not choose among them."""

from __future__ import annotations

from collections.abc import Mapping

from shoal.call import Model, ModelCard, Patience
from shoal.config import nearest
from shoal.errors import UnknownModel

Entry = tuple[Model, Patience]


class Registry:
    """Finds models by name."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = dict(entries)

    def find(self, name: str) -> Entry:
        """The model and how long it may take. Raises UnknownModel that names the nearest."""
        found = self._entries.get(name)
        if found is None:
            raise UnknownModel(f"model '{name[:100]}'{nearest(name[:100], self._entries)}", param="model")
        return found

    def card(self, name: str) -> ModelCard | None:
        """The card of that model; None where there is none."""
        found = self._entries.get(name)
        return None if found is None else found[0].card

    def threaded(self, name: str) -> bool:
        """Whether that model runs in this process on a thread of its own, beside the event loop."""
        found = self._entries.get(name)
        return found is not None and bool(getattr(found[0], "threaded", False))

    def joined(self, name: str, entry: Entry) -> Registry:
        """The same with another model behind that name."""
        return Registry({**self._entries, name: entry})

    def cards(self) -> list[ModelCard]:
        """The cards of all models, in the order of their names, `auto` first."""
        return [self._entries[name][0].card for name in sorted(self._entries, key=lambda name: (name != "auto", name))]

    def __contains__(self, name: object) -> bool:
        return name in self._entries
