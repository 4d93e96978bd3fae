"""An attempt of the ledger computed again from the version of the factors that it names: what comes out, from which
settings and figures, and how. It opens no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from shoal.call import Attempt
from shoal.chat import Json
from shoal.facts.fact import Fact
from shoal.facts.noted import Noted
from shoal.impacts import Impacts
from shoal.metering.factor_version import Restored, Setting
from shoal.metering.meter import Metered
from shoal.metering.workings import workings
from shoal.metering.workings_machines import End

ENDS: tuple[End, ...] = ("low", "expected", "high")


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What came out (`impacts`), by end of the ranges the arithmetic of each figure, the model's settings that were in
    force as far as there were any, and the figures of the facts that were used, with their topics."""

    impacts: Impacts
    worked: Mapping[End, Mapping[str, str]]
    settings: Json
    figures: list[tuple[str, Fact]]


def recompute(attempt: Attempt, then: Restored) -> Recomputed:
    """Computes the attempt again as it was metered under that version."""
    joules, at_once = attempt.measured_j, attempt.concurrency
    metering = then.metering
    found = metering.attempt(attempt, at_once) if joules is None else metering.measured(attempt, joules, at_once)
    model = then.models.get(attempt.model)
    if model is None:
        return Recomputed(found, {end: {} for end in ENDS}, {}, [])
    noted = Noted(then.facts, then.version.name)
    Setting((model,), then.here, then.asked).build(noted)
    return Recomputed(
        found,
        {end: workings(model, then.facts, then.asked, attempt, found, end) for end in ENDS},
        in_force(model) | _counting(attempt, then),
        noted.noted,
    )


def in_force(model: Metered) -> Json:
    """The settings of a model that are not as they come."""
    said = asdict(model)
    usual = {field.name: field.default for field in fields(Metered)}
    return {name: value for name, value in said.items() if name != "name" and value != usual.get(name)}


def _counting(attempt: Attempt, then: Restored) -> dict[str, Any]:
    """How counters were shared, where they told of the attempt."""
    counting = then.version.rest["counting"]
    return {} if attempt.measured_j is None or counting is None else {"counting": counting}
