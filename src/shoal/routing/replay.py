"""Replays: what a route would choose on labels, and what each answer was worth there. It calls no model.

Prices of the moment are not known offline: among the models within the certificate the one with the least expected loss
is taken, as where a route is certified. With two models that is what the gateway does too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.errors import ConfigError
from shoal.routing.cascaded import preferred
from shoal.routing.estimates import Logs
from shoal.routing.features import AskFeatures
from shoal.routing.labels import Labels, labels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.routing.route import Route

    Doubles = NDArray[np.float64]
    Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Replay:
    """Of N asks: `chosen` (N,) the place in `models` of the route's choice, `good` (N, K) the scores it expects."""

    models: tuple[str, ...]
    chosen: Numbers = field(repr=False)
    good: Doubles = field(repr=False)


def replayed(route: Route, asks: Sequence[str], groups: Sequence[Mapping[str, str]]) -> Replay:
    """The choices of a route, as if its certificate were valid."""
    certificate, value = route.certificate, route.value
    models = (*certificate.models, certificate.reference)
    found = value.values(AskFeatures().of(asks), groups)
    good = found.good[:, [value.models.index(name) for name in models]]
    loss = good[:, -1:] - good[:, :-1]
    level = certificate.level
    limits = [certificate.threshold(group.get(level) if level is not None else None, 0.0) for group in groups]
    highest = np.array([-np.inf if limit is None else limit for limit in limits]).reshape(-1, 1)
    within = (loss <= highest) & ~found.foreign[:, None]
    cascades = np.array([name in certificate.cascades for name in certificate.models])
    chosen = np.where(within.any(axis=1), preferred(loss, within, cascades), len(models) - 1)
    return Replay(models, chosen, np.clip(good, 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Logged:
    """What a router logged: `labels` of N asks, the model that answered each, and (N,) the chance of that choice."""

    labels: Labels
    models: Sequence[str]
    propensity: Doubles = field(repr=False)


def logged_of(rows: Sequence[Mapping[str, Any]]) -> Logged:
    """The rows of a labels file that have 'model' and 'propensity'. Raises ConfigError for one of another form."""
    some = [row for row in rows if "propensity" in row]
    if not some:
        raise ConfigError("no line has 'model' and 'propensity': set routing.explore, and make labels of its logs")
    for row in some:
        chance, model = row["propensity"], row.get("model")
        if not isinstance(chance, int | float) or not 0 < chance <= 1:
            raise ConfigError("every 'propensity' must be above 0 and at most 1: it is the chance of the logged choice")
        if not isinstance(model, str) or model not in (row.get("scores") or {}):
            raise ConfigError("a line with 'propensity' needs 'model', the one that answered, and its score")
    return Logged(labels_of(some), [row["model"] for row in some], np.array([float(row["propensity"]) for row in some]))


def logs_of(route: Route, logged: Logged) -> tuple[Logs, int]:
    """The logs as this route sees them, and how many name a model that it does not know: those are left out."""
    replay = replayed(route, logged.labels.asks, logged.labels.groups)
    rows = [at for at, name in enumerate(logged.models) if name in replay.models]
    names = [logged.models[at] for at in rows]
    model = np.array([replay.models.index(name) for name in names], dtype=np.int64)
    columns = [logged.labels.models.index(name) for name in names]
    good, chosen = replay.good[rows], replay.chosen[rows]
    score, each = logged.labels.scores[rows, columns], np.arange(len(rows))
    logs = Logs(model == chosen, logged.propensity[rows], score, good[each, model], good[each, chosen])
    return logs, len(logged.models) - len(rows)
