"""ROUGE on cases worked by hand."""

from __future__ import annotations

import pytest

from bench.rouge import rouge_l, rouge_n


@pytest.mark.parametrize(
    ("said", "wanted", "one", "two", "longest"),
    [
        # unigrams the, cat, sat: 3 of 3 and 3 of 6; bigrams 2 of 2 and 2 of 5; subsequence 3
        ("the cat sat", "The cat sat on the mat", 2 * 3 / 9, 2 * 2 / 7, 2 * 3 / 9),
        ("a b c", "c b a", 1.0, 0.0, 2 * 1 / 6),
        # the second "a" is met once only
        ("a a", "a b", 2 * 1 / 4, 0.0, 2 * 1 / 4),
        ("same words here", "same words here", 1.0, 1.0, 1.0),
        ("", "some words", 0.0, 0.0, 0.0),
        ("one", "two", 0.0, 0.0, 0.0),
    ],
)
def test_rouge(said: str, wanted: str, one: float, two: float, longest: float) -> None:
    assert rouge_n(said, wanted, 1) == pytest.approx(one)
    assert rouge_n(said, wanted, 2) == pytest.approx(two)
    assert rouge_l(said, wanted) == pytest.approx(longest)
