"""The one place where everything is put together from Settings. It holds no rule of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from shoal import plugins
from shoal.call import Model, Patience, Placement
from shoal.chat import Chat
from shoal.config import Settings, nearest
from shoal.errors import ConfigError
from shoal.exchange import House
from shoal.grounding.docs import Documentation, WithDocs
from shoal.grounding.search import LexicalRetriever
from shoal.identity.first_start import FirstStart, first_start
from shoal.identity.keys import DEFAULT_TENANT
from shoal.identity.opening import open_people
from shoal.limits.live import LiveRules
from shoal.limits.opening import hold_alone, open_limits
from shoal.limits.places import Places
from shoal.limits.services import SERVICES
from shoal.metering.start import run_metering
from shoal.models.hosts.host import open_hosts
from shoal.models.registry import Registry
from shoal.models.specialists.catalogue import Embedded, load_all, may_be_looked_up
from shoal.routing.auto import Auto, Candidate, Terms
from shoal.routing.cascade import Cascade
from shoal.routing.pace import Pace
from shoal.routing.routers import open_routers, open_shadows
from shoal.routing.start import open_cascades, pricer_of
from shoal.stores.audit_log import AuditEvent
from shoal.stores.database import Database
from shoal.stores.journal import FOLDER, Journal
from shoal.stores.keys import SqlKeys
from shoal.stores.ledger import Record, SqlLedger
from shoal.stores.passages import SqlPassages
from shoal.stores.usage_hours import Refresher
from shoal.stores.usage_sums import usage_of
from shoal.trust.audit.step import open_audit
from shoal.trust.defence.step import DefenceStep
from shoal.trust.keys import RootKey
from shoal.trust.masking.step import MaskingStep
from shoal.trust.monitoring.step import MonitoringStep
from shoal.trust.retention.keeping import open_keeping

EMBEDDED = Patience(first_s=30.0, idle_s=30.0, retries=0)


class Assembly:
    """The house with what must be closed in the end."""

    def __init__(
        self,
        settings: Settings,
        observers: tuple[Callable[[Record], None], ...] = (),
        *,
        rolls_up: bool = True,
        places: Callable[[str], Places | None] = lambda _: None,
    ) -> None:
        """Opens the database and brings it up to date; indexes the project's documentation. Of several processes one
        rolls usage up; `places` are those at a model that they share.

        Raises ConfigError, StorageError, WeightsError.
        """
        self.settings = settings
        self._alone: int | None = None
        self.hosts = open_hosts(settings)
        self.database = Database.of(settings)
        self.database.migrate()
        self.keys = SqlKeys(self.database)
        self.passages = SqlPassages(self.database)
        self.documentation = Documentation(self.passages)
        self._check_fallback()
        self.ledger = SqlLedger(self.database, Journal(settings.server.data_dir / FOLDER))
        self.usage_hours = Refresher(self.database) if rolls_up else None
        self._plugins = plugins.load(settings.plugins.modules).hook
        self._pace = Pace()
        self.registry = Registry(self._models())
        root = RootKey.open(settings.trust.root_key, settings.server.data_dir)
        self.audit = open_audit(settings, root, self.registry)
        self.keeping = open_keeping(settings, root, self.database)
        self.people = open_people(
            settings, self.database, root.derive("", "identity"), self._audited, self._check_audit
        )
        self.identity = self.people.identity
        self.metering = run_metering(
            settings,
            self.registry.cards(),
            self.database,
            lambda record: self.ledger.amend(record, "measured"),
        )
        self.live_rules = LiveRules(settings, self.database)
        self.limits = open_limits(
            settings,
            self.database,
            card=lambda name: self.registry.card(name) or SERVICES.get(name),
            path=self._path,
            measure=lambda attempt: self.metering.step.metering.attempt(attempt),
            events=self.people.events,
            live=self.live_rules,
            certified=self._certified,
            places=places,
        )
        rules = settings.trust.placement
        self.house = House(
            identity=self.identity,
            models=self.registry,
            retriever=WithDocs(LexicalRetriever(self.passages), self.documentation),
            passages=settings.grounding.passages,
            fallback=self._fallback,
            placement=Placement(frozenset(rules.regions), rules.no_retention, rules.no_training),
            masking=self._masking(root),
            defence=DefenceStep(settings.trust, root),
            monitoring=self._monitoring(),
            audit=self.audit,
            metering=self.metering.step,
            keeping=self.keeping,
            observers=(self.ledger.add, self._pace.saw_all, *observers),
            ledger=self.ledger,
            limits=self.limits,
            metadata_tags=settings.identity.metadata_tags,
            used=lambda by, name, span: usage_of(self.database, by, name, span),
            shadows=open_shadows(settings, self.routers, [card.name for card in self.registry.cards()], self._emit),
        )

    def watch(self) -> None:
        """Notices from now on, in threads of their own, which keys and limits others change. Raises ConfigError where
        another process keeps the same limits in a memory of its own."""
        if self.limits is not None:
            self._alone = hold_alone(self.settings, self.limits.rules)
        self.identity.watch()
        if self.house.shadows is not None:
            self.house.shadows.start()
        step = self.limits
        if step is not None:
            step.counters.begin()
            self.live_rules.watch(lambda rules: setattr(step, "rules", rules))

    async def close(self) -> None:
        """Closes connections and writes what is left."""
        if self.house.shadows is not None:
            await self.house.shadows.close()
        await self.hosts.close()
        self.documentation.close()
        self.live_rules.close()
        if self.limits is not None:
            await self.limits.close()
        self.people.close()
        self.metering.close()
        if self.usage_hours is not None:
            self.usage_hours.close()
        self.ledger.close()
        if self.audit is not None:
            self.audit.close()
        self.keeping.close()
        self.database.close()
        if self._alone is not None:
            os.close(self._alone)

    @cached_property
    def first_start(self) -> FirstStart | None:
        """The first keys, made when somebody asks; None where there are keys. Raises ConfigError, StorageError."""
        return first_start(self.database, self.identity)

    def _audited(self, name: str, tenant: str, facts: Mapping[str, Any]) -> None:
        """Writes down what an admin changed."""
        if self.audit is not None:
            self.audit.add(AuditEvent(name.replace(".", "_"), time.time_ns(), {"tenant": tenant, **facts}))

    def _emit(self, name: str, tenant: str | None, data: Mapping[str, Any]) -> None:
        # Once a request is under way, those who take events are there.
        self.people.events.emit(name, tenant or DEFAULT_TENANT, data)

    def _check_audit(self) -> None:
        if self.audit is not None:
            self.audit.check()

    def _masking(self, root: RootKey) -> MaskingStep:
        settings = self.settings
        brought = self._plugins.shoal_recognizers(settings=settings)
        return MaskingStep(settings.trust, root, (each for recognizers in brought for each in recognizers))

    def _monitoring(self) -> MonitoringStep:
        trust = self.settings.trust
        for judge in filter(
            None, (trust.monitoring.judge, *(each.monitoring.judge for each in trust.tenants.values()))
        ):
            if judge not in self.registry:
                raise ConfigError(f"trust.monitoring.judge: '{judge}'{nearest(judge, self.settings.models)}")
        brought = self._plugins.shoal_monitors(settings=self.settings)
        return MonitoringStep(trust, (each for monitors in brought for each in monitors))

    def _models(self) -> dict[str, tuple[Model, Patience]]:
        found: dict[str, tuple[Model, Patience]] = {}
        found.update(self.hosts.models)
        specialists = load_all()
        found.update({name: (specialist.model, EMBEDDED) for name, specialist in specialists.items()})
        for models in self._plugins.shoal_models(settings=self.settings):
            for model in models:
                if model.card.name in found:
                    raise ConfigError(f"a plug-in brings model '{model.card.name}', which is there already: rename one")
                found[model.card.name] = (model, EMBEDDED)
        lasting = self.settings.routing.uncertified
        for cascade in open_cascades(self.settings.cascades, found, uncertified=lasting):
            found[cascade.card.name] = (cascade, Patience())
        found["auto"] = (self._auto(specialists, {name: model for name, (model, _) in found.items()}), Patience())
        return found

    def _certified(self, chat: Chat, name: str, tenant: str) -> bool | None:
        """Whether the organisation's certificate lets a model answer a chat; None where none knows it."""
        router = self.routers.of(tenant)
        return None if router is None else router.certifies(chat, name)

    def _path(self, chat: Chat, tenant: str) -> tuple[str, ...]:
        """The models that may be called for an organisation's chat, as far as that can be said before."""
        if chat.model not in self.registry:
            return (chat.model,) if chat.model in SERVICES else ()
        model, _ = self.registry.find(chat.model)
        if isinstance(model, Auto):
            return tuple(step for name in model.path(chat, tenant) for step in self._leaves(name, chat))
        if isinstance(model, Cascade):
            return model.path(chat)
        return () if model.card.kind == "composite" else (chat.model,)

    def _leaves(self, name: str, chat: Chat) -> tuple[str, ...]:
        """The leaf models behind a name."""
        model, _ = self.registry.find(name)
        return model.path(chat) if isinstance(model, Cascade) else (name,)

    def _check_fallback(self) -> None:
        fallback, known = self.settings.grounding.fallback, self.passages.names(DEFAULT_TENANT)
        if fallback is not None and fallback not in known:
            fix = f"run 'shoal ground add PATH --collection {fallback}' first"
            raise ConfigError(f"grounding.fallback: '{fallback}'{nearest(fallback, known)}: mend it, or {fix}")

    def _fallback(self, chat: Chat) -> tuple[str, ...]:
        """With no larger model to ask, `auto` reads the fallback collection for what only passages can answer."""
        name = self.settings.grounding.fallback
        needed = name and chat.model == "auto" and self.settings.auto.reference is None and may_be_looked_up(chat)
        return (name,) if name and needed else ()

    def _auto(self, specialists: Mapping[str, Embedded], models: Mapping[str, Model]) -> Auto:
        auto, cards = self.settings.auto, {name: model.card for name, model in models.items()}
        for name in auto.candidates:
            if name not in specialists:
                raise ConfigError(f"auto.candidates: '{name}'{nearest(name, specialists)}")
        chosen = [Candidate(name, specialists[name].suits, specialists[name].because) for name in auto.candidates]
        # Metering opens once all models are known.
        pricer = pricer_of(cards, lambda *answer: self.metering.step.expected(*answer), self._pace)
        self.routers = open_routers(self.settings, cards, pricer, self._emit)
        routed = [models[name] for name in self.routers.models if name != auto.reference]
        cascades = {each.card.name: each.allowed() for each in routed if isinstance(each, Cascade)}
        own = {tenant: self._terms(tenant) for tenant in self.settings.routing.tenants}
        return Auto(chosen, auto.reference, self._terms(None), own, cascades=cascades)

    def _terms(self, tenant: str | None) -> Terms:
        """What `auto` goes by for an organisation; for all others where None is named."""
        own = self.settings.of(tenant)
        return Terms(own.auto.floor, self.routers.of(tenant), own.routing.mode == "observe")
