"""The plain questions: counted, apart, and what answers them stands in their texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.passages import read_questions
from bench.quotes import right
from shoal.models.specialists.sentences import units

PLAIN = Path(__file__).parents[3] / "bench/data/answer/plain"


@pytest.mark.parametrize("half", ["tune", "report"])
def test_each_half_is_as_its_readme_says(half: str) -> None:
    questions = read_questions(PLAIN / half)
    assert len({each.id for each in questions}) == 45
    assert sum(bool(each.sentences) for each in questions) == 30
    for each in questions:
        quotable = [unit.text for unit in units((PLAIN / half / each.text).read_text(encoding="utf-8"))]
        assert all(any(right(text, [sentence]) for text in quotable) for sentence in each.sentences), each.id


def test_no_text_is_in_both_halves() -> None:
    tune, report = ({path.name for path in (PLAIN / half / "texts").iterdir()} for half in ("tune", "report"))
    assert not tune & report
