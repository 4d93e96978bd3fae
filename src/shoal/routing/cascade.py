"""Cascades: the smallest model answers, its answer is checked, and only one that fails goes to the next model.

Nothing is emitted before the check has passed; the last model's reply is streamed as it comes, unchecked. Failed tries
stay in the ledger. A cascade is a model like any other, named `cascade:NAME`. Where it is not certified, or no longer,
the last model answers all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from shoal.call import Call, Decision, ModelCard, closing
from shoal.chat import Chat, Piece
from shoal.errors import DeadlineExceeded, ShoalError
from shoal.routing.checks import Check, Doubt, Reply

PREFIX = "cascade:"


@dataclass(frozen=True, slots=True)
class Step:
    """A model and the checks that its answer must pass."""

    model: str
    checks: tuple[Check, ...]


def nothing() -> None:
    """Nothing is against it."""


class Cascade:
    """The model `cascade:NAME`. `steps` in order, the last one without checks. `against` says why only the last model
    may answer now; None where all may."""

    def __init__(
        self, name: str, steps: Sequence[Step], last: str, against: Callable[[], str | None] = nothing
    ) -> None:
        self.card = ModelCard(
            name=f"{PREFIX}{name}",
            task="routing",
            kind="composite",
            facts={
                "intended_use": f"Asks {', '.join(step.model for step in steps)} first and {last} where a check fails.",
                "limits": "Knows only what its checks can see: a plausible wrong answer passes most of them.",
            },
        )
        self._name = name
        self._steps = tuple(steps)
        self._last = last
        self.against = against
        self._log = structlog.get_logger("shoal.cascade")

    def allowed(self) -> Cascade:
        """The same for one who knows that it is certified: a router, of the asks that it chooses it for."""
        return Cascade(self._name, self._steps, self._last)

    def path(self, chat: Chat) -> tuple[str, ...]:
        """The models that may be called."""
        return (*(step.model for step in self._steps), self._last)

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """The first answer that passes its checks, else the last model's. Raises what the last model raises."""
        doubts: list[str] = []
        against = self.against()
        for step in () if against is not None else self._steps:
            read = await self._try(step, chat, call)
            doubt = read if isinstance(read, Doubt) else await self._doubt(step, chat, read, call)
            if doubt is None and not isinstance(read, Doubt):
                self._decide(step.model, "; ".join([*doubts, f"{step.model} passed {_names(step)}"]), call)
                for piece in read.pieces:
                    yield piece
                return
            doubts.append(f"{step.model}: {doubt.reason if doubt is not None else 'no answer'}")
        self._decide(self._last, against or f"escalated ({'; '.join(doubts)})", call)
        async with closing(call.open(self._last).reply(chat, call)) as pieces:
            async for piece in pieces:
                yield piece

    def _decide(self, model: str, reason: str, call: Call) -> None:
        """Where another chose the cascade, its reason comes first."""
        before = call.decision
        chosen = before is not None and before.model == self.card.name
        call.decide(Decision(model, f"{before.reason}; {reason}" if before is not None and chosen else reason))

    async def _try(self, step: Step, chat: Chat, call: Call) -> Reply | Doubt:
        """The whole answer; a doubt where the model fails."""
        asked = chat
        for check in step.checks:
            asked = check.prepared(asked)
        try:
            async with closing(call.open(step.model).reply(asked, call)) as pieces:
                return Reply([piece async for piece in pieces])
        except DeadlineExceeded:
            raise
        except ShoalError as error:
            self._log.warning("step_failed", model=step.model, code=error.code, exchange=call.exchange_id)
            return Doubt(f"failed ({error.code})")

    async def _doubt(self, step: Step, chat: Chat, reply: Reply, call: Call) -> Doubt | None:
        asked = replace(chat, model=step.model)
        for check in step.checks:
            try:
                doubt = await check.doubt(asked, reply, call)
            except DeadlineExceeded:
                raise
            except ShoalError as error:
                doubt = Doubt(f"{check.name} failed ({error.code})")
            if doubt is not None:
                return doubt
        return None


def _names(step: Step) -> str:
    return ", ".join(check.name for check in step.checks) or "no check"
