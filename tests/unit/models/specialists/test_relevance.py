"""Features of units for a question."""

from __future__ import annotations

import numpy as np
import pytest

from shoal.chat import Passage
from shoal.models.specialists.answer import Reader
from shoal.models.specialists.lexicon import Lexicon
from shoal.models.specialists.relevance import FEATURES, MOST_UNITS, candidates, features, scene, verbatim

TEXT = "The tower is 41 metres high. It was built by Agnes Thorvald.\n\nThe café opens in April."


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Reader().lexicon


def passage(text: str, at: int = 0, title: str = "Lighthouse") -> Passage:
    return Passage(str(at), "c", "lighthouse.md", title, text, 3.0 - at)


def test_rows_have_the_features_order_and_are_finite(lexicon: Lexicon) -> None:
    view = scene("How tall is the lighthouse?", [passage(TEXT), passage("Bread is baked.", 1)], lexicon)
    rows = features(view, lexicon)
    assert rows.shape == (4, len(FEATURES))
    assert np.isfinite(rows).all()


def test_a_unit_that_holds_what_is_asked_stands_out(lexicon: Lexicon) -> None:
    rows = features(scene("How high is the tower?", [passage(TEXT)], lexicon), lexicon)
    by_name = dict(zip(FEATURES, rows.T, strict=True))
    assert by_name["exact"].argmax() == 0
    assert by_name["exact_lag"][0] == 0
    assert by_name["fit_length"].tolist() == [1, -1, -1]
    assert by_name["missing_own"][0] < by_name["missing_own"][2]


def test_headings_are_no_candidates() -> None:
    assert [each.unit.text for each in candidates([passage("Ports\n\nIt is 8600.", title="Guide › Ports")])] == [
        "It is 8600."
    ]


def test_no_more_units_than_the_limit() -> None:
    assert len(candidates([passage("It rains. " * 1000)])) == MOST_UNITS


@pytest.mark.parametrize("question", ["", "???", "the of and"])
def test_questions_without_content_are_taken(question: str, lexicon: Lexicon) -> None:
    view = scene(question, [passage(TEXT)], lexicon)
    if view.asked:
        assert np.isfinite(features(view, lexicon)).all()


def test_no_passages_give_an_empty_scene(lexicon: Lexicon) -> None:
    assert scene("How high?", [], lexicon).candidates == []


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How do I add a host?", True),
        ("how do i add a host", True),
        ("add host", True),
        ("Why do I add a host?", False),
        ("How do I remove a host?", False),
    ],
)
def test_a_heading_that_asks_the_very_question(lexicon: Lexicon, question: str, found: bool) -> None:
    text = "## What is it?\n\nIt is a thing.\n\n## How do I add a host?\n\nWrite a table. Then restart.\n"
    view = scene(question, [Passage("1", "c", "faq.md", "Questions", text, 1.0)], lexicon)
    at = verbatim(view, lexicon)
    assert (at is not None and view.candidates[at].unit.text == "Write a table.") is found
