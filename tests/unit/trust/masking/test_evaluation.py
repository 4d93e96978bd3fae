"""The measure of masking on cases worked by hand; where it equals presidio-evaluator's is shown by the bench."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking.entity import Entity
from shoal.trust.masking.evaluation import Evaluation, LabelledText, Measure, Score, evaluate

Marked = tuple[str, str]


def at(text: str, *marked: Marked) -> tuple[Entity, ...]:
    """Entities by type and the words they cover, each the first place after the one before."""
    entities, end = [], 0
    for kind, words in marked:
        start = text.index(words, end)
        end = start + len(words)
        entities.append(Entity(kind, start, end, 1.0, "test"))
    return tuple(entities)


def scored(text: str, labels: list[Marked], found: list[Marked]) -> Evaluation:
    return evaluate([LabelledText(text, at(text, *labels))], [at(text, *found)])


ANN: Marked = ("PERSON", "Ann Lee")


@pytest.mark.parametrize(
    ("text", "labels", "found", "expected"),
    [
        ("Call Ann Lee now", [ANN], [ANN], Score(1, 1, 1)),
        ("Call Ann Lee now", [ANN], [], Score(0, 0, 1)),
        ("Call Ann Lee now", [], [ANN], Score(0, 1, 0)),
        ("Call Ann Lee now", [], [], Score(0, 0, 0)),
        # another type is personal data all the same
        ("Call Ann Lee now", [ANN], [("LOCATION", "Ann Lee")], Score(1, 1, 1)),
        # 3 of 7 characters
        ("Call Ann Lee now", [ANN], [("PERSON", "Ann")], Score(0, 1, 1)),
        # 6 of 8 is .75: enough; 5 of 7 is not
        ("Ask X Meyers", [("PERSON", "X Meyers")], [("PERSON", "Meyers")], Score(1, 1, 1)),
        ("Ask X Meyer", [("PERSON", "X Meyer")], [("PERSON", "Meyer")], Score(0, 1, 1)),
        # skip words and marks at the edges do not count
        (
            "with the Reeve Trust.",
            [("ORGANIZATION", "the Reeve Trust")],
            [("ORGANIZATION", "Reeve Trust.")],
            Score(1, 1, 1),
        ),
        ("for Mr. Okoro", [("PERSON", "Okoro")], [("PERSON", "Mr. Okoro")], Score(1, 1, 1)),
        # nothing but a skip word is no span
        ("Hello Mrs, come in", [("TITLE", "Mrs")], [], Score(0, 0, 0)),
        # neighbours are one span of any type: "Dr Ann" against "Ann" is 3 of 6
        ("Dr Ann", [("TITLE", "Dr"), ("PERSON", "Ann")], [("PERSON", "Ann")], Score(0, 1, 1)),
        # pieces with only marks between them are one
        (
            "12 Elm, Leeds",
            [("ADDRESS", "12 Elm, Leeds")],
            [("ADDRESS", "12 Elm"), ("LOCATION", "Leeds")],
            Score(1, 1, 1),
        ),
        # pieces apart count together, once: 8 of 12 places, and 16 of 20
        ("Ann van Lee", [("PERSON", "Ann van Lee")], [("PERSON", "Ann"), ("PERSON", "Lee")], Score(0, 1, 1)),
        (
            "Annabel van Leeward",
            [("PERSON", "Annabel van Leeward")],
            [("PERSON", "Annabel"), ("PERSON", "Leeward")],
            Score(1, 1, 1),
        ),
        # one prediction over two labels counts for each
        ("Ann met Bob", [("PERSON", "Ann"), ("PERSON", "Bob")], [("PERSON", "Ann met Bob")], Score(0, 2, 2)),
        # no spaces between words: characters count, 3 of 4
        ("我叫欧阳晓雯。", [("PERSON", "欧阳晓雯")], [("PERSON", "欧阳晓")], Score(1, 1, 1)),
        ("我叫欧阳晓雯。", [("PERSON", "欧阳晓雯")], [("PERSON", "晓雯")], Score(0, 1, 1)),
    ],
)
def test_spans_of_any_type(text: str, labels: list[Marked], found: list[Marked], expected: Score) -> None:
    assert scored(text, labels, found).spans == expected


@pytest.mark.parametrize(
    ("text", "labels", "found", "expected"),
    [
        (
            "Dr Ann",
            [("TITLE", "Dr"), ("PERSON", "Ann")],
            [("PERSON", "Ann")],
            {"TITLE": (0, 0, 1), "PERSON": (1, 1, 1)},
        ),
        ("Call Ann Lee", [ANN], [("LOCATION", "Ann Lee")], {"PERSON": (0, 0, 1), "LOCATION": (0, 1, 0)}),
        # the file's names are Shoal's, and a wider name is right
        ("9 Elm Way", [("STREET_ADDRESS", "9 Elm Way")], [("LOCATION", "9 Elm Way")], {"ADDRESS": (1, 1, 1)}),
        ("in Leeds", [("GPE", "Leeds")], [("LOCATION", "Leeds")], {"LOCATION": (1, 1, 1)}),
        ("no. AB123", [("PASSPORT", "AB123")], [("GB_PASSPORT", "AB123")], {"PASSPORT": (1, 1, 1)}),
        # two types over one label: each is a prediction, only its own type can match
        (
            "Annabel van Leeward",
            [("PERSON", "Annabel van Leeward")],
            [("PERSON", "Annabel"), ("LOCATION", "Leeward")],
            {"PERSON": (0, 1, 1), "LOCATION": (0, 1, 0)},
        ),
        # a match does not become a second one of its type by touching another label
        (
            "Ann Lee, Leeds",
            [ANN, ("LOCATION", "Leeds")],
            [ANN, ("LOCATION", "Leeds")],
            {"PERSON": (1, 1, 1), "LOCATION": (1, 1, 1)},
        ),
    ],
)
def test_spans_of_each_type(
    text: str, labels: list[Marked], found: list[Marked], expected: dict[str, tuple[int, int, int]]
) -> None:
    assert scored(text, labels, found).types == {name: Score(*counts) for name, counts in expected.items()}


@pytest.mark.parametrize(
    ("text", "labels", "found", "expected"),
    [
        ("Call Ann Lee now", [ANN], [("PERSON", "Lee now")], Score(1, 1, 2)),  # "now" is a skip word
        ("Call Ann Lee later", [ANN], [("PERSON", "Lee later")], Score(1, 2, 2)),
        ("Ann of Lee", [("PERSON", "Ann of Lee")], [("PERSON", "Ann of Lee")], Score(3, 3, 3)),
        ("Ann of Lee", [("PERSON", "Ann of Lee")], [("PERSON", "Ann"), ("PERSON", "Lee")], Score(2, 2, 2)),
        ("Call Ann Lee", [ANN], [("LOCATION", "Ann Lee")], Score(2, 2, 2)),
    ],
)
def test_tokens(text: str, labels: list[Marked], found: list[Marked], expected: Score) -> None:
    assert scored(text, labels, found).tokens == expected


def test_texts_add_up() -> None:
    text = LabelledText("Call Ann Lee now", at("Call Ann Lee now", ANN))
    total = evaluate([text, text, LabelledText("Nothing here")], [text.labels, (), at("Nothing here", ("URL", "here"))])
    assert total.spans == Score(1, 1, 2)  # "here" is a skip word, so no span
    assert total.types == {"PERSON": Score(1, 1, 2)}


def test_one_finding_per_text() -> None:
    with pytest.raises(ValueError, match="shorter"):
        evaluate([LabelledText("one"), LabelledText("two")], [()])


def test_the_threshold_and_the_words_can_be_others() -> None:
    text = "Call Ann Lee now"
    half = Measure(threshold=0.4, skip=())
    found = evaluate([LabelledText(text, at(text, ANN))], [at(text, ("PERSON", "Ann"))], half)
    assert found.spans == Score(1, 1, 1)


@pytest.mark.parametrize(
    ("score", "precision", "recall", "f2"),
    [
        (Score(3, 4, 6), 0.75, 0.5, 5 * 0.75 * 0.5 / (4 * 0.75 + 0.5)),
        (Score(2, 2, 2), 1.0, 1.0, 1.0),
        (Score(0, 1, 1), 0.0, 0.0, 0.0),
        (Score(0, 0, 1), None, 0.0, None),
        (Score(0, 1, 0), 0.0, None, None),
    ],
)
def test_shares(score: Score, precision: float | None, recall: float | None, f2: float | None) -> None:
    assert (score.precision, score.recall) == (precision, recall)
    assert score.f2 == (f2 if f2 is None else pytest.approx(f2))


@st.composite
def labelled_texts(draw: st.DrawFn) -> LabelledText:
    """A text with entities anywhere, touching ones too, not at word edges."""
    text = draw(st.text(alphabet="ab C,.3街ß \n", min_size=1, max_size=60))
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True).map(sorted))
    kinds = draw(st.lists(st.sampled_from(["PERSON", "GPE", "URL"]), min_size=8, max_size=8))
    pairs = zip(cuts, cuts[1:], kinds, strict=False)
    return LabelledText(text, tuple(Entity(kind, start, end, 1.0, "test") for start, end, kind in pairs))


@given(labelled_texts())
def test_the_labels_themselves_score_full(text: LabelledText) -> None:
    found = evaluate([text], [text.labels])
    for score in (found.spans, found.tokens, *found.types.values()):
        assert score.matched == score.predicted == score.labelled


@given(labelled_texts(), labelled_texts())
def test_nothing_matches_more_than_there_is(text: LabelledText, other: LabelledText) -> None:
    found = tuple(each for each in other.labels if each.end <= len(text.text))
    total = evaluate([text], [found])
    for score in (total.spans, total.tokens, *total.types.values()):
        assert 0 <= score.matched <= min(score.predicted, score.labelled)
        assert score.f2 is None or 0 <= score.f2 <= 1
