"""Counts and scores of one rule."""

from __future__ import annotations

from shoal.trust.defence.tally import Tally


def test_a_rule_that_had_nothing_to_do_says_nothing() -> None:
    assert Tally("enforce", "strip").wire() is None


def test_what_was_done() -> None:
    tally = Tally("enforce", "strip")
    tally.look(3, 0.91234)
    tally.look(0, 0.0)
    tally.look(1, 0.2)
    tally.fire(0.91234)
    assert tally.wire() == {
        **{"mode": "enforce", "action": "strip", "looked": 4, "found": 1, "score": 0.9123, "doubt": 0.09}
    }
    tally.failed += 1
    assert (tally.wire() or {})["failed"] == 1
