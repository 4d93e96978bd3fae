"""Settling of overlaps, the operator's lists, memory, and hostile texts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking.dates import narrowed
from shoal.trust.masking.detect import Detector, builtin_detector, settle
from shoal.trust.masking.entity import GAZETTEER, LEARNED, Entity
from shoal.trust.masking.lists import Terms


class Scripted:
    """Finds each of its words; counts the texts that it is given."""

    name = "scripted"

    def __init__(self, score: float = 0.9, **words: str) -> None:
        self.words = words
        self.score = score
        self.asked: list[str] = []

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(self.words)

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        self.asked += texts
        return [
            [
                Entity(kind, text.index(word), text.index(word) + len(word), self.score, self.name)
                for kind, word in self.words.items()
                if word in text
            ]
            for text in texts
        ]


def entity(kind: str, start: int, end: int, score: float = 0.9) -> Entity:
    return Entity(kind, start, end, score, "test")


def learned(kind: str, start: int, end: int, score: float = 0.9) -> Entity:
    return Entity(kind, start, end, score, f"{LEARNED}pii")


def found_in_list(kind: str, start: int, end: int) -> Entity:
    return Entity(kind, start, end, 0.7, GAZETTEER)


TEXT = "12 High Street, York, 4111111111111111 Dr Jane Doe"
SETTLED = [
    ([entity("A", 0, 4), entity("B", 5, 9)], [("A", 0, 4), ("B", 5, 9)]),
    ([entity("ZIP_CODE", 10, 14, 0.95), learned("ADDRESS", 0, 20)], [("ADDRESS", 0, 20)]),
    ([entity("VEHICLE", 10, 14, 0.7), learned("ADDRESS", 0, 20)], [("ADDRESS", 0, 20)]),
    ([learned("ADDRESS", 0, 38), entity("CARD", 22, 38, 0.95)], [("ADDRESS", 0, 20), ("CARD", 22, 38)]),
    ([learned("ADDRESS", 16, 38, 0.65), entity("CARD", 22, 38, 0.6)], [("ADDRESS", 16, 20), ("CARD", 22, 38)]),
    ([learned("PERSON", 39, 50), found_in_list("TITLE", 39, 41)], [("TITLE", 39, 41), ("PERSON", 42, 50)]),
    ([learned("PERSON", 42, 50), found_in_list("LOCATION", 42, 46)], [("PERSON", 42, 50)]),
    ([entity("DATE_TIME", 3, 9), learned("DATE_TIME", 0, 14)], [("DATE_TIME", 0, 14)]),
    ([entity("A", 0, 10), entity("B", 5, 12)], [("A", 0, 10), ("B", 10, 12)]),
    ([entity("A", 0, 4), entity("A", 0, 4)], [("A", 0, 4)]),
    ([entity("A", 0, 4), entity("B", 4, 8)], [("A", 0, 4), ("B", 4, 8)]),
]


@pytest.mark.parametrize(("candidates", "expected"), SETTLED)
def test_overlaps_are_settled(candidates: list[Entity], expected: list[tuple[str, int, int]]) -> None:
    assert [(each.type, each.start, each.end) for each in settle(TEXT, candidates)] == expected


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 40), st.integers(1, 12), st.floats(0.5, 1)), max_size=25)
)
def test_nothing_that_was_found_goes_free(drawn: list[tuple[str, int, int, float]]) -> None:
    candidates = [entity(kind, start, start + length, score) for kind, start, length, score in drawn]
    settled = settle("x" * 60, candidates)
    assert all(one.end <= other.start for one, other in pairwise(settled))
    covered = {at for each in settled for at in range(each.start, each.end)}
    assert covered == {at for each in candidates for at in range(each.start, each.end)}


def test_unsure_finds_are_dropped() -> None:
    assert Detector([Scripted(0.4, PERSON="Jane")]).find(["Jane"]) == [[]]


def test_a_text_that_it_has_seen_is_not_read_again() -> None:
    recognizer = Scripted(PERSON="Jane")
    detector = Detector([recognizer])
    long = "Jane " + "and so on " * 10
    first = detector.find([long, "Jane"])
    assert detector.find([long, "Jane"]) == first
    assert recognizer.asked == [long, "Jane", "Jane"]


def test_allowed_values_pass_and_denied_terms_do_not() -> None:
    terms = Terms(allow=["ACME  Corp"], deny={"PROJECT": ["Blue Heron", "号外"]})
    detector = Detector([Scripted(ORGANIZATION="Acme Corp")], terms)
    text = "Acme Corp runs BLUE HERON and Blue Herons, 号外号"
    found = detector.find([text])[0]
    assert [(each.type, text[each.start : each.end]) for each in found] == [
        ("PROJECT", "BLUE HERON"),
        ("PROJECT", "号外"),
    ]
    assert detector.types == ("ORGANIZATION", "PROJECT")


def test_a_denied_term_is_found_in_its_own_spelling() -> None:
    terms = Terms(deny={"PLACE": ["Lange Straße", "İzmir-Projekt"]})
    text = "in der LANGE Straße, für das izmir-projekt"
    found = Detector([], terms).find([text])[0]
    assert [text[each.start : each.end] for each in found] == ["LANGE Straße", "izmir-projekt"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("3 May 1980", "DATE_TIME"),
        ("1980-05-03", "DATE_TIME"),
        ("May 3rd", "DATE_TIME"),
        ("5月3日", "DATE_TIME"),
        ("1977", "PERIOD"),
        ("last spring", "PERIOD"),
        ("May 1980", "PERIOD"),
        ("Monday", "PERIOD"),
        ("10:30", "DATE_TIME"),
    ],
)
def test_dates_without_a_day_are_periods(text: str, kind: str) -> None:
    assert [each.type for each in narrowed(text, [entity("DATE_TIME", 0, len(text))])] == [kind]


def test_the_patterns_that_come_with_it() -> None:
    detector = builtin_detector("patterns")
    text = "BSN 111222333"
    assert [(each.type, text[each.start : each.end]) for each in detector.find([text])[0]] == [("NL_BSN", "111222333")]


@pytest.mark.parametrize(
    "text",
    ["", " ", "\ud800", "a" * 100_000, "1" * 50_000, "1 " * 30_000, "@" * 20_000, "a.b" * 20_000, "\u0301" * 9999],
)
def test_hostile_texts_are_read(text: str) -> None:
    assert isinstance(builtin_detector("patterns").find([text])[0], list)
