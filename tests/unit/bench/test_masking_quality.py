"""The labelled texts of the masking bench, its tables, and how it asks Presidio; Presidio itself is not needed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.masking_quality import OWN, SECOND, Finder, lower, print_file, upper
from bench.presidio_scores import presidio
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.evaluation import LabelledText, read_labelled

TEXTS = read_labelled(OWN)
SECOND_TEXTS = read_labelled(SECOND)
LANGUAGES = {"en": 60, "de": 20, "fr": 20, "es": 15, "it": 12, "nl": 12, "pt": 12, "pl": 12, "sv": 10}
SECOND_LANGUAGES = {"en": 40, "de": 8, "fr": 8, "es": 8, "it": 5, "nl": 5, "pt": 5, "pl": 5, "sv": 4}


def values(kind: str) -> list[str]:
    texts = [*TEXTS, *SECOND_TEXTS]
    return [text.text[each.start : each.end] for text in texts for each in text.labels if each.type == kind]


def test_two_hundred_texts_in_twelve_languages() -> None:
    assert Counter(each.language for each in TEXTS) == {**LANGUAGES, "ja": 9, "zh": 9, "ar": 9}
    assert len({each.text for each in TEXTS}) == 200
    assert sum(not each.labels for each in TEXTS) == 32
    assert all((each.kind == "nothing") == (not each.labels) for each in TEXTS)


def test_a_hundred_other_texts_in_the_same_languages() -> None:
    assert Counter(each.language for each in SECOND_TEXTS) == {**SECOND_LANGUAGES, "ja": 4, "zh": 4, "ar": 4}
    assert len({each.text for each in SECOND_TEXTS} - {each.text for each in TEXTS}) == 100
    assert sum(not each.labels for each in SECOND_TEXTS) == 15
    assert all((each.kind == "nothing") == (not each.labels) for each in SECOND_TEXTS)


@pytest.mark.parametrize("texts", [TEXTS, SECOND_TEXTS], ids=["first", "second"])
def test_the_labels_begin_and_end_with_what_they_mark(texts: Sequence[LabelledText]) -> None:
    for text in texts:
        marked = [text.text[each.start : each.end] for each in text.labels]
        assert marked == [each.strip() for each in marked]


@pytest.mark.parametrize("number", values("CREDIT_CARD"))
def test_the_cards_are_valid(number: str) -> None:
    digits = [int(each) for each in re.sub(r"\D", "", number)][::-1]
    assert sum(digits[::2] + [each * 2 - 9 * (each > 4) for each in digits[1::2]]) % 10 == 0


@pytest.mark.parametrize("number", values("IBAN_CODE"))
def test_the_ibans_are_valid(number: str) -> None:
    plain = number.replace(" ", "")
    assert int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


@given(st.text())
def test_other_letters_keep_the_length(text: str) -> None:
    assert len(lower(text)) == len(upper(text)) == len(text)


def test_other_letters() -> None:
    assert lower("İz ÉTÉ") == "İz été"
    assert upper("Straße żółw") == "STRAßE ŻÓŁW"


def finds_ann(texts: Sequence[str]) -> list[list[Entity]]:
    return [[Entity("PERSON", m.start(), m.end(), 1.0, "fake") for m in re.finditer("Ann|sea", text)] for text in texts]


def labelled(folder: Path) -> Path:
    path = folder / "some.json"
    person = {"entity_type": "PERSON", "start_position": 0, "end_position": 3}
    rows = [
        {"full_text": "Ann sings", "spans": [person], "language": "en", "kind": "chat"},
        {"full_text": "the sea", "spans": [], "language": "en", "kind": "nothing"},
    ]
    path.write_text(json.dumps(rows))
    return path


def test_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_file(labelled(tmp_path), [Finder("fake", finds_ann)], None)
    lines = capsys.readouterr().out.splitlines()
    assert "--- some.json: 2 texts, 1 labels" in lines
    # As it is: one of two is right. In small letters "ann" is missed, in capitals both.
    assert f"{'fake':28} 0.500 1.000 0.833   0.500 1.000 0.833   0.000 0.000 0.000       - 0.000     -" in lines
    assert f"{'PERSON':28} {1:6}   0.500 1.000 0.833" in lines
    assert f"{'en':28} {2:6}   0.500 1.000 0.833" in lines
    assert f"{'nothing':28} {1:6}   0.000     -     -" in lines
    assert f"{'fake':28} 1 of them (1: PERSON)" in lines


def pretended(folder: Path, answer: object) -> Path:
    """An environment whose interpreter knows one answer."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n[ \"$1\" = -c ] || {{ cat > /dev/null; echo '{json.dumps(answer)}'; }}\n")
    python.chmod(0o755)
    return folder


@pytest.mark.parametrize(("matched", "verdict"), [(1, "on the same tokens: equal"), (0, "DIFFERENT here")])
def test_presidio_evaluator_is_asked(tmp_path: Path, matched: int, verdict: str) -> None:
    answer = {
        "how": "presidio-evaluator 9",
        "spans": [matched, 2, 1],
        "tokens": [1, 2, 1],
        "types": {"PERSON": [1, 2, 1]},
        "words": [[[0, "Ann"], [4, "sings"]], [[0, "the"], [4, "sea"]]],
        "skip": ["the"],
    }
    peer = presidio(pretended(tmp_path / "venv", answer))
    assert peer
    texts = read_labelled(labelled(tmp_path))
    line = peer.agreement("fake", texts, finds_ann([each.text for each in texts]))
    assert "by presidio-evaluator 9" in line
    assert verdict in line


def test_presidio_is_asked_and_its_overlaps_settled(tmp_path: Path) -> None:
    answer = {"how": "presidio 9", "found": [[["PERSON", 0, 3, 0.85], ["URL", 1, 2, 0.5]], []]}
    peer = presidio(pretended(tmp_path / "venv", answer))
    assert peer
    how, found = peer.find(["Ann sings", "the sea"])
    assert (how, found) == ("presidio 9", [[Entity("PERSON", 0, 3, 0.85, "presidio")], []])


def test_presidio_is_not_there(tmp_path: Path) -> None:
    assert presidio(tmp_path) is None
