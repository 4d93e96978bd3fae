"""The token classifier with the shipped weights: places, hostile text, and that neither batch nor order matter."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.errors import WeightsError
from shoal.models.specialists.cards import WEIGHTS
from shoal.trust.masking.classifier import FAST, FULL, MODEL_FILE, PIECE, TokenClassifier
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.tagging import TYPES

CLASSIFIER = TokenClassifier.load(FAST)

PLAIN = "Name: Maria Schneider\nAddress: 12 Oak Street, Springfield, IL 62704\nDate of birth: 12 May 1984\n"


def found(text: str) -> list[tuple[str, str]]:
    (entities,) = CLASSIFIER.find([text])
    return [(entity.type, text[entity.start : entity.end]) for entity in entities]


def rough(entities: list[Entity]) -> list[tuple[str, int, int]]:
    return [(entity.type, entity.start, entity.end) for entity in entities]


@pytest.mark.parametrize("tier", [FAST, FULL])
def test_each_tier_says_what_it_is_and_finds_a_name(tier: str) -> None:
    classifier = TokenClassifier.load(tier)
    assert classifier.name == f"shoal/{tier}"
    assert classifier.types == TYPES
    assert classifier.card.task
    assert ("PERSON", 11, 26) in rough(classifier.find(["My name is Maria Schneider."])[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My name is Maria Schneider.", ("PERSON", "Maria Schneider")),
        ("my name is maria schneider", ("PERSON", "maria schneider")),
        ("Dear Mr. Kowalski, thank you.", ("TITLE", "Mr.")),
        ("Dear Mr. Kowalski, thank you.", ("PERSON", "Kowalski")),
        ("I was born on 12 May 1984.", ("DATE_TIME", "12 May 1984")),
        (
            "Please ship it to 12 Oak Street, Springfield, IL 62704.",
            ("ADDRESS", "12 Oak Street, Springfield, IL 62704"),
        ),
        ("The weather in Lisbon is fine.", ("LOCATION", "Lisbon")),
        ("Меня зовут Иван Петров.", ("PERSON", "Иван Петров")),
        ("我叫王小明，住在北京。", ("PERSON", "王小明")),
    ],
)
def test_plain_cases(text: str, expected: tuple[str, str]) -> None:
    assert expected in found(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "How do I boil an egg?", "def add(a, b):\n    return a + b", '{"status": "ok", "count": 3}'],
)
def test_nothing_is_found_where_nothing_is(text: str) -> None:
    assert found(text) == []


@given(st.lists(st.text(), max_size=4))
@settings(deadline=None)
def test_places_are_valid_and_do_not_overlap(texts: list[str]) -> None:
    for text, entities in zip(texts, CLASSIFIER.find(texts), strict=True):
        assert all(0 <= entity.start < entity.end <= len(text) for entity in entities)
        assert all(left.end <= right.start for left, right in itertools.pairwise(entities))
        assert all(0 <= entity.score <= 1 and entity.type in TYPES for entity in entities)


@given(st.permutations(["Maria Schneider", PLAIN, "", "hello", "Paris, France", "x" * 50, "王小明", "Dr. Ada Obi"]))
@settings(deadline=None, max_examples=30)
def test_neither_order_nor_batch_matters(texts: list[str]) -> None:
    together = CLASSIFIER.find(texts)
    alone = [CLASSIFIER.find([text])[0] for text in texts]
    assert [rough(entities) for entities in together] == [rough(entities) for entities in alone]
    pairs = itertools.chain.from_iterable(zip(a, b, strict=True) for a, b in zip(together, alone, strict=True))
    assert all(left.score == pytest.approx(right.score, abs=2e-3) for left, right in pairs)


@pytest.mark.parametrize(
    "text",
    [
        "\ud800" * 10,
        "\0" * 100,
        "a" * 300_000,
        "1" * 100_000,
        "." * 100_000,
        "." + "-" * 3 + "?!" * 60_000,
        "王" * 50_000,
        "\n" * 100_000,
        "A " * 60_000,
        "Maria Schneider, " * 5_000,
        "אבגד мир 王 नाम a\u0301\u200d\u202e " * 2_000,
        '{"a": "' * 10_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_hostile_text_does_not_raise(text: str) -> None:
    (entities,) = CLASSIFIER.find([text])
    assert all(0 <= entity.start < entity.end <= len(text) for entity in entities)


def test_a_long_text_is_read_as_its_parts_would_be() -> None:
    filler = "The parcel is on its way and will be there soon. "
    text = (filler * 40 + PLAIN) * 30
    assert len(text) > 10 * PIECE
    (entities,) = CLASSIFIER.find([text])
    names = [entity for entity in entities if text[entity.start : entity.end] == "Maria Schneider"]
    assert len(names) == 30
    assert len({(entity.start, entity.type) for entity in entities}) == len(entities)


def test_nul_and_blank_are_the_same_to_it() -> None:
    assert rough(CLASSIFIER.find(["Maria\0Schneider"])[0]) == rough(CLASSIFIER.find(["Maria Schneider"])[0])


def test_missing_or_damaged_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        TokenClassifier(tmp_path)
    (tmp_path / "card.json").write_bytes((WEIGHTS / FAST / "card.json").read_bytes())
    with pytest.raises(WeightsError, match="install Shoal again"):
        TokenClassifier(tmp_path)
    whole = (WEIGHTS / FAST / MODEL_FILE).read_bytes()
    for damaged in (b"", b"no model", whole[: len(whole) // 2]):
        (tmp_path / MODEL_FILE).write_bytes(damaged)
        with pytest.raises(WeightsError):
            TokenClassifier(tmp_path)


@pytest.mark.parametrize("folder", sorted(WEIGHTS.glob("pii-*")), ids=lambda folder: folder.name)
def test_cards_name_data_licences_energy_and_limits(folder: Path) -> None:
    card = json.loads((folder / "card.json").read_bytes())
    assert card["name"] == f"shoal/{folder.name}"
    assert all(row["licence"] for row in card["training_data"])
    assert card["training"]["energy_wh"]["low"] <= card["training"]["energy_wh"]["high"]
    assert card["limits"]
    assert card["held_out"]["by_type"]["any"]["f2"] > 0


def test_the_weights_are_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.glob("pii-*/*")) < 15_000_000


@pytest.mark.parametrize("text", ["commit 9f86d081884c7d65", "id req_01HZX3Q9K7T2V5B8 failed", "dGhpcyBpcyBhIHRlc3Q0"])
def test_hashes_and_ids_are_no_names(text: str) -> None:
    assert not [
        said for kind, said in found(text) if any(map(str.isdigit, said)) and kind in ("PERSON", "ORGANIZATION")
    ]
