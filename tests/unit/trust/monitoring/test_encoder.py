"""The encoder that ships: any text has scores, the same from every thread; loaded when first asked; damaged files."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import WeightsError
from shoal.models.specialists.cards import WEIGHTS
from shoal.trust.masking.tokens import build_tables
from shoal.trust.masking.word_features import PIECES
from shoal.trust.monitoring.cascade import NAME
from shoal.trust.monitoring.encoder import ENCODER_FILE, ROWS, WORDS, Encoder, features_of

FOLDER = WEIGHTS / NAME
OUTPUTS = 16
SHIPPED = Encoder(FOLDER)
TABLES = build_tables()


@pytest.mark.parametrize(("text", "tokens"), [("", 1), (" \n ", 1), ("Hello there!", 3), ("a1\nb", 4), ("\0", 1)])
def test_a_text_has_a_row_for_each_token_and_one_at_least(text: str, tokens: int) -> None:
    found = features_of(text, TABLES)
    assert found.word.shape == (tokens,)
    assert found.pieces.shape == (tokens, PIECES)
    assert found.shape.shape == (tokens, 4)


@given(st.text(max_size=300))
def test_any_text_has_scores(text: str) -> None:
    found = features_of(text, TABLES)
    assert 0 <= found.word.min() <= found.word.max() < WORDS
    assert 0 <= found.pieces.min() <= found.pieces.max() < ROWS
    scores = SHIPPED.scores([text])
    assert scores.shape == (1, OUTPUTS)
    assert np.isfinite(scores).all()


def test_a_text_scores_the_same_alone_among_others_and_in_a_thread() -> None:
    texts = ["The meeting is at ten.", "Where is my parcel?", ""]
    together = SHIPPED.scores(texts)
    found: list[np.ndarray] = []
    work = [threading.Thread(target=lambda: found.append(SHIPPED.scores(texts))) for _ in range(4)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(found) == 4
    for other in (*found, np.concatenate([SHIPPED.scores([text]) for text in texts])):
        assert other == pytest.approx(together, abs=1e-4)


def test_words_count_in_their_order() -> None:
    one, other = SHIPPED.scores(["the dog bites the man", "the man bites the dog"])
    assert np.abs(one - other).max() > 1e-3


def test_nothing_is_loaded_before_it_is_asked(tmp_path: Path) -> None:
    Encoder(tmp_path)


@pytest.mark.parametrize("held", [None, b"", b"no model", (FOLDER / ENCODER_FILE).read_bytes()[:1000]])
def test_weights_that_are_missing_or_damaged(tmp_path: Path, held: bytes | None) -> None:
    if held is not None:
        (tmp_path / ENCODER_FILE).write_bytes(held)
    with pytest.raises(WeightsError, match="install Shoal again"):
        Encoder(tmp_path).scores(["a text"])


def test_a_network_of_another_version(tmp_path: Path) -> None:
    whole = (FOLDER / ENCODER_FILE).read_bytes()
    changed = whole.replace(b'{"format": "1"', b'{"format": "0"')
    assert changed != whole
    (tmp_path / ENCODER_FILE).write_bytes(changed)
    with pytest.raises(WeightsError, match="ValueError"):
        Encoder(tmp_path).scores(["a text"])
