"""The shipped lexicon, and slips of the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.errors import WeightsError
from shoal.models.specialists.answer import Reader
from shoal.models.specialists.lexicon import TYPO_NEARNESS, Lexicon, one_slip


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Reader().lexicon


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("pasword", "password", True),
        ("accident", "acident", True),
        ("recieve", "receive", True),
        ("shuold", "should", True),
        ("house", "mouse", True),
        ("house", "horde", False),
        ("cat", "car", False),
        ("12345", "12346", False),
        ("gateway", "gate", False),
    ],
)
def test_one_slip(one: str, other: str, expected: bool) -> None:
    assert one_slip(one, other) is expected
    assert one_slip(other, one) is expected


def test_near_words_are_nearer_than_others(lexicon: Lexicon) -> None:
    asked = lexicon.content("remove acident quotz")
    said = lexicon.content("delete banana remove accident")
    near = lexicon.nearness(asked, said)
    assert near.shape == (3, 4)
    assert near[0, 2] == 1.0
    assert near[0, 0] > 0.5 > near[0, 1]
    assert near[1, 3] == pytest.approx(TYPO_NEARNESS)
    assert near[2].max() == 0.0


def test_irregular_forms_share_a_stem(lexicon: Lexicon) -> None:
    assert lexicon.content("went children") == lexicon.content("goes child")


def test_a_phrase_stands_for_one_word_in_a_question_and_beside_its_words_in_a_text(lexicon: Lexicon) -> None:
    assert lexicon.asked("how do I get rid of a key") == lexicon.asked("remove key")
    assert lexicon.asked("get rid") == lexicon.asked("rid")
    said = lexicon.content("Get rid of the key.")
    assert set(lexicon.asked("remove key")) <= set(said)
    assert set(lexicon.content("rid key")) <= set(said)


def test_a_question_of_small_words_alone_is_kept_whole(lexicon: Lexicon) -> None:
    assert lexicon.asked("what is it") == ["what", "be", "it"]
    assert lexicon.asked("") == []


def test_near_words_are_read_by_nearness(lexicon: Lexicon) -> None:
    (refund,) = lexicon.content("refund")
    same, related = lexicon.near(refund, 0.8), lexicon.near(refund, 0.5)
    assert set(lexicon.content("reimburse repay")) <= set(same) < set(related)
    assert lexicon.near("zzyzx", 0.1) == []


def test_rare_words_weigh_more(lexicon: Lexicon) -> None:
    common, rare, unknown = lexicon.idf([*lexicon.content("year quarry"), "zzyzx"])
    assert common < rare < unknown


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="install Shoal again"):
        Lexicon.load(tmp_path / "lexicon.safetensors")


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "lexicon.safetensors").write_bytes(b"no")
    with pytest.raises(WeightsError, match="install Shoal again"):
        Lexicon.load(tmp_path / "lexicon.safetensors")
