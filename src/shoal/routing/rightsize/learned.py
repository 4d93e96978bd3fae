"""For small models that give no confidence: a value model learned from a part of the results, certified on the rest,
with which `auto` routes. It is `shoal route certify` on the results of this run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ConfigError
from shoal.routing.certify import FIT_SHARE, Aim, Finding, certify, trial_of
from shoal.routing.features import AskFeatures
from shoal.routing.labels import Labels
from shoal.routing.rightsize.cascading import Pair, valued
from shoal.routing.rightsize.table import Table
from shoal.routing.route import Route

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learned:
    """A route with what held-out tasks say of it, and each small model's pair on them; without one, `why` not."""

    route: Route | None = None
    finding: Finding | None = None
    pairs: Mapping[str, Pair] = field(default_factory=dict)
    why: str | None = None


def learned(
    table: Table,
    asks: Sequence[str],
    groups: Sequence[Mapping[str, str]],
    reference: str,
    smaller: Sequence[str],
    aim: Aim,
    seed: int,
) -> Learned | None:
    """The route for these models; None where there are none of them."""
    if not smaller:
        return None
    columns = [table.column(name) for name in (*smaller, reference)]
    scores = table.scores[:, columns]
    rows = np.flatnonzero(~np.isnan(scores).any(axis=1))
    chosen = [int(at) for at in rows]
    labels = Labels(
        (*smaller, reference),
        [asks[at] for at in chosen],
        scores[rows],
        table.tokens[rows][:, columns],
        [groups[at] for at in chosen],
    )
    features = AskFeatures()
    try:
        route, finding = certify(labels, reference, smaller, aim, seed, features)
    except ConfigError as error:
        return Learned(why=f"no router was learned for {', '.join(smaller)}: {error.message}")
    held = np.random.default_rng(seed).permutation(len(labels))[round(FIT_SHARE * len(labels)) :]
    part = labels.taken(held)
    trial = trial_of(route.value, part, features)
    pairs = {}
    for at, small in enumerate(smaller):
        one = type(trial)(trial.expected[:, at : at + 1], trial.true[:, at : at + 1], trial.kept)
        pairs[small] = valued(small, reference, rows[held], one, part.scores[:, [at, len(smaller)]])
    return Learned(route, finding, pairs)
