"""Pace: running means of what answers took."""

from __future__ import annotations

import pytest

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.routing.pace import Pace


def attempt(seconds: float, tokens: int, *, first: float = 0.5, pieces: int = 10, outcome: str = "ok") -> Attempt:
    made = Attempt("m", "h", Purpose.ANSWER, 0.0, outcome=outcome, pieces=pieces, first_piece_s=first)
    made.latency_s, made.usage = seconds, Usage(1, tokens)
    return made


def test_expected_seconds() -> None:
    pace = Pace()
    assert pace.expected_s("m", 100) is None
    pace.saw(attempt(2.5, 100))
    assert pace.expected_s("m", 50) == pytest.approx(0.5 + 50 * 0.02)
    pace.saw(attempt(4.5, 100))
    assert pace.expected_s("m", 100) == pytest.approx(0.5 + 100 * (0.02 + 0.05 * 0.02))


@pytest.mark.parametrize("none", [attempt(9, 100, outcome="cancelled"), attempt(9, 2)])
def test_what_tells_nothing(none: Attempt) -> None:
    pace = Pace()
    pace.saw(none)
    assert pace.expected_s("m", 1) is None


def test_a_whole_reply_is_one_piece() -> None:
    pace = Pace()
    pace.saw(attempt(2.0, 100, first=2.0, pieces=1))
    assert pace.expected_s("m", 50) == pytest.approx(1.0)
