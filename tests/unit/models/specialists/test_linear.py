"""The linear n-gram classifier: normalisation, features, arithmetic, damaged files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from shoal.errors import WeightsError
from shoal.models.specialists.linear import (
    FORM_FILE,
    MAX_CHARS,
    MODEL_FILE,
    char_grams,
    features,
    load_linear,
    normalize,
    word_grams,
)


def write_toy(folder: Path) -> None:
    """Two labels; word rows "card", "lost card"; character row "ca"."""
    save_file(
        {
            "weights": np.array([[10, -10], [100, -50], [20, 0]], dtype=np.int8),
            "scale": np.array([0.1, 0.01, 0.05], dtype=np.float32),
            "idf": np.array([1.0, 2.0, 1.5], dtype=np.float32),
            "bias": np.array([-0.5, 0.25], dtype=np.float32),
            "word_grams": np.frombuffer(b"card\nlost card", dtype=np.uint8),
            "char_grams": np.frombuffer(b"ca", dtype=np.uint8),
        },
        folder / MODEL_FILE,
    )
    (folder / FORM_FILE).write_text(json.dumps({"labels": ["lost", "other"], "temperature": 0.5}))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("My CARD", "my card"),
        ("  I’m lost ", "i'm lost"),
        ("ｆｕｌｌ width", "full width"),
        ("Hi there, where is my card?", "where is my card?"),
        ("Good morning! Hello team, my card is lost", "my card is lost"),
        ("hello", "hello"),
        ("hi there", "hi there"),
        ("history of my card", "history of my card"),
        ("", ""),
    ],
)
def test_normalize(text: str, plain: str) -> None:
    assert normalize(text) == plain


def test_grams() -> None:
    assert word_grams(["a", "b", "c"]) == ["a", "b", "c", "a b", "b c", "a_c"]
    assert char_grams(["ab"]) == [" a", "ab", "b ", " ab", "ab ", " ab "]
    assert word_grams([]) == char_grams([]) == []


def test_features_are_counts_of_two_blocks() -> None:
    words, chars = features("card, card?")
    assert words == {"card": 2, "?": 1, "card card": 1, "card ?": 1, "card_?": 1}
    assert chars["ca"] == 2


def test_scores_by_hand(tmp_path: Path) -> None:
    write_toy(tmp_path)
    linear = load_linear(tmp_path)
    # Words: card 1.0, lost card 2.0, divided by sqrt(5); characters: ca 1.5 divided by 1.5.
    card, lost_card = 1 / 5**0.5, 2 / 5**0.5
    wanted = [-0.5 + card * 1.0 + lost_card * 1.0 + 20 * 0.05, 0.25 - card * 1.0 - lost_card * 0.5]
    assert linear.scores("Lost card") == pytest.approx(wanted, abs=1e-6)


def test_repeated_words_count_by_their_logarithm(tmp_path: Path) -> None:
    write_toy(tmp_path)
    card, lost_card = 1 + np.log(2), 2.0
    norm = (card**2 + lost_card**2) ** 0.5
    wanted = [-0.5 + (card + lost_card) / norm + 1.0, 0.25 - (card + lost_card * 0.5) / norm]
    assert load_linear(tmp_path).scores("card lost card") == pytest.approx(wanted, abs=1e-6)


def test_nothing_known_leaves_the_bias_untouched(tmp_path: Path) -> None:
    write_toy(tmp_path)
    linear = load_linear(tmp_path)
    assert linear.scores("") == pytest.approx([-0.5, 0.25])
    linear.scores("card")
    assert linear.bias == pytest.approx([-0.5, 0.25])


def test_probabilities_are_a_softmax_with_temperature(tmp_path: Path) -> None:
    write_toy(tmp_path)
    found = load_linear(tmp_path).probabilities(np.array([1.0, 0.0], dtype=np.float32))
    assert found == pytest.approx([1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2))], abs=1e-6)


def test_only_the_beginning_of_a_long_text_is_read(tmp_path: Path) -> None:
    write_toy(tmp_path)
    linear = load_linear(tmp_path)
    assert linear.scores("x " * MAX_CHARS + "card") == pytest.approx(linear.scores("x"))


@pytest.mark.parametrize("broken", [MODEL_FILE, FORM_FILE])
@pytest.mark.parametrize("content", [None, b"", b"garbage", b"{}"])
def test_damaged_files_are_named(tmp_path: Path, broken: str, content: bytes | None) -> None:
    write_toy(tmp_path)
    if content is None:
        (tmp_path / broken).unlink()
    else:
        (tmp_path / broken).write_bytes(content)
    with pytest.raises(WeightsError, match="missing or damaged"):
        load_linear(tmp_path)
