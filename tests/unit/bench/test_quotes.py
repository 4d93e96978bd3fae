"""When a cited sentence counts as right."""

from __future__ import annotations

import pytest

from bench.quotes import right

WANTED = "The gateway listens on port 8600 of this machine only, unless told otherwise."


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        (WANTED, True),
        (f"Note: **{WANTED}**", True),
        ("The gateway listens on port 8600 of this machine", True),
        ("The gateway listens on", False),
        ("It listens elsewhere.", False),
    ],
)
def test_right(cited: str, expected: bool) -> None:
    assert right(cited, [WANTED]) is expected


def test_a_short_sentence_counts_when_most_of_it_is_there() -> None:
    assert right("Pets travel in a closed", ["Pets travel in a closed box."])
    assert not right("closed box.", ["Pets travel in a closed box."])
