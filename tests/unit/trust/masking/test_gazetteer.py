"""Places, peoples and titles from the lists: where they count, and where they are words of their own."""

from __future__ import annotations

import pytest

from shoal.trust.masking.gazetteer import GazetteerRecognizer

CASES: list[tuple[str, tuple[tuple[str, str], ...]]] = [
    ("She moved from Ghana to Köln.", (("LOCATION", "Ghana"), ("LOCATION", "Köln"))),
    ("SHE MOVED TO GHANA", (("LOCATION", "GHANA"),)),
    ("i moved to ghana last year", (("LOCATION", "ghana"),)),
    ("We ate turkey and polish the table.", ()),
    ("i ate turkey", ()),
    ("He is from Turkey.", (("LOCATION", "Turkey"),)),
    ("a Ghanaian citizen", (("NRP", "Ghanaian"),)),
    ("Dr. Okoro saw Mrs Lee", (("TITLE", "Dr."), ("TITLE", "Mrs"))),
    ("the dr. said so", ()),
    ("Chicagoan Indianapolis500", ()),
    ("我住在上海。", (("LOCATION", "上海"),)),
    ("المصرف", ()),
    ("New York City is not New", (("LOCATION", "New York City"),)),
    ("", ()),
]


@pytest.fixture(scope="module")
def gazetteer() -> GazetteerRecognizer:
    return GazetteerRecognizer.builtin()


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_counts(gazetteer: GazetteerRecognizer, text: str, expected: tuple[tuple[str, str], ...]) -> None:
    found = sorted(gazetteer.find([text])[0], key=lambda each: each.start)
    assert tuple((each.type, text[each.start : each.end]) for each in found) == expected


def test_it_never_outweighs_a_judgement(gazetteer: GazetteerRecognizer) -> None:
    (found,) = gazetteer.find(["Ghana"])[0]
    assert found.rank == 3
    assert gazetteer.types == ("LOCATION", "NRP", "TITLE")


@pytest.mark.parametrize("text", ["\ud800", "İstanbul ŞŞŞ", "ß" * 5000, "Dr. " * 5000])
def test_hostile_texts(gazetteer: GazetteerRecognizer, text: str) -> None:
    assert all(0 <= each.start < each.end <= len(text) for each in gazetteer.find([text])[0])
