"""Figures of the guards on labelled texts: worked cases, and rows that are wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import RequestError
from shoal.trust.defence.guards import Guards
from shoal.trust.guard_figures import GuardTrial, RuleFigures, auc, counts, read_labelled, wire
from shoal.trust.monitoring.step import MonitoringStep
from tests.unit.trust.monitoring.scene import BAD, MildMonitor, rules


@dataclass
class Echo:
    """Scores the number of exclamation marks in tenths."""

    threshold: float = 0.5

    def score(self, text: str) -> float:
        return min(1.0, text.count("!") / 10)

    def scores(self, sentences: Sequence[str]) -> list[float]:
        return [self.score(sentence) for sentence in sentences]


def trial(**tables: Any) -> GuardTrial:
    settings = rules(**tables)
    step = MonitoringStep(settings, monitor=MildMonitor())
    return GuardTrial(settings, "default", step, Guards(Echo, Echo))


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


ROWS = [
    {"text": "a!!!!!!", "labels": {"jailbreak": True}},
    {"text": "b!!!!!!", "labels": {"jailbreak": False}},
    {"text": "c!", "labels": {"jailbreak": True, "violence": False}},
    {"text": f"Fine. {BAD}", "kind": "reply", "labels": {"violence": True}},
    {"text": "Good. Do it!!!!!!!", "kind": "data", "labels": {"instructions": True, "hate": False}},
]


def test_each_rule_is_measured_on_what_is_labelled_for_it(tmp_path: Path) -> None:
    found = trial().figures(read_labelled(written(tmp_path, *ROWS)))
    assert list(found) == ["jailbreak", "instructions", "hate", "violence"]
    jailbreak = found["jailbreak"]
    assert (len(jailbreak.labels), jailbreak.flagged, jailbreak.hits) == (3, 2, 1)
    assert (jailbreak.precision, jailbreak.recall, jailbreak.false_alarms) == (0.5, 0.5, 1.0)
    assert found["instructions"].recall == 1
    assert (found["violence"].recall, found["violence"].false_alarms, found["violence"].auc) == (1, 0, 1)
    assert (found["hate"].recall, found["hate"].auc) == (None, None)


def test_the_thresholds_in_force_are_used(tmp_path: Path) -> None:
    tables = {"defence": {"jailbreak": {"threshold": 0.7}}, "monitoring": {"thresholds": {"violence": 0.995}}}
    found = trial(**tables).figures(read_labelled(written(tmp_path, *ROWS)))
    assert (found["jailbreak"].threshold, found["jailbreak"].flagged) == (0.7, 0)
    assert (found["violence"].threshold, found["violence"].flagged) == (0.995, 0)


def test_figures_as_json() -> None:
    figures = RuleFigures(0.5, (True, False, True), (0.9, 0.6, 0.1))
    assert wire(figures) == {
        "texts": 3,
        "labelled": 2,
        "flagged": 2,
        "threshold": 0.5,
        "precision": 0.5,
        "recall": 0.5,
        "auc": 0.5,
        "false_alarms": 1.0,
    }


@pytest.mark.parametrize(
    ("labels", "scores", "area"),
    [
        ([True, False], [0.9, 0.1], 1.0),
        ([True, False], [0.1, 0.9], 0.0),
        ([True, False], [0.5, 0.5], 0.5),
        ([True, True, False, False], [0.9, 0.2, 0.3, 0.1], 0.75),
        ([True, True], [0.9, 0.2], None),
    ],
)
def test_area_under_the_curve(labels: list[bool], scores: list[float], area: float | None) -> None:
    assert auc(labels, scores) == area


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_area_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[bool, int]]) -> None:
    pairs = [(one, other) for label, one in rows if label for not_label, other in rows if not not_label]
    expected = sum(1.0 if one > other else 0.5 if one == other else 0.0 for one, other in pairs)
    found = auc([label for label, _ in rows], [float(score) for _, score in rows])
    assert found == (pytest.approx(expected / len(pairs)) if pairs else None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "line 1: no JSON"),
        ({"text": 1, "labels": {}}, '"text" must be a string'),
        ({"text": "a"}, '"labels" must be'),
        ({"text": "a", "labels": {"violence": 1}}, '"labels" must be'),
        ({"text": "a", "labels": {"violent": True}}, "rule 'violent' of kind user"),
        ({"text": "a", "kind": "reply", "labels": {"jailbreak": True}}, "rule 'jailbreak' of kind reply"),
        ({"text": "a", "kind": "system", "labels": {}}, '"kind" must be one of'),
        ("", "has no rows"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, row: Any, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        read_labelled(written(tmp_path, row))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        read_labelled(tmp_path / "nothing.jsonl")


def test_kinds_are_counted(tmp_path: Path) -> None:
    assert dict(counts(read_labelled(written(tmp_path, *ROWS)))) == {"user": 3, "data": 1, "reply": 1}
