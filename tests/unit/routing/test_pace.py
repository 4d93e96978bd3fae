"""Pace: running means of what answers took."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.routing.pace import Pace


def attempt(seconds: float, tokens: int, *, first: float = 0.5, pieces: int = 10, outcome: str = "ok") -> Attempt:
    made = Attempt("m", "h", Purpose.ANSWER, 0.0, outcome=outcome, pieces=pieces, first_piece_s=first)
    made.latency_s, made.usage = seconds, Usage(1, tokens)
    return made


def test_a_stream_tells_when_it_began_and_ended() -> None:
    pace = Pace()
    assert pace.expected_s("m", 100) is None
    pace.saw(attempt(2.5, 100))
    # In the mean 50 tokens at 1.5 s, variance 2500, covariance 50; the prior is 1.5 / 50 = 0.03 a token.
    slope = (50 + 16 * 0.03) / (2500 + 16)
    assert pace.expected_s("m", 50) == pytest.approx(1.5)
    assert pace.expected_s("m", 100) == pytest.approx(1.5 + 50 * slope)


def test_the_newest_answers_count_more() -> None:
    pace = Pace()
    for _ in range(200):
        pace.saw(attempt(2.5, 100))
    for _ in range(14):
        pace.saw(attempt(4.5, 100))
    # Half of the weight is on the last 14: 1 - 0.95 ** 14 = 0.512. In the mean 0.5 s to begin and 3.52 s to end.
    assert pace.expected_s("m", 50) == pytest.approx((0.5 + 2.5 + 2 * 0.512) / 2, abs=1e-3)


@pytest.mark.parametrize("none", [attempt(9, 100, outcome="cancelled"), attempt(9, 0)])
def test_what_tells_nothing(none: Attempt) -> None:
    pace = Pace()
    pace.saw(none)
    assert pace.expected_s("m", 1) is None


def test_a_whole_reply_is_one_piece() -> None:
    pace = Pace()
    pace.saw(attempt(2.0, 100, first=2.0, pieces=1))
    assert pace.expected_s("m", 50) == pytest.approx(1.0)


def test_an_answer_of_one_word_is_mostly_the_time_until_it_begins() -> None:
    pace = Pace()
    for _ in range(5):
        pace.saw(attempt(0.5, 2, first=0.5, pieces=1))
    assert pace.expected_s("m", 2) == pytest.approx(0.5)
    assert pace.expected_s("m", 1) == pytest.approx(0.5 - 0.5 / 8)
    assert pace.expected_s("m", 10) == pytest.approx(0.5 + 8 * 0.5 / 8)


def test_short_and_long_whole_replies_tell_both_apart() -> None:
    pace = Pace()
    for tokens in (2, 200, 3, 300, 1, 100):
        pace.saw(attempt(0.4 + 0.01 * tokens, tokens, first=0.1, pieces=1))
    assert pace.expected_s("m", 2) == pytest.approx(0.42, abs=1e-3)
    assert pace.expected_s("m", 250) == pytest.approx(2.9, abs=1e-2)


@given(
    st.lists(st.tuples(st.floats(0, 60), st.integers(1, 5000), st.floats(0, 1), st.integers(1, 3)), min_size=1),
    st.floats(0, 10_000),
)
def test_no_answer_is_expected_before_it_is_asked(seen: list[tuple[float, int, float, int]], tokens: float) -> None:
    pace = Pace()
    for seconds, count, part, pieces in seen:
        pace.saw(attempt(seconds, count, first=part * seconds, pieces=pieces))
    found = pace.expected_s("m", tokens)
    assert found is not None
    assert found >= -1e-9
