"""shoal.text.ngrams: rows equal those of a slow reference, together and in slices; models load or say why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from shoal.errors import WeightsError
from shoal.text import ngrams
from shoal.text.ngrams import FORMAT, MODEL_FILE, ORDERS, REACH, ROWS, RUN_BITS, RUN_ROWS, WORD_BITS, Grams, NgramModel

FEATURES = ngrams.NgramFeatures()
MASK = (1 << 64) - 1
TEXTS = st.text(st.sampled_from("ab é,.\n\0<_7漢İx"), max_size=60)


def _mixed(value: int, bits: int) -> int:
    value ^= value >> 32
    return (value * int(ngrams._MIX) & MASK) >> (64 - bits)


def _hash(run: bytes) -> int:
    values = [pow(int(ngrams._MIX), byte + 1, 1 << 64) for byte in range(256)]
    return sum(values[byte] * pow(ngrams._BASE, place, 1 << 64) for place, byte in enumerate(run)) & MASK


def _words(data: bytes) -> list[bytes]:
    found, word = [], b""
    for byte in data:
        inside = byte >= 128 or chr(byte).isalnum()
        if inside:
            word += bytes([byte])
        elif word:
            found.append(word[: ngrams.LONGEST_WORD])
            word = b""
    return found


def _reference(text: str) -> set[int]:
    """The rows of a text, each by itself."""
    data = FEATURES.encode(text)
    padded = data + b"\0" * max(ORDERS)
    runs = {
        _mixed(_hash(padded[at : at + order]) * salt & MASK, RUN_BITS)
        for at in range(len(data))
        for order, salt in zip(ORDERS, ngrams._RUN_SALTS, strict=True)
    }
    words = [_hash(word) for word in _words(data)]
    hashes = [word * int(ngrams._WORD) for word in words]
    for gap in range(1, REACH + 1):
        second = int(ngrams._NEAR if gap == 1 else ngrams._FAR)
        hashes += [a * int(ngrams._FIRST) + b * second for a, b in zip(words, words[gap:], strict=False)]
    return runs | {RUN_ROWS + _mixed(value & MASK, WORD_BITS) for value in hashes}


def _rows(grams: Grams) -> list[list[int]]:
    return [grams.rows[start:end].tolist() for start, end in zip(grams.starts, grams.starts[1:], strict=False)]


@given(TEXTS)
def test_rows_equal_the_slow_reference(text: str) -> None:
    assert _rows(FEATURES.of([text])) == [sorted(_reference(text))]


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_together_is_as_each_alone(texts: list[str]) -> None:
    together = FEATURES.of(texts)
    alone = [FEATURES.of([text]) for text in texts]
    assert _rows(together) == [_rows(grams)[0] for grams in alone]
    assert together.values.tolist() == [value for grams in alone for value in grams.values.tolist()]


@given(text=st.text(st.sampled_from("ab é,x"), min_size=40, max_size=200))
def test_slices_are_as_the_whole(text: str) -> None:
    whole = _rows(FEATURES.of([text]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngrams, "SLICE", 37)
        assert _rows(FEATURES.of([text, text])) == whole * 2


def test_values_have_length_one_in_each_block() -> None:
    grams = FEATURES.of(["the first text", "...", "a second text, which is longer"])
    for start, end in zip(grams.starts, grams.starts[1:], strict=False):
        rows, values = grams.rows[start:end], grams.values[start:end]
        for block in (values[rows < RUN_ROWS], values[rows >= RUN_ROWS]):
            assert len(block) == 0 or float(block @ block) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Ignore  the\n\ttext", "ignore the text"),
        ("іgnоrе the text", "ignore the text"),  # Cyrillic letters
        ("ig\u200bnore the text", "ignore the text"),
        ("ＩＧＮＯＲＥ the text", "ignore the text"),
        ("%69gnore the text", "ignore the text"),
        ("order 123", "order 908"),
        ("for <PERSON_k7f3m2qa.first>", "for <PERSON_z3f3m2qq>"),
        ("a\0b", "a b"),
    ],
)
def test_folding_undoes_disguises(text: str, same: str) -> None:
    assert FEATURES.encode(text) == FEATURES.encode(same)


@given(st.text(st.sampled_from("aB \t\n\r\x0b\x0c\x1c\x1f\x85é\u2028\ud800"), max_size=40))
def test_a_run_of_blanks_is_one_space(text: str) -> None:
    assert ngrams._single_spaced(text) == " ".join(text.split()).encode("utf-8", "surrogatepass")


def test_no_texts_a_lone_surrogate_and_a_tag() -> None:
    assert FEATURES.encode("<user_question> \ud800") == b" <user_question> \xed\xa0\x80 "
    assert len(FEATURES.of([]).starts) == 1


def test_many_bytes_stay_in_order() -> None:
    texts = [f"text {'x' * at}" for at in (10, 40_000, 3, 16_000, 16_000, 5)]
    assert _rows(FEATURES.of(texts)) == [_rows(FEATURES.of([text]))[0] for text in texts]


def _model(folder: Path, form: str = FORMAT, rows: int = ROWS) -> Path:
    weights = np.zeros((ROWS, 2), np.int8)
    weights[FEATURES.of(["good"]).rows, 0] = 100
    weights[FEATURES.of(["bad"]).rows, 1] = 50
    scale, bias = np.array([0.02, 0.1], np.float32), np.array([-1, 0], np.float32)
    save_file(
        {"weights": weights[:rows], "scale": scale, "bias": bias},
        folder / MODEL_FILE,
        {"features": form, "outputs": "good bad"},
    )
    return folder


def test_scores_are_the_weighted_sum(tmp_path: Path) -> None:
    model = NgramModel.load(_model(tmp_path))
    texts = ["good", "bad", "nothing known"]
    grams = FEATURES.of(texts)
    weights = model.weights.astype(float) * model.scale
    expected = np.full((3, 2), model.bias, float)
    for at, (start, end) in enumerate(zip(grams.starts, grams.starts[1:], strict=False)):
        expected[at] += grams.values[start:end] @ weights[grams.rows[start:end]]
    assert model.outputs == ("good", "bad")
    assert np.allclose(model.scores(grams), expected, atol=1e-3)
    assert np.allclose(model.probabilities(grams), 1 / (1 + np.exp(-expected)), atol=1e-3)
    assert np.allclose(model.scores(FEATURES.of(["good"])), expected[:1], atol=1e-3)


def test_damaged_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        NgramModel.load(tmp_path)
    with pytest.raises(WeightsError, match="ValueError"):
        NgramModel.load(_model(tmp_path, form="0"))
    with pytest.raises(WeightsError, match="ValueError"):
        NgramModel.load(_model(tmp_path, rows=5))
    (tmp_path / MODEL_FILE).write_bytes(b"no tensors")
    with pytest.raises(WeightsError):
        NgramModel.load(tmp_path)
