"""Making data for the token classifier, and a tiny training run from end to end."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import numpy as np
import pytest

from shoal.trust.masking.classifier import TokenClassifier
from shoal.trust.masking.tagging import TYPES
from shoal.trust.masking.tokens import Tables, build_tables
from shoal.tuning import pii
from shoal.tuning.pii_corpora import NER, as_text, read_corpora, unlabelled
from shoal.tuning.pii_data import (
    ANY,
    Maker,
    allowed_bits,
    damaged,
    joined,
    label_bits,
    labelled,
    messy,
    mistyped,
    read_pools,
    read_templates,
    recased,
)
from shoal.tuning.pii_fill import TYPE_OF, UNSURE, Filled, choose
from shoal.tuning.pii_network import Size, export, read_parameters, shapes
from shoal.tuning.pii_report import Tally, kinds_of
from shoal.tuning.pii_values import HELD_OUT, TRAINED, Inventor, held_out, number_like, read_json

pytest.importorskip("faker", reason="the extra `tune` is not installed")
pytest.importorskip("onnx", reason="the extra `tune` is not installed")

LOCALES = ("en_US", "de_DE", "ja_JP", "ru_RU", "hu_HU")


@pytest.fixture(scope="module")
def tables() -> Tables:
    return build_tables()


@pytest.fixture(scope="module")
def makers() -> dict[bool, Maker]:
    pools = read_pools(LOCALES, 60)
    return {testing: Maker(read_templates(), pools, None, testing=testing) for testing in (False, True)}


def parts(made: Filled) -> list[tuple[str, str]]:
    return [(made.text[start:end], kind) for start, end, kind in made.spans]


def test_no_template_is_both_trained_and_tested_on(makers: dict[bool, Maker]) -> None:
    rng = random.Random(0)
    used = {
        testing: {maker.filled(language, rng).template for language in maker.languages for _ in range(40)}
        for testing, maker in makers.items()
    }
    assert used[True]
    assert used[False]
    assert not used[True] & used[False]


def test_templates_cover_the_languages_and_a_part_is_held_out() -> None:
    templates = read_templates()
    assert len(templates) > 1000
    languages = {template.language for template in templates}
    assert (
        set(
            [
                "en",
                "de",
                "fr",
                "es",
                "it",
                "nl",
                "pt",
                "pl",
                "sv",
                "da",
                "cs",
                "ro",
                "tr",
                "ru",
                "uk",
                "el",
                "he",
                "ar",
                "hi",
                "ja",
                "zh",
                "ko",
            ]
        )
        <= languages
    )
    assert 0.07 < sum(template.testing for template in templates) / len(templates) < 0.2
    assert not set(TRAINED) & set(HELD_OUT)


def test_every_template_can_be_filled_and_its_spans_lie_on_its_values(makers: dict[bool, Maker]) -> None:
    rng = random.Random(1)
    for maker in makers.values():
        for language in maker.languages:
            for _ in range(60):
                made = maker.filled(language, rng)
                assert "{person}" not in made.text
                assert all(made.text[start:end].strip() for start, end, _ in made.spans), made
                assert all(kind in TYPES or kind == UNSURE for _, _, kind in made.spans)
                assert all(a[1] <= b[0] for a, b in zip(made.spans, made.spans[1:], strict=False))


def test_names_are_split_by_a_checksum(makers: dict[bool, Maker]) -> None:
    words = read_json("words.json")["orgs"]
    assert 0.03 < sum(map(held_out, words)) / len(words) < 0.25
    assert all(TYPE_OF[slot] in (*TYPES, UNSURE) for slot in TYPE_OF)


def test_choices_are_decided_and_json_stays_as_it_is() -> None:
    rng = random.Random(0)
    assert {choose("[Hi|Hello] you", rng) for _ in range(20)} == {"Hi you", "Hello you"}
    assert choose('{"items": [], "a": ["{person}"]}\\n', rng) == '{"items": [], "a": ["{person}"]}\n'


MADE = Filled("Call Ana Lima, Rome", ((5, 13, "PERSON"), (15, 19, "LOCATION")), "en", "t")


@pytest.mark.parametrize("seed", range(20))
def test_damage_keeps_spans_on_their_values(seed: int) -> None:
    rng = random.Random(seed)
    for made in (mistyped(MADE, rng, 0.5), messy(MADE, rng), damaged(MADE, rng), joined([MADE, MADE], rng)):
        for start, end, _ in made.spans:
            assert 0 <= start < end <= len(made.text)
    twice = joined([MADE, MADE], rng)
    assert [part for part, _ in parts(twice)] == ["Ana Lima", "Rome"] * 2
    assert parts(recased(MADE, str.upper)) == [("ANA LIMA", "PERSON"), ("ROME", "LOCATION")]
    assert recased(Filled("Straße", (), "de", "t"), str.upper).text == "Straße"


def test_labels_align_with_tokens(tables: Tables) -> None:
    held = labelled([MADE, Filled("Ana 王小明", ((4, 7, "PERSON"),), "zh", "t")], tables)
    begin, inside = 1 << (1 + TYPES.index("PERSON")), 1 << (1 + len(TYPES) + TYPES.index("PERSON"))
    place = 1 << (1 + TYPES.index("LOCATION"))
    assert held.owner.tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert held.bits.tolist() == [1, begin, inside, 1, place, 1, begin, inside, inside]
    assert kinds_of(held.bits)[1:3].tolist() == [TYPES.index("PERSON") + 1] * 2


def test_open_labels_allow_what_they_name(tables: Tables) -> None:
    assert allowed_bits(UNSURE) == (ANY, ANY)
    first, _ = allowed_bits("O|NRP")
    assert first & 1
    assert first & 1 << (1 + TYPES.index("NRP"))
    assert not first & 1 << (1 + TYPES.index("PERSON"))
    tokens = labelled([MADE], tables).tokens
    assert kinds_of(label_bits(tokens, [(5, 13, UNSURE)])).tolist() == [0, -1, -1, 0, 0]


def test_a_corpus_leaves_open_what_it_does_not_label() -> None:
    made = as_text([("Meet", "O"), ("Ana", "B-PER"), ("Lima", "I-PER"), (",", "O"), ("5", "O"), ("Danes", "O")], "x")
    assert made.text == "Meet Ana Lima, 5 Danes"
    assert parts(made)[0] == ("Ana Lima", "PERSON")
    assert [kind.startswith("O|") for _, kind in parts(made)[1:]] == [True, True]
    handle = as_text([("@", "B-PER"), ("sunny", "B-PER"), ("hi", "O")], "x")
    assert {kind for _, kind in parts(handle)} == {UNSURE}


def test_unlabelled_text_is_sure_of_small_words_alone() -> None:
    made = unlabelled("send it to london on May 3", frozenset({"london"}), "en", "x")
    assert [part for part, _ in parts(made)] == ["london", "May", "3"]


def test_invented_words_and_numbers_have_their_form() -> None:
    rng = random.Random(0)
    words = [Inventor(["Schneider", "Schmidt", "Fischer"]).word(rng) for _ in range(20)]
    assert all(word[0].isupper() and 3 <= len(word) <= 14 for word in words)
    made = number_like("%#-?@", rng)
    assert made[0] in "123456789"
    assert made[1].isdigit()
    assert made[3:] == made[3].upper() + made[4].lower()


def test_figures_of_a_tally() -> None:
    tally = Tally(right=8, wrong=2, missed=8)
    assert tally.figures() == {"precision": 0.8, "recall": 0.5, "f1": 0.615, "f2": 0.541, "tokens": 16}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with one corpus of two sentences."""
    folder = tmp_path / NER / "wikigold" / "CONLL-format" / "data"
    folder.mkdir(parents=True)
    (folder / "wikigold.conll.txt").write_text("Ana I-PER\nLima I-PER\nsings O\n\nin O\nRome I-LOC\n")
    return tmp_path


def test_corpora_are_read_where_they_are(data: Path) -> None:
    found = read_corpora(data, [("wikigold", "wikigold/CONLL-format/data/wikigold.conll.txt"), ("none", "no/file")])
    assert [parts(made) for made in found] == [[("Ana Lima", "PERSON")], [("Rome", "LOCATION|ADDRESS")]]


def test_a_network_survives_its_export(tmp_path: Path) -> None:
    size = Size(64, 64, 4, 4, 4, 8, 8, (1, 2))
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes(size).items()}
    export(arrays, size, tmp_path, 1.5, 1.0)
    for name, values in read_parameters(tmp_path, size).items():
        assert values == pytest.approx(arrays[name], abs=float(np.abs(arrays[name]).max()) / 127 + 1e-6)


def test_the_training_command_writes_a_classifier(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="the extra `tune` is not installed")
    monkeypatch.setattr(pii, "TEST_TEXTS", 60)
    options = ["--data", data, "--out", tmp_path / "out", "--minutes", 0.02, "--texts", 60, "--draws", 20]
    monkeypatch.setattr(sys, "argv", ["pii", *map(str, options)])
    pii.main()
    assert "precision" in capsys.readouterr().out
    classifier = TokenClassifier(tmp_path / "out" / "pii-fast")
    assert len(classifier.find(["Ana Lima sings", ""])) == 2
    card = json.loads((tmp_path / "out" / "pii-fast" / "card.json").read_bytes())
    assert card["training"]["texts"] == 60
    assert card["held_out"]["by_type"]["any"]["tokens"] > 0
    assert np.isfinite(classifier.label_scores("Ana Lima")[1]).all()
    start = ["--start", tmp_path / "out" / "pii-fast"]
    monkeypatch.setattr(sys, "argv", ["pii", *map(str, [*options, *start])])
    pii.main()
    later = json.loads((tmp_path / "out" / "pii-fast" / "card.json").read_bytes())
    assert later["training"]["cpu_s"] > card["training"]["cpu_s"]
