"""The metering step of the outer ring: counts who is on which host, and says what an exchange took when it has ended.

It keeps no records and reads no clock. Services whose machines are not known are looked up in a thread after the start:
until then they are unknown, or estimated from their size.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from importlib.util import find_spec

import structlog

from shoal.call import Attempt, ModelCard
from shoal.chat import Chat
from shoal.config import Settings
from shoal.errors import ConfigError
from shoal.facts.tables import Facts, load
from shoal.impacts import total
from shoal.metering.described import described
from shoal.metering.estimator import EcoLogitsEstimator
from shoal.metering.meter import Metered
from shoal.metering.metering import Metering, build
from shoal.metering.residents import Residents, Stay
from shoal.stores.ledger import Record

# Settings whose part of metering is not in the path of requests yet.
NOT_YET = ("counters", "window_s", "sharing", "live")


class MeteringStep:
    """`facts` is the version of all factors. `metering` may be replaced by one that knows more."""

    def __init__(self, metering: Metering, facts: str) -> None:
        self.metering = metering
        self.facts = facts
        self._residents = Residents()

    def enter(self, attempt: Attempt, chat: Chat, at: float) -> Stay:
        """A try begins; who leaves is told how many were there at once."""
        return self._residents.enter(attempt.host, attempt.model, at)

    def settle(self, record: Record) -> None:
        """Says of each attempt that is not metered yet what it took, and of the record the sum of them all."""
        late = [attempt for attempt in record.attempts if attempt.impacts is None]
        for attempt in late:
            attempt.impacts = self.metering.attempt(attempt, attempt.concurrency)
            attempt.facts = self.facts
        if late or record.impacts is None:
            record.impacts = total(attempt.impacts for attempt in record.attempts if attempt.impacts is not None)


def open_metering(settings: Settings, cards: Iterable[ModelCard]) -> MeteringStep:
    """The step for these models. Raises ConfigError that names the nearest for an unknown region or hardware, and for
    facts that cannot be read or an estimator that is not installed."""
    rules = settings.metering
    for name in NOT_YET:
        if name in rules.model_fields_set:
            structlog.get_logger("shoal.metering").warning("setting_without_effect", setting=f"metering.{name}")
    facts = check_metering(settings)
    models = [metered(card, settings) for card in cards if card.kind != "composite"]
    step = MeteringStep(build(models, facts), facts.version)
    if rules.estimator == "ecologits":
        threading.Thread(target=_estimate, args=(step, models, facts), name="shoal-estimator", daemon=True).start()
    return step


def check_metering(settings: Settings) -> Facts:
    """The facts, once every region and all hardware of the settings are found in them, whatever runs there. Raises
    ConfigErrors as `open_metering` does."""
    rules = settings.metering
    if rules.estimator == "ecologits" and find_spec("ecologits") is None:
        raise ConfigError("metering.estimator: EcoLogits is not installed: pip install ecologits")
    facts = load(*rules.facts)
    stand_ins = {"metering.here": ModelCard("", "general", "specialist")} | {
        f"metering.hosts.{name}": ModelCard("", "general", "host", host=name, params_b=1.0) for name in rules.hosts
    }
    for where, card in stand_ins.items():
        try:
            build([described(card, rules)], facts)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error.message}") from None
    return facts


def metered(card: ModelCard, settings: Settings) -> Metered:
    """The model of that card as its meter sees it."""
    row = settings.models.get(card.name)
    if row is None:
        return described(card, settings.metering)
    return described(card, settings.metering, row=settings.hosts[row.host].row, upstream=row.upstream)


def _estimate(step: MeteringStep, models: list[Metered], facts: Facts) -> None:
    """Reading the library takes half a second and more: not while the gateway starts."""
    try:
        step.metering = build(models, facts, EcoLogitsEstimator())
    except ConfigError as error:
        structlog.get_logger("shoal.metering").error("estimator_failed", cause=error.message)
