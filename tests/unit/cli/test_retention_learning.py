"""The routes that learning adds: requests are sent until the draw and the model are those that the route is about."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Mapping

import orjson
import pytest

from shoal.cli.retention_learning import EXPLORED, SHADOWED, learning_routes
from shoal.routing.explore import drawn
from shoal.routing.shadow import DRAW
from shoal.trust.retention.proof.canaries import Canaries
from shoal.trust.retention.proof.routes import Door
from shoal.trust.retention.proof.sandbox import LEARNED_SHARE, REFERENCE, SMALL
from shoal.trust.retention.proof.wire import Answered, Wire


class Scripted(Wire):
    """A gateway that gives these answers, one after the other."""

    def __init__(self, answers: Iterable[Answered]) -> None:
        super().__init__(0)
        self._answers = iter(answers)

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answered:
        return next(self._answers)


def exchange(*, shadowed: bool, explored: bool) -> str:
    """The id of an exchange that is drawn for these, and for no other."""
    ids = (f"ex_{number:028x}" for number in itertools.count())
    return next(
        each
        for each in ids
        if (drawn(DRAW + each) < LEARNED_SHARE, drawn(each) < LEARNED_SHARE) == (shadowed, explored)
    )


def answer(model: str, *, shadowed: bool, explored: bool) -> Answered:
    body = {"shoal": {"exchange": exchange(shadowed=shadowed, explored=explored), "model": model}}
    return Answered(200, orjson.dumps(body))


NEITHER = answer(SMALL, shadowed=False, explored=False)
BOTH = answer(REFERENCE, shadowed=True, explored=True)
SHADOW = answer(SMALL, shadowed=True, explored=False)
LATE = Answered(504, b"late")
EXPLORING = answer(REFERENCE, shadowed=False, explored=True)


@pytest.mark.parametrize(
    ("name", "said", "last"),
    [
        (SHADOWED, [NEITHER, EXPLORING, BOTH, NEITHER, SHADOW], SHADOW),
        (EXPLORED, [NEITHER, SHADOW, EXPLORING], EXPLORING),
        (SHADOWED, [NEITHER, LATE], LATE),
    ],
    ids=["who was explored as well is asked again", "until another model answers", "an error ends it"],
)
def test_requests_go_on_until_the_one_that_the_route_is_about(name: str, said: list[Answered], last: Answered) -> None:
    route = next(each for each in learning_routes() if each.name == name)

    async def sent() -> Answered:
        return await route.send(Door(Scripted(said), "member"), Canaries().of(name))

    assert asyncio.run(sent()) is last
