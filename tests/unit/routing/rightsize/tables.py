"""Tables of results for tests of right-sizing: a small model that knows easy tasks, a large one that knows them all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shoal.impacts import Range
from shoal.routing.rightsize.result import Result, Taken
from shoal.routing.rightsize.table import Table, table_of

SMALL, LARGE = "small", "large"
CHEAP = Taken(Range.exactly(0.001), Range(0.5, 1.0, 2.0), Range(0.1, 0.2, 0.4))
DEAR = Taken(Range.exactly(0.01), Range(5.0, 10.0, 20.0), Range(1.0, 2.0, 4.0))


def results(
    count: int, hard: float = 0.2, seed: int = 0, *, confident: bool = True, family: str = "billing"
) -> dict[tuple[str, str], Result]:
    """The small model is right on easy tasks and sure of them; `hard` is the share of the others."""
    generator = np.random.default_rng(seed)
    found: dict[tuple[str, str], Result] = {}
    for at in range(count):
        name = f"{family}-{at}"
        easy = bool(generator.random() >= hard)
        sure = float(generator.uniform(0.8, 1.0) if easy else generator.uniform(0.0, 0.5)) if confident else None
        found[name, SMALL] = Result(
            name, SMALL, float(easy), confidence=sure, latency_s=0.01 * (1 + at % 10), tokens=3, taken=CHEAP
        )
        found[name, LARGE] = Result(name, LARGE, 1.0, latency_s=1.0, tokens=9, taken=DEAR)
    return found


def table(found: dict[tuple[str, str], Result], models: Sequence[str] = (SMALL, LARGE), **more: bool) -> Table:
    """The table of results; a task's family is what stands before the dash of its name."""
    names = list(dict.fromkeys(task for task, _ in found))
    return table_of(names, [name.rpartition("-")[0] for name in names], models, found, **more)
