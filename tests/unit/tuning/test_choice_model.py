"""The conditional logit, on scenes whose rule is known."""

from __future__ import annotations

import numpy as np

from shoal.tuning.choice_model import Choice, fit


def scenes(count: int, seed: int) -> list[Choice]:
    """The unit with the largest first feature answers, if that is above 1; the second feature says nothing."""
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        units = chance.normal(size=(6, 2))
        best = int(units[:, 0].argmax())
        right = np.zeros(6, bool)
        right[best] = units[best, 0] > 1
        found.append(Choice(units, np.array([1.0, units[:, 0].max()]), right))
    return found


def test_it_learns_which_unit_answers_and_whether_any_does() -> None:
    model = fit(scenes(300, 0), penalty=0.1)
    assert abs(model.unit[0]) > 10 * abs(model.unit[1])
    held = scenes(200, 1)
    chances = [model.chances(each) for each in held]
    named = [int(found.argmax()) == int(each.units[:, 0].argmax()) for found, each in zip(chances, held, strict=True)]
    none = [bool((found.sum() < 0.5) == (not each.right.any())) for found, each in zip(chances, held, strict=True)]
    assert np.mean(named) > 0.98
    assert np.mean(none) > 0.9


def test_chances_leave_room_for_none() -> None:
    model = fit(scenes(100, 2))
    assert 0 < model.chances(scenes(1, 3)[0]).sum() < 1
