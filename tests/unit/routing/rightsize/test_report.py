"""Findings: advice by family, certificates for all at once, narrowness, the learned route, and what is noted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shoal.errors import ConfigError
from shoal.routing.certify import Aim
from shoal.routing.rightsize.report import Report, fewest, report
from shoal.routing.rightsize.result import Result
from shoal.routing.rightsize.table import Table
from tests.unit.routing.labelled import EASY, HARD
from tests.unit.routing.rightsize.tables import CHEAP, DEAR, LARGE, SMALL, results, table


def found(
    made: Table, asks: list[str] | None = None, aim: Aim | None = None, composites: tuple[str, ...] = ()
) -> Report:
    said = asks or [f"ask number {at}" for at in range(len(made))]
    return report(made, said, [{}] * len(made), LARGE, "exact", "0" * 64, aim or Aim(), composites)


def test_one_family_with_its_certificate() -> None:
    told = found(table(results(600)))
    (family,) = told.families
    assert family.advice.startswith("billing: `small` suffices for 8")
    assert "; escalate the rest; saves 7" in family.advice
    assert told.certificates[SMALL].segments["billing"] == family.chosen.segment if family.chosen else False
    assert (told.tests, told.fewest) == (1, 45)
    assert any("all tasks are of one family" in note for note in told.notes)


def test_two_families_share_delta_and_one_is_kept() -> None:
    made = results(400, hard=0.1) | {
        key: replace(each, score=0.0) if key[1] == SMALL else each
        for key, each in results(400, hard=0.1, seed=1, family="poems").items()
    }
    told = found(table(made))
    billing, poems, every = told.families
    assert (billing.name, poems.name, every.name) == ("billing", "poems", "all tasks")
    assert told.tests == 3
    assert told.fewest == 67
    assert billing.chosen is not None
    assert poems.chosen is None
    assert "poems: keep `large`, the large model: no evidence" in poems.advice
    (away,) = told.narrowness
    assert (away.family, away.other) == ("billing", "poems")
    assert away.difference is not None
    assert away.difference.mean == -1.0
    assert away.passed is not None
    assert away.passed > 0.8
    assert away.right == 0.0


def test_too_few_tasks_are_said_so() -> None:
    told = found(table(results(10)))
    assert "10 tasks, 45 are the fewest that can certify anything" in told.families[0].advice
    assert told.notes[0].startswith("10 tasks are too few")
    assert not told.certificates


def test_a_model_that_failed_or_was_not_asked_is_noted() -> None:
    made = results(100)
    made["billing-3", LARGE] = Result("billing-3", LARGE, error="host_failed")
    del made["billing-4", LARGE]
    told = found(table(made))
    assert "'large' failed 1 of 99 times: these tasks have no score of it" in told.notes
    assert any("'large' was not asked 1 of 100 tasks" in note for note in told.notes)


def asks_and_results(count: int) -> tuple[list[str], dict[tuple[str, str], Result]]:
    """Tasks whose words tell whether the small model, which gives no confidence, can do them."""
    generator = np.random.default_rng(4)
    asks, made = [], {}
    for at in range(count):
        easy = bool(generator.random() < 0.5)
        name = f"shop-{at}"
        asks.append(f"Please tell me about the {generator.choice(EASY if easy else HARD)}, case {at % 37}.")
        made[name, SMALL] = Result(name, SMALL, float(easy), tokens=10, taken=CHEAP)
        made[name, LARGE] = Result(name, LARGE, 1.0, tokens=20, taken=DEAR)
    return asks, made


def test_a_model_without_confidence_is_tried_as_a_whole_and_by_a_learned_route() -> None:
    asks, made = asks_and_results(500)
    told = found(table(made), asks)
    assert told.families[0].chosen is None
    assert told.finding is not None
    assert told.finding.worth_it
    assert 0.4 < told.finding.share < 0.6
    assert told.tests == 2
    assert "suffices for" in told.families[0].advice
    assert told.families[0].advice.endswith("(through `auto` with the learned route)")
    # The rest is foreign to the value model, so that no threshold lets it through.
    assert told.families[0].curves[SMALL][-1].coverage == pytest.approx(0.8, abs=0.05)


def test_what_chooses_among_models_itself_is_in_no_route() -> None:
    asks, made = asks_and_results(500)
    told = found(table(made), asks, composites=(SMALL,))
    assert told.learned is None


@pytest.mark.parametrize(
    ("alpha", "delta", "count"), [(0.05, 0.1, 45), (0.1, 0.1, 22), (0.05, 0.05, 59), (0.5, 0.5, 1)]
)
def test_the_fewest_tasks(alpha: float, delta: float, count: int) -> None:
    assert fewest(alpha, delta) == count


def test_alpha_and_delta_are_shares() -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        fewest(0.0, 0.1)
