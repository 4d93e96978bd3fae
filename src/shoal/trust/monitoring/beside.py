"""What is only observed, judged beside the way of the request: what is long in a thread, one batch after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from shoal.errors import GuardFailed
from shoal.trust.monitoring.check import INLINE_CHARS, HarmCheck, Stretch, Watched
from shoal.trust.monitoring.groundedness import GroundednessCheck
from shoal.trust.monitoring.units import Unit
from shoal.trust.work import in_thread

AT_ONCE = 64


class Beside:
    """Takes what is to be judged. Nothing waits for it but the account."""

    def __init__(self) -> None:
        self._harm: list[tuple[HarmCheck, Stretch]] = []
        self._sentences: list[tuple[GroundednessCheck, int, Unit]] = []
        self._task: asyncio.Task[None] | None = None
        self._offered = False

    def harm(self, check: HarmCheck, stretches: Sequence[Stretch]) -> None:
        """To be scored for harm."""
        self._harm += [(check, stretch) for stretch in stretches]
        if len(self._harm) >= AT_ONCE and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._all())

    def grounded(self, check: GroundednessCheck, choice: int, unit: Unit) -> None:
        """To be compared with the passages, in the order of the reply."""
        self._sentences.append((check, choice, unit))

    def light(self) -> list[tuple[HarmCheck, Stretch]] | None:
        """What is to be scored for harm, where it is so little that something else may take it along, and out of the
        list. Only once: where that does not do, it waits for the end."""
        offered, self._offered = self._offered, True
        return self._harm if not offered and self._task is None and self._size() <= INLINE_CHARS else None

    def finish(self) -> asyncio.Task[None] | None:
        """Judges what is left, at once where it is little: the way to a thread and back costs more. None where nothing
        is left to wait for."""
        if self._task is None and self._size() <= INLINE_CHARS:
            self._harm = _unsure(self._harm)
            _judge((), self._sentences)
            self._sentences = []
        if self._harm or self._sentences:
            self._task = asyncio.create_task(self._after(self._task))
        return self._task if self._task is not None and not self._task.done() else None

    def _size(self) -> int:
        """Characters that are left to judge."""
        return sum(len(stretch.text) for _, stretch in self._harm) + sum(
            len(unit.text) for _, _, unit in self._sentences
        )

    async def _after(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await before
        await self._all()

    async def _all(self) -> None:
        harm, self._harm = self._harm, []
        sentences, self._sentences = self._sentences, []
        await in_thread(_judge, harm, sentences)


def _judge(harm: Sequence[Watched], sentences: Sequence[tuple[GroundednessCheck, int, Unit]]) -> None:
    for check, stretches in _by_check(harm):
        with suppress(GuardFailed):  # counted in the check's tally; what is only observed stops nothing
            check.observe(stretches)
    for grounded, choice, unit in sentences:
        grounded.read(choice, unit)


def _unsure(harm: Sequence[Watched]) -> list[Watched]:
    """Judges what can be judged at once; returns what its monitor would look closer at."""
    left: list[Watched] = []
    for check, stretches in _by_check(harm):
        with suppress(GuardFailed):
            if not check.observe_at_once(stretches):
                left += [(check, stretch) for stretch in stretches]
    return left


def _by_check(harm: Sequence[Watched]) -> list[tuple[HarmCheck, list[Stretch]]]:
    checks = dict.fromkeys(each for each, _ in harm)
    return [(check, [stretch for each, stretch in harm if each is check]) for check in checks]
