"""Shrunk tables: a worked case, and what was never seen."""

from __future__ import annotations

import numpy as np
import pytest

from shoal.routing.tables import PRIOR, Tables


def test_groups_are_shrunk_towards_the_mean() -> None:
    scores = np.array([[1.0]] * 20 + [[0.0]] * 20)
    tables = Tables.fit(scores, [{"tag": "a"}] * 20 + [{"tag": "b"}] * 20)
    assert tables.of({"tag": "a"})[0] == pytest.approx(0.5 + 0.5 * 20 / (20 + PRIOR))
    assert tables.of({"tag": "never"})[0] == 0.5
    assert tables.of({})[0] == 0.5


def test_one_group_alone_explains_nothing() -> None:
    assert Tables.fit(np.array([[1.0], [0.0]]), [{"tag": "a"}] * 2).effects == {}


def test_a_level_explains_what_the_one_before_left_over() -> None:
    scores = np.array([[1.0], [1.0], [0.0], [0.0]] * 50)
    groups = [{"template": t, "tag": g} for t, g in (("x", "p"), ("x", "p"), ("y", "q"), ("y", "q"))] * 50
    tables = Tables.fit(scores, groups)
    assert abs(tables.effects["tag"]["p"][0]) < abs(tables.effects["template"]["x"][0])
