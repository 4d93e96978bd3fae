"""All results as columns: scores, confidences, seconds and what each try took, by task and model. It draws no
conclusion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.routing.rightsize.result import QUANTITIES, Result

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Flags = NDArray[np.bool]
    Places = NDArray[np.int64]

ENDS = 3


@dataclass(frozen=True, slots=True)
class Table:
    """N tasks and K models. `scores`, `confidences`, `latencies`, `tokens` are (N, K), NaN where not known; `taken` by
    quantity (N, K, 3), its low, expected and high; `judged` the same of judging; `failed` and `missing` (N, K)."""

    models: tuple[str, ...]
    families: Sequence[str] = field(repr=False)
    scores: Doubles = field(repr=False)
    confidences: Doubles = field(repr=False)
    latencies: Doubles = field(repr=False)
    tokens: Doubles = field(repr=False)
    taken: Mapping[str, Doubles] = field(repr=False)
    judged: Mapping[str, Doubles] = field(repr=False)
    failed: Flags = field(repr=False)
    missing: Flags = field(repr=False)

    def __len__(self) -> int:
        return len(self.families)

    def column(self, model: str) -> int:
        """Where a model stands."""
        return self.models.index(model)

    def rows(self, family: str | None) -> Places:
        """The tasks of a family; all of them for None."""
        return np.array([at for at, name in enumerate(self.families) if family is None or name == family], np.int64)

    def both(self, model: str, reference: str, rows: Places) -> Places:
        """Of those tasks the ones that both models have a score of."""
        pair = self.scores[rows][:, [self.column(model), self.column(reference)]]
        return np.asarray(rows[~np.isnan(pair).any(axis=1)])


def table_of(
    tasks: Sequence[str],
    families: Sequence[str],
    models: Sequence[str],
    done: Mapping[tuple[str, str], Result],
    *,
    errors_are_wrong: bool = False,
) -> Table:
    """The table of tasks, by their ids. An error has no score, or 0 where errors are wrong answers."""
    shape = len(tasks), len(models)
    plain = {name: np.full(shape, np.nan) for name in ("score", "confidence", "latency_s", "tokens")}
    taken, judged = ({name: np.full((*shape, ENDS), np.nan) for name in QUANTITIES} for _ in range(2))
    failed, missing = np.zeros(shape, bool), np.zeros(shape, bool)
    for row, task in enumerate(tasks):
        for column, model in enumerate(models):
            found = done.get((task, model))
            at = (row, column)
            missing[at] = found is None
            if found is None:
                continue
            failed[at] = found.error is not None
            for kind, sums in ((found.taken, taken), (found.judged, judged)):
                for name in QUANTITIES:
                    if (spread := getattr(kind, name)) is not None:
                        sums[name][at] = spread.low, spread.expected, spread.high
            if found.error is not None:
                plain["score"][at] = 0.0 if errors_are_wrong else np.nan
                continue
            for name, values in plain.items():
                if (value := getattr(found, name)) is not None:
                    values[at] = value
    return Table(
        tuple(models),
        families,
        plain["score"],
        plain["confidence"],
        plain["latency_s"],
        plain["tokens"],
        taken,
        judged,
        failed,
        missing,
    )
