"""The run: what is tried, what is not tried again, budgets, failures, cancelling."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shoal.errors import HostFailed, InsufficientQuota, RateLimitExceeded, ShoalError
from shoal.impacts import Range
from shoal.routing.rightsize.judges import Exact
from shoal.routing.rightsize.result import Reached, Taken
from shoal.routing.rightsize.results import Results
from shoal.routing.rightsize.running import Ended, Run
from shoal.routing.rightsize.tasks import Task, tasks_of
from tests.waiting import SOON_S

TASKS = tasks_of([(at, {"id": f"t{at}", "prompt": f"ask {at}", "answer": "yes"}) for at in range(30)])
PRICED = Taken(Range.exactly(0.01), Range.exactly(1.0), Range.exactly(1.0))


class Answering:
    """Answers by a rule; counts what is asked and how many at once."""

    def __init__(self, rule: Callable[[Task, str], Reached | ShoalError]) -> None:
        self._rule = rule
        self.asked: Counter[tuple[str, str]] = Counter()
        self.now = self.most = 0

    async def answer(self, task: Task, model: str) -> Reached:
        self.asked[task.id, model] += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        found = self._rule(task, model)
        if isinstance(found, ShoalError):
            raise found
        return found


def right(task: Task, model: str) -> Reached:
    return Reached("yes", 0.9, 0.1, 1, PRICED)


def run(
    tmp_path: Path, answering: Answering, models: tuple[str, ...] = ("s", "l"), **more: Any
) -> tuple[Ended, Results]:
    results = Results.open(tmp_path / "results.jsonl", TASKS.digest, "exact")
    try:
        return asyncio.run(Run(TASKS.all, models, Exact(), answering, results, **more).run()), results
    finally:
        results.close()


def test_every_task_goes_to_every_model_once(tmp_path: Path) -> None:
    answering = Answering(right)
    seen: list[tuple[int, int]] = []
    ended, results = run(tmp_path, answering, concurrency=7, told=lambda *now: seen.append(now))
    assert set(answering.asked.values()) == {1}
    assert len(answering.asked) == 60
    assert answering.most == 7
    assert seen[-1] == (60, 60)
    assert (ended.made, ended.missing, ended.stopped) == (60, 0, None)
    assert ended.spent_usd == pytest.approx(0.6)
    assert all(result.score == 1.0 for result in results)


def test_what_has_a_score_is_not_tried_again_and_what_failed_is(tmp_path: Path) -> None:
    run(tmp_path, Answering(lambda task, model: HostFailed("no", host="h") if task.id == "t3" else right(task, model)))
    answering = Answering(right)
    ended, _ = run(tmp_path, answering, ("s", "l", "new"))
    assert sorted({task for task, _ in answering.asked}) == sorted(task.id for task in TASKS.all)
    assert answering.asked["t3", "s"] == answering.asked["t3", "l"] == 1
    assert answering.asked.total() == 30 + 2
    assert (ended.before, ended.made) == (58, 32)


@pytest.mark.parametrize("concurrency", [1, 5])
def test_a_budget_holds_and_leaves_tasks_that_were_tried_on_all_models(tmp_path: Path, concurrency: int) -> None:
    ended, results = run(tmp_path, Answering(right), budget_usd=0.105, concurrency=concurrency)
    assert ended.spent_usd == pytest.approx(0.10)
    assert ended.made == 10
    assert ended.missing == 50
    assert ended.stopped is not None
    assert Counter(result.model for result in results) == {"s": 5, "l": 5}


def test_a_budget_that_does_not_fit_evenly_ends_the_run(tmp_path: Path) -> None:
    """Reserved sums of such costs leave a rest of 1e-19; a run once waited for that for ever."""
    costs = {"s": 0.1 / 3, "l": 0.7 / 3}
    priced = Answering(
        lambda task, model: Reached(
            "yes", taken=Taken(Range.exactly(costs[model]), Range.exactly(1.0), Range.exactly(1.0))
        )
    )

    async def bounded() -> Ended:
        results = Results.open(tmp_path / "results.jsonl", TASKS.digest, "exact")
        trial = Run(TASKS.all, ("s", "l"), Exact(), priced, results, budget_usd=3.0, concurrency=4)
        try:
            async with asyncio.timeout(SOON_S):
                return await trial.run()
        finally:
            results.close()

    ended = asyncio.run(bounded())
    assert "no room for another try" in str(ended.stopped)
    assert ended.spent_usd <= 3.0


def test_no_budget_holds_where_a_cost_is_not_known(tmp_path: Path) -> None:
    ended, _ = run(tmp_path, Answering(lambda *_: Reached("yes")), budget_usd=1.0, concurrency=1)
    assert ended.made == 1
    assert "is not known" in str(ended.stopped)
    ended, _ = run(tmp_path, Answering(lambda *_: Reached("yes")))
    assert ended.missing == 0


def test_a_model_that_always_fails_is_given_up_and_the_other_goes_on(tmp_path: Path) -> None:
    bad = Answering(lambda task, model: HostFailed("no", host="h") if model == "l" else right(task, model))
    ended, _ = run(tmp_path, bad, concurrency=1)
    assert ended.given_up == {"l": "host_failed"}
    assert sum(count for (_, model), count in bad.asked.items() if model == "l") == 20
    assert ended.missing == 30


def test_a_spent_budget_of_the_house_ends_the_run(tmp_path: Path) -> None:
    spent = InsufficientQuota("budget 'team' is spent", limit="team")
    ended, _ = run(tmp_path, Answering(lambda *_: spent), concurrency=1)
    assert ended.made == 1
    assert "budget 'team' is spent" in str(ended.stopped)


def test_a_rate_limit_is_waited_for(tmp_path: Path) -> None:
    refusals = iter([RateLimitExceeded("wait", limit="r", wait_s=0.0)] * 2)
    ended, _ = run(tmp_path, Answering(lambda task, model: next(refusals, None) or right(task, model)), concurrency=1)
    assert ended.missing == 0


def test_a_run_that_is_cancelled_keeps_what_it_had(tmp_path: Path) -> None:
    async def cancelled() -> int:
        results = Results.open(tmp_path / "results.jsonl", TASKS.digest, "exact")
        half = asyncio.Event()
        told = lambda ended, of: half.set() if ended == 20 else None  # noqa: E731
        task = asyncio.create_task(Run(TASKS.all, ("s", "l"), Exact(), Answering(right), results, told=told).run())
        await half.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        results.close()
        return len(results.done)

    kept = asyncio.run(cancelled())
    assert 20 <= kept < 60
    ended, _ = run(tmp_path, Answering(right))
    assert (ended.before, ended.missing) == (kept, 0)
