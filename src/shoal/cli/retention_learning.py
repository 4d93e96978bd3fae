"""What `shoal verify-retention` needs to watch requests that routes learn from: a small certified route, and canaries
sent until one is drawn. It starts nothing and searches nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from shoal.routing.certificate import ALL, Certificate, Segment
from shoal.routing.explore import drawn
from shoal.routing.features import AskFeatures
from shoal.routing.labels import Labels
from shoal.routing.route import Route as Certified
from shoal.routing.shadow import DRAW
from shoal.routing.value import FEWEST, ValueModel
from shoal.trust.retention.proof.canaries import Planted
from shoal.trust.retention.proof.routes import CHAT, EXCHANGE, Door, Route, Send, chat_body
from shoal.trust.retention.proof.sandbox import JUDGE, LEARNED_SHARE, REFERENCE, SMALL
from shoal.trust.retention.proof.wire import Answered

if TYPE_CHECKING:
    from shoal.testing import Received

SHADOWED = "a smaller model answers, and a shadow call asks the reference and a judge"
EXPLORED = "exploration lets another model answer"
MOST = 2_000
"""Requests until one is drawn: of so many none is with a chance of 1e-45."""
DAY_S = 86_400


def learning_routes() -> Iterator[Route]:
    """The ways of a request that learning adds."""
    # Who is drawn for a shadow and explored as well hears the reference itself: then there is nothing to compare.
    yield Route(SHADOWED, _until(lambda answered: _drawn(answered, DRAW) and _model(answered) == SMALL))
    yield Route(EXPLORED, _until(lambda answered: _drawn(answered, "") and _model(answered) == REFERENCE))


def judged(requests: Sequence[Received]) -> bool:
    """Whether a judge was asked about both answers, so that the shadow call is over."""
    name = JUDGE.partition("/")[2]
    return len([each for each in requests if each.json.get("model") == name]) >= 2


def write_route(folder: Path) -> None:
    """A route that lets the small model answer whatever is asked. No label of a canary is in it."""
    import numpy as np

    asks = [f"Please write a short and friendly note, number {at}" for at in range(FEWEST)]
    ones = np.ones((FEWEST, 2))
    value = ValueModel.fit(Labels((SMALL, REFERENCE), asks, ones, 50 * ones, [{}] * FEWEST), AskFeatures())
    known = replace(value, foreign=replace(value.foreign, threshold=0.0))
    now, all_of_it = time.time(), Segment(1.0, 1.0, 0, FEWEST)
    certificate = Certificate(
        REFERENCE, (SMALL,), 0.05, 0.1, 0.0, "made for a proof", now, now + DAY_S, segments={ALL: all_of_it}
    )
    Certified(known, certificate).save(folder)


def _until(happened: Callable[[Answered], bool]) -> Send:
    """Asks the same again until it has happened; the last answer, 0 in place of its status where it never did."""

    async def send(door: Door, planted: Planted) -> Answered:
        for _ in range(MOST):
            answered = await door.post(CHAT, chat_body("auto", planted))
            if answered.status != 200 or happened(answered):
                return answered
        return Answered(0, b"")

    return send


def _drawn(answered: Answered, salt: str) -> bool:
    found = EXCHANGE.search(answered.body)
    return found is not None and drawn(salt + found[0].decode()) < LEARNED_SHARE


def _model(answered: Answered) -> str:
    return str(orjson.loads(answered.body)["shoal"]["model"])
