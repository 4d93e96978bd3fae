"""Who sends wrong keys waits, ten a second pass, and no number of addresses fills the memory."""

from __future__ import annotations

import pytest

from shoal.errors import TooManyWrongKeys
from shoal.identity.wrong_keys import MOST_ADDRESSES, WrongKeys


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_ten_pass_then_each_costs_a_tenth_of_a_second() -> None:
    wrong = WrongKeys(Clock())
    waits = [round(wrong.add("a"), 6) for _ in range(13)]
    assert waits == [0.0] * 10 + [0.1, 0.2, 0.3]
    assert wrong.add("b") == 0


def test_who_owes_too_much_is_not_looked_up_until_they_waited() -> None:
    clock = Clock()
    wrong = WrongKeys(clock)
    for _ in range(30):
        wrong.check("a")
        wrong.add("a")
    with pytest.raises(TooManyWrongKeys) as raised:
        wrong.check("a")
    assert raised.value.retry_after_s == pytest.approx(0.1)
    clock.now = 0.11
    wrong.check("a")
    clock.now = 100
    assert wrong.add("a") == 0


def test_memory_is_bounded_and_who_was_wrong_last_stays() -> None:
    wrong = WrongKeys(Clock())
    for number in range(MOST_ADDRESSES + 100):
        wrong.add(str(number))
    assert len(wrong._paid_at) <= MOST_ADDRESSES
    assert str(MOST_ADDRESSES + 99) in wrong._paid_at
