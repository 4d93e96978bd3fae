"""Attempts and facts for the tests of metering."""

from __future__ import annotations

from functools import cache

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.facts.tables import Facts, load


@cache
def facts() -> Facts:
    """The facts of the package."""
    return load()


def attempt(
    model: str = "llama",
    *,
    prompt: int = 100,
    output: int = 400,
    cached: int = 0,
    cpu_s: float = 0.0,
    seconds: float = 5.0,
    pieces: int = 1,
    outcome: str = "ok",
) -> Attempt:
    """One try, answered."""
    usage = Usage(prompt, output, cached, cpu_s=cpu_s)
    return Attempt(model, "h", Purpose.ANSWER, 0.0, 0, outcome, pieces, 0.1, seconds, usage)
