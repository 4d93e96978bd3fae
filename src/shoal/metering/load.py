"""A known load for calibration: phases of different prompts, lengths and numbers at once, idle ones among them. It
knows no gateway: whoever runs it says how a request is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

from shoal.metering.calibration import Observed
from shoal.metering.sampler import Closed

POLL_S = 0.05
IDLE_WINDOWS, BUSY_WINDOWS = 4, 2
WORDS = ("red", "fish", "swim", "where", "small", "streams", "meet", "the", "sea", "and", "nets", "are", "mended")


@dataclass(frozen=True, slots=True)
class Phase:
    """So many requests at once, each with a prompt of so many words and at most so many tokens of answer, for so many
    windows."""

    at_once: int
    words: int
    max_tokens: int
    windows: int

    @property
    def prompt(self) -> str:
        """A text of that many words, about nothing."""
        return " ".join(WORDS[at % len(WORDS)] for at in range(self.words))


def plan(rounds: int) -> Iterator[Phase]:
    """The phases: idle at first, then every mixture of few and many at once, short and long prompts and answers."""
    for _ in range(rounds):
        yield Phase(0, 0, 0, IDLE_WINDOWS)
        for at_once in (1, 4):
            for words in (20, 400):
                for max_tokens in (8, 128):
                    yield Phase(at_once, words, max_tokens, BUSY_WINDOWS)


class Recorder:
    """Keeps the windows of each kind of counters; `closed` counts those that were closed, lost ones too."""

    def __init__(self) -> None:
        self.windows: dict[str, list[Observed]] = {}
        self.closed = 0

    def note(self, closed: Closed) -> None:
        """A window was closed."""
        found = self.windows.setdefault(closed.kind, [])
        if closed.window is not None:
            found.append(Observed(closed.window.joules, closed.seconds, closed.window.work))
        self.closed += 1


async def run_load(phases: Iterable[Phase], ask: Callable[[Phase], Awaitable[None]], recorder: Recorder) -> None:
    """Runs the phases, each until the recorder has seen its windows. Raises what asking raises."""
    for phase in phases:
        until = recorder.closed + phase.windows * max(len(recorder.windows), 1)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(phase.at_once):
                    group.create_task(_go_on(phase, ask, recorder, until))
                while recorder.closed < until:  # noqa: ASYNC110 - a thread counts them
                    await asyncio.sleep(POLL_S)
        except ExceptionGroup as faults:
            raise faults.exceptions[0] from None


async def _go_on(phase: Phase, ask: Callable[[Phase], Awaitable[None]], recorder: Recorder, until: int) -> None:
    while recorder.closed < until:
        await ask(phase)
        await asyncio.sleep(0)
