"""Spelling: one slip is forgiven, two are not."""

import pytest

from shoal.grounding.spelling import nearest_stem, slips_at_start

STEMS = ["token", "subscrib", "sabbat", "certif", "cancel", "canal", "to", "tokenis"]


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("tokn", "token"),
        ("tokken", "token"),
        ("otken", "token"),
        ("toxen", "token"),
        ("sabatical", "sabbat"),
        ("susbcriber", "subscrib"),
        ("certifcate", "certif"),
        ("cancle", "cancel"),
        ("zzz", None),
        ("tqkxn", None),
        ("tokenisations", None),
    ],
)
def test_the_nearest_stem(word: str, stem: str | None) -> None:
    assert nearest_stem(word, STEMS) == stem


@pytest.mark.parametrize(
    ("stem", "word", "slips"),
    [("abc", "abcde", 0), ("abc", "ab", 1), ("abc", "acbd", 1), ("abc", "xbc", 1), ("abc", "xyz", 3), ("", "x", 0)],
)
def test_slips(stem: str, word: str, slips: int) -> None:
    assert slips_at_start(stem, word) == slips
