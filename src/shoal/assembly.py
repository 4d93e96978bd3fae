"""The one place where everything is put together from Settings. It holds no rule of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shoal import plugins
from shoal.call import Model, Patience, Placement
from shoal.config import Settings, user_dir
from shoal.errors import ConfigError
from shoal.exchange import House
from shoal.grounding.docs import ensure_docs
from shoal.grounding.search import LexicalRetriever
from shoal.identity import Identity, credential
from shoal.models.hosts.host import open_hosts
from shoal.models.registry import Registry
from shoal.models.specialists import catalogue
from shoal.routing.auto import Auto, Candidate
from shoal.stores.database import Database
from shoal.stores.keys import SqlKeys
from shoal.stores.ledger import Record, SqlLedger
from shoal.stores.passages import SqlPassages

EMBEDDED = Patience(first_s=30.0, idle_s=30.0, retries=0)


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What the first start made: the member key, shown once, and where the command line's own key lies."""

    member_token: str
    credential: Path


class Assembly:
    """The house with what must be closed in the end. `first_start` is None but on the first start."""

    def __init__(self, settings: Settings, observers: tuple[Callable[[Record], None], ...] = ()) -> None:
        """Opens the database and brings it up to date; makes the first keys; indexes the project's documentation.

        Raises ConfigError, StorageError, WeightsError.
        """
        self.settings = settings
        self.hosts = open_hosts(settings)
        self.database = Database(settings.server.data_dir)
        self.database.migrate()
        self.keys = SqlKeys(self.database)
        self.passages = SqlPassages(self.database)
        ensure_docs(self.passages)
        self.identity = Identity(self.keys)
        self.first_start = self._first_start()
        self.ledger = SqlLedger(self.database)
        self.registry = Registry(self._models())
        rules = settings.trust.placement
        self.house = House(
            identity=self.identity,
            models=self.registry,
            retriever=LexicalRetriever(self.passages),
            passages=settings.grounding.passages,
            fallback=settings.grounding.fallback if settings.auto.reference is None else None,
            placement=Placement(frozenset(rules.regions), rules.no_retention, rules.no_training),
            observers=(self.ledger.add, *observers),
        )

    async def close(self) -> None:
        """Closes connections and writes what is left."""
        await self.hosts.close()
        self.ledger.close()
        self.database.close()

    def _first_start(self) -> FirstStart | None:
        if self.keys.all():
            return None
        admin, member = self.identity.first_keys()
        where = credential.save(user_dir("config"), self.settings.server.data_dir, admin.token)
        return FirstStart(member.token, where)

    def _models(self) -> dict[str, tuple[Model, Patience]]:
        found: dict[str, tuple[Model, Patience]] = {}
        found.update(self.hosts.models)
        specialists = catalogue.load_all()
        found.update({name: (specialist.model, EMBEDDED) for name, specialist in specialists.items()})
        for models in plugins.load(self.settings.plugins.modules).hook.shoal_models(settings=self.settings):
            for model in models:
                if model.card.name in found:
                    raise ConfigError(f"a plug-in brings model '{model.card.name}', which is there already: rename one")
                found[model.card.name] = (model, EMBEDDED)
        auto = self.settings.auto
        chosen = [
            Candidate(name, specialists[name].suits, specialists[name].because)
            for name in auto.candidates
            if name in specialists
        ]
        found["auto"] = (Auto(chosen, auto.reference, auto.floor), Patience())
        return found
