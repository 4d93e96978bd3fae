"""Training of the harm monitor's encoder: labels, batches, rates, word vectors; that what ships is what was trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.monitoring.categories import OUTPUTS
from shoal.trust.monitoring.encoder import WORDS, features_of
from shoal.tuning.harm_data import Example, harmless, labelled
from shoal.tuning.harm_encoder import BATCH_TOKENS, PEAK_RATE, Lessons, _cut, kept, rate_at, shipped_scores, taught
from shoal.tuning.harm_experts import BIAS_WEIGHT, EXPERTS, experts_of
from shoal.tuning.harm_network import WORD_DIM
from shoal.tuning.harm_set import Corpus
from shoal.tuning.harm_unlabelled import _alike, _trigrams


def corpus(*examples: Example) -> Corpus:
    return Corpus(examples, np.arange(len(examples)) % 5)


def known(labels: np.ndarray, weight: np.ndarray, row: int) -> dict[str, int]:
    return {name: int(labels[row, at]) for at, name in enumerate(EXPERTS) if weight[row, at]}


def test_each_source_teaches_its_own_outputs() -> None:
    labels, weight = taught(
        corpus(
            labelled("a", "moderation", {"hate": 1, "violence": 0}),
            labelled("b", "tweets", {"profanity": 1}),
            labelled("c", "madlibs", {"hate": 1}, 0),
            harmless("d", "banking"),
        )
    )
    assert known(labels, weight, 0) == {"prose_hate": 1, "prose_violence": 0, "prose_unsafe": 1, "style": 1}
    assert known(labels, weight, 1) == {"general_profanity": 1, "style": 0}
    assert known(labels, weight, 2)["prose_hate"] == known(labels, weight, 2)["general_hate"] == 1
    assert weight[2, EXPERTS.index("prose_hate")] == pytest.approx(BIAS_WEIGHT)
    assert known(labels, weight, 3) == {**{f"general_{name}": 0 for name in OUTPUTS}, "style": 0}
    assert labels.min() == 0


@given(st.lists(st.integers(1, 400), max_size=60))
def test_batches_hold_every_text_once_and_no_more_tokens_than_they_may(lengths: list[int]) -> None:
    found = list(_cut(np.arange(len(lengths)), np.array(lengths, np.int64)))
    assert [at for batch in found for at in batch.tolist()] == list(range(len(lengths)))
    for batch in found:
        assert max(lengths[at] for at in batch) * len(batch) <= max(BATCH_TOKENS, lengths[batch[0]])


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0.0), (0.03, 0.998), (0.5, 0.51), (1.0, 0.02)])
def test_the_rate_rises_and_falls(share: float, expected: float) -> None:
    assert rate_at(share) / PEAK_RATE == pytest.approx(expected, abs=0.001)


def test_a_closer_look_reads_an_outputs_own_heads() -> None:
    assert [EXPERTS[at] for at in experts_of("self_harm")] == ["prose_self_harm", "prose_unsafe"]
    assert [EXPERTS[at] for at in experts_of("illicit")] == ["prose_unsafe", "general_illicit", "general_unsafe"]


def test_texts_that_repeat_moderated_ones_are_left_out() -> None:
    seen = _trigrams("the quick brown fox jumps over the lazy dog and runs away from all of them")
    assert _alike("The quick brown fox jumps over the lazy dog!", seen)
    assert not _alike("the quick brown fox", seen)  # two trigrams say little
    assert not _alike("some other words that nobody has ever said here before", seen)


def test_scores_are_kept_for_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "kept.npy"
    first = kept(path, lambda: np.ones((2, 3), np.float32))
    assert kept(path, lambda: np.zeros((2, 3), np.float32)).tolist() == first.tolist()
    assert kept(None, lambda: np.zeros((1, 1), np.float32)).tolist() == [[0]]


def test_words_in_the_same_company_have_vectors_that_point_the_same_way() -> None:
    pytest.importorskip("scipy", reason="the extra `tune` is not installed")
    from shoal.tuning.word_vectors import word_vectors

    rng = np.random.default_rng(0)
    company = {1: [10, 11, 12], 2: [10, 11, 12], 3: [20, 21, 22], 4: [20, 21, 22]}
    texts = []
    for _ in range(400):
        word = int(rng.integers(1, 5))
        texts.append(np.array([rng.choice(company[word]), word, rng.choice(company[word])], np.int32))
    found = word_vectors(texts, 32, 4)
    assert found.shape == (32, 4)
    alike = found @ found.T
    assert alike[1, 2] > 0.9
    assert alike[3, 4] > 0.9
    assert abs(alike[1, 3]) < 0.5
    assert np.abs(found[0]).max() < 1e-3  # nothing stands there
    assert (np.linalg.norm(found, axis=1) <= 1.0001).all()


def test_what_ships_scores_as_what_was_trained() -> None:
    torch = pytest.importorskip("torch", reason="the extra `tune` is not installed")
    pytest.importorskip("onnx", reason="the extra `tune` is not installed")
    from shoal.trust.masking.tokens import build_tables
    from shoal.tuning.harm_encoder import train_for
    from shoal.tuning.harm_network import forward

    bad = [labelled(f"this is a grumble, number {at}", "moderation", {"hate": 1}, 0) for at in range(30)]
    fine = [labelled(f"this is a lovely day, number {at}", "moderation", {"hate": 0}, 0) for at in range(30)]
    held = corpus(*bad, *fine)
    tables = build_tables()
    words = np.asarray(np.random.default_rng(0).normal(scale=0.1, size=(WORDS, WORD_DIM)), np.float32)
    features = [features_of(text, tables) for text in held.texts]
    lessons = Lessons(held, features, *taught(held), words, passes=12)
    arrays = train_for(lessons, np.ones(60, bool), lambda _: None)
    scores = shipped_scores(arrays, held.texts)
    hate = scores[:, EXPERTS.index("prose_hate")]
    assert hate[:30].min() > hate[30:].max()
    parameters = {name: torch.from_numpy(values) for name, values in arrays.items()}
    for at in (0, 59):
        each = features[at]
        feeds = {
            "word": torch.from_numpy(each.word[None].astype(np.int64)),
            "pieces": torch.from_numpy(each.pieces[None].astype(np.int64)),
            "shape": torch.from_numpy(each.shape[None].astype(np.int64)),
            "mask": torch.ones(1, len(each.word), 1),
        }
        assert forward(parameters, feeds).detach().numpy()[0] == pytest.approx(scores[at], abs=0.15)
