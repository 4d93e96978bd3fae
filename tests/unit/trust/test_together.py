"""Calls of one turn are answered in one; each gets its own answer, whatever becomes of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.together import Together
from shoal.trust.work import tell_seconds


class Doubling:
    """Doubles numbers; refuses 13. Notes how many it was given at once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.sizes.append(len(items))
        if 13 in items:
            raise ValueError("13")
        return [2 * item for item in items]


@given(st.lists(st.lists(st.integers(0, 30), max_size=4), max_size=6))
def test_each_call_gets_its_own_answers(calls: list[list[int]]) -> None:
    work = Doubling()
    together = Together(work)

    async def play() -> list[Sequence[int] | BaseException]:
        return await asyncio.gather(*(together.of(call) for call in calls), return_exceptions=True)

    for call, answer in zip(calls, asyncio.run(play()), strict=True):
        if 13 in call:
            assert isinstance(answer, ValueError)
        else:
            assert answer == [2 * item for item in call]
    if calls and not any(13 in call for call in calls):
        assert work.sizes == [sum(map(len, calls))]


def test_another_turn_and_another_loop_are_other_calls() -> None:
    work = Doubling()
    together = Together(work)

    async def play() -> None:
        assert await together.of([1]) == [2]
        assert await together.of([2, 3]) == [4, 6]

    asyncio.run(play())
    asyncio.run(play())
    assert work.sizes == [1, 2, 1, 2]


def test_a_loop_that_ended_before_the_answer_leaves_nothing_behind() -> None:
    together = Together(Doubling())
    loop = asyncio.new_event_loop()
    waiting = together.of([1])
    loop.call_soon(loop.stop)
    task = loop.create_task(waiting)
    loop.run_forever()
    task.cancel()
    loop.close()
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    del task
    assert asyncio.run(_one(together)) == [4]


async def _one(together: Together[int, int]) -> Sequence[int]:
    return await together.of([2])


def test_who_has_gone_is_not_worked_for() -> None:
    work = Doubling()
    together = Together(work)

    async def play() -> Sequence[int]:
        gone, stays = (asyncio.create_task(together.of(items)) for items in ([13], [4]))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await stays

    assert asyncio.run(play()) == [8]
    assert 13 not in work.sizes


def test_everyone_is_told_the_seconds_of_their_share() -> None:
    spent: dict[str, list[float]] = {"one": [], "three": []}
    together: Together[int, int] = Together(lambda items: [sum(range(20_000)) for _ in items])

    async def ask(name: str, items: list[int]) -> None:
        tell_seconds(spent[name].append)
        await together.of(items)

    async def play() -> None:
        await asyncio.gather(ask("one", [1]), ask("three", [1, 2, 3]))

    asyncio.run(play())
    (one,), (three,) = spent["one"], spent["three"]
    assert one > 0
    assert three == pytest.approx(3 * one)
