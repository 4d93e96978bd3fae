"""The run: every model on every task, several at once, within a budget; what has a score already is not tried again.

Tasks come in random order and each goes to all models before the next, so that a run that ends early has compared the
models on a fair sample. It knows who answers and who judges by their protocols alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shoal.errors import InsufficientQuota, LimitError, ShoalError
from shoal.routing.rightsize.judges import Judge
from shoal.routing.rightsize.result import Reached, Result
from shoal.routing.rightsize.results import Results
from shoal.routing.rightsize.tasks import Task

GIVEN_UP_AFTER = 20
WAITS = 5
LONGEST_WAIT_S = 60.0


class Answerer(Protocol):
    """Answers a task with a model, through the house. Raises ShoalErrors."""

    async def answer(self, task: Task, model: str) -> Reached: ...


@dataclass(slots=True)
class Budget:
    """What a run may spend, in USD; None is no bound. A try reserves what the dearest of its model took so far; the
    first of a model goes alone, since nobody knows what it takes."""

    most_usd: float | None = None
    spent_usd: float = 0.0
    dearest: dict[str, float] = field(default_factory=dict)
    reserved_usd: float = 0.0
    under_way: int = 0

    def reserve(self, need: float) -> None:
        """A try begins that is taken to cost so much."""
        self.reserved_usd += need
        self.under_way += 1

    def release(self, need: float) -> None:
        """It has ended. Sums of floats leave a rest, so that nothing under way is told by their number."""
        self.under_way -= 1
        self.reserved_usd = self.reserved_usd - need if self.under_way else 0.0

    def need(self, model: str) -> float:
        """What a try of the model is taken to cost."""
        if self.most_usd is None:
            return 0.0
        return self.dearest.get(model, self.most_usd - self.spent_usd)

    def fits(self, need: float) -> bool:
        """Whether so much is left beside what is under way."""
        if self.most_usd is None:
            return True
        return self.spent_usd < self.most_usd and self.spent_usd + self.reserved_usd + need <= self.most_usd

    def spend(self, result: Result) -> bool:
        """Takes a try in; False where its cost is not known, so that no budget can hold."""
        found = (result.taken + result.judged).cost_usd
        if found is None:
            return self.most_usd is None
        self.spent_usd += found.high
        if result.error is None:
            self.dearest[result.model] = max(found.high, self.dearest.get(result.model, 0.0))
        return True


@dataclass(slots=True)
class Ended:
    """How a run ended: tries made now and before, `missing` those without a score, and why it stopped early."""

    made: int = 0
    before: int = 0
    missing: int = 0
    spent_usd: float = 0.0
    stopped: str | None = None
    given_up: dict[str, str] = field(default_factory=dict)


class Run:
    """One run. `told` is called after every try with how many have ended, of how many."""

    def __init__(
        self,
        tasks: Sequence[Task],
        models: Sequence[str],
        judge: Judge,
        answerer: Answerer,
        results: Results,
        *,
        budget_usd: float | None = None,
        concurrency: int = 4,
        keep_answers: bool = False,
        told: Callable[[int, int], None] = lambda ended, of: None,
        seed: int = 0,
    ) -> None:
        self._judge = judge
        self._answerer = answerer
        self._results = results
        self._budget = Budget(budget_usd)
        self._concurrency = concurrency
        self._keep = keep_answers
        self._told = told
        mixed = random.Random(seed).sample(tasks, len(tasks))
        self._all = [(task, model) for task in mixed for model in models]
        self._waiting = [pair for pair in self._all if not results.has(pair[0].id, pair[1])][::-1]
        self._ended = Ended(before=len(self._all) - len(self._waiting))
        self._failed: Counter[str] = Counter()
        self._free = asyncio.Condition()

    async def run(self) -> Ended:
        """Tries all that is left; it may be cancelled at any time, what has ended is written."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._concurrency):
                    group.create_task(self._work())
        except* ShoalError as errors:
            raise errors.exceptions[0] from None
        self._ended.spent_usd = self._budget.spent_usd
        self._ended.missing = sum(not self._results.has(task.id, model) for task, model in self._all)
        return self._ended

    async def _work(self) -> None:
        while (taken := await self._next()) is not None:
            task, model, need = taken
            try:
                self._take(await self._try(task, model))
            finally:
                async with self._free:
                    self._budget.release(need)
                    self._free.notify_all()

    async def _next(self) -> tuple[Task, str, float] | None:
        """The next try with what is reserved for it; None where there is none, or no money for it."""
        async with self._free:
            while self._waiting and self._ended.stopped is None:
                task, model = self._waiting[-1]
                if model in self._ended.given_up:
                    self._waiting.pop()
                    continue
                need = self._budget.need(model)
                if self._budget.fits(need):
                    self._waiting.pop()
                    self._budget.reserve(need)
                    return task, model, need
                if not self._budget.under_way:
                    self._stop(f"the budget of {self._budget.most_usd:g} USD has no room for another try of '{model}'")
                else:
                    await self._free.wait()
        return None

    def _stop(self, why: str) -> None:
        self._ended.stopped = self._ended.stopped or why

    async def _try(self, task: Task, model: str) -> Result:
        try:
            reached = await self._patiently(task, model)
        except InsufficientQuota as error:
            self._stop(f"a budget of this house is spent ({error.message})")
            return Result(task.id, model, error=str(error.code))
        except ShoalError as error:
            return Result(task.id, model, error=str(error.code or type(error).__name__))
        verdict = await self._judge.judge(task, reached.text)
        return Result(
            task.id,
            model,
            verdict.score,
            verdict.error,
            reached.confidence,
            reached.latency_s,
            reached.tokens,
            reached.taken,
            verdict.taken,
            hashlib.sha256(reached.text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
            reached.text if self._keep else None,
        )

    async def _patiently(self, task: Task, model: str) -> Reached:
        """Where the house's own limits say when there is room again, it waits for that."""
        for _ in range(WAITS):
            try:
                return await self._answerer.answer(task, model)
            except LimitError as error:
                wait = error.retry_after_s
                if isinstance(error, InsufficientQuota) or not error.retryable or wait is None or wait > LONGEST_WAIT_S:
                    raise
                await asyncio.sleep(wait)
        return await self._answerer.answer(task, model)

    def _take(self, result: Result) -> None:
        self._results.add(result)
        self._ended.made += 1
        if not self._budget.spend(result):
            self._stop(f"what '{result.model}' costs is not known, so no budget can hold: set its price in shoal.toml")
        self._failed[result.model] = 0 if result.error is None else self._failed[result.model] + 1
        if self._failed[result.model] >= GIVEN_UP_AFTER:
            self._ended.given_up[result.model] = str(result.error)
        self._told(self._ended.made + self._ended.before, len(self._all))
