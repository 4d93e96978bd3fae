"""Decoding: the best valid labels, compared with trying all."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shoal.trust.masking.tagging import LABELS, TYPES, best_labels, spans

KINDS = len(TYPES)


def valid(labels: tuple[int, ...]) -> bool:
    before = 0
    for label in labels:
        if label > KINDS and before not in (label, label - KINDS):
            return False
        before = label
    return True


def log_chances(seed: int, length: int, outside: float) -> NDArray[np.float32]:
    raw = np.random.default_rng(seed).normal(size=(length, LABELS))
    raw[:, 0] += outside
    return np.asarray(raw - np.log(np.exp(raw).sum(axis=1, keepdims=True)), np.float32)


@given(st.integers(0, 10_000))
def test_the_best_valid_sequence_is_found(seed: int) -> None:
    scores = log_chances(seed, 3, 0.0)
    few = [0, 1, 2, 1 + KINDS, 2 + KINDS]
    others = [label for label in range(LABELS) if label not in few]
    scores[:, others] -= 50
    best = max(filter(valid, itertools.product(few, repeat=3)), key=lambda s: sum(scores[range(3), list(s)]))
    assert tuple(best_labels(scores).tolist()) == best


@given(st.integers(0, 10_000), st.integers(0, 300), st.sampled_from([0.0, 4.0, 8.0]))
def test_labels_are_always_valid_within_a_run(seed: int, length: int, outside: float) -> None:
    labels = best_labels(log_chances(seed, length, outside))
    assert len(labels) == length
    found = spans(labels)
    assert all(first < after and 0 <= kind < KINDS for first, after, kind in found)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(found))


def test_spans_join_what_continues() -> None:
    labels = np.array([0, 1, 1 + KINDS, 1, 2, 2 + KINDS, 0, 3])
    assert spans(labels) == [(1, 3, 0), (3, 4, 0), (4, 6, 1), (7, 8, 2)]


def test_runs_longer_than_the_limit_are_read_in_parts() -> None:
    scores = np.full((1000, LABELS), -9.0, np.float32)
    scores[:, 1 + KINDS] = -0.01
    scores[0, 1] = 0.0
    scores[:, 1] = np.maximum(scores[:, 1], -8.0)
    labels = best_labels(scores)
    assert (labels > 0).all()
