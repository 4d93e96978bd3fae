"""The outer ring for tests: a house of scripted models that keeps the records it settles."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from shoal.call import Model, Patience, Placement, closing
from shoal.chat import Chat, Message, Passage, ShoalOptions
from shoal.config.trust import TrustRules
from shoal.exchange import Exchange, House
from shoal.identity import Key, Role
from shoal.metering.step import MeteringStep
from shoal.models.registry import Registry
from shoal.stores.ledger import Record
from shoal.trust.audit.step import AuditStep
from shoal.trust.defence.step import DefenceStep
from shoal.trust.keys import RootKey
from shoal.trust.masking.step import MaskingStep
from shoal.trust.monitoring.step import MonitoringStep

KEY = Key("k", "t", Role.MEMBER)
HELLO = (Message.of("user", "how so?"),)


class Shelf:
    """A retriever that notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...], str, int]] = []

    def search(self, query: str, collections: Sequence[str], tenant: str, limit: int) -> list[Passage]:
        self.asked.append((query, tuple(collections), tenant, limit))
        return [Passage("p", "docs", "a.md", "A", "text")]


class Outer:
    """A house of scripted models that keeps the records it settles."""

    def __init__(
        self,
        *models: Model,
        fallback: str | None = None,
        placement: Placement | None = None,
        trust: TrustRules | None = None,
        recognizers: Sequence[Any] = (),
        defence: DefenceStep | None = None,
        monitoring: MonitoringStep | None = None,
        audit: AuditStep | None = None,
        metering: MeteringStep | None = None,
    ) -> None:
        self.shelf = Shelf()
        self.records: list[Record] = []
        self.house = House(
            identity=None,  # type: ignore[arg-type]  # the key is known already
            models=Registry({model.card.name: (model, Patience(retries=0)) for model in models}),
            retriever=self.shelf,
            passages=4,
            fallback=lambda chat: (fallback,) if fallback and chat.model == "auto" else (),
            placement=placement or Placement(),
            masking=MaskingStep(trust or TrustRules(mode="off"), RootKey(b"k" * 32), recognizers),
            defence=defence,
            monitoring=monitoring,
            audit=audit,
            metering=metering,
            keeping=None,
            observers=(self.records.append,),
        )

    def ask(self, model: str, key: Key = KEY, messages: tuple[Message, ...] = HELLO, **more: Any) -> str:
        async def travel() -> str:
            exchange = Exchange(self.house, key, Chat(model, messages, stream=True, shoal=ShoalOptions(**more)))
            async with closing(exchange.travel()) as pieces:
                return "".join([piece.text async for piece in pieces])

        return asyncio.run(travel())
