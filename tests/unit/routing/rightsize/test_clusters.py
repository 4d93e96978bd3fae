"""Clusters of asks: what falls apart does, what does not stays whole, whatever is left out."""

from __future__ import annotations

import numpy as np
import pytest

from shoal.routing.features import AskFeatures
from shoal.routing.rightsize.clusters import DIMENSIONS, k_means, latent, parted, silhouette

KINDS = (
    ("my card was refused at the till", "why is a transfer to my account late", "which fee has the bank taken"),
    ("Anna buys 4 apples and 6 pears; how many does she have", "a train runs 60 miles an hour for 3 hours; how far"),
)


def asks(kinds: int, count: int) -> list[str]:
    return [f"{KINDS[at % kinds][at // kinds % len(KINDS[at % kinds])]} {chr(97 + at % 23) * 3}" for at in range(count)]


def test_each_kind_is_in_clusters_of_its_own() -> None:
    labels = parted(asks(2, 800))
    of_kind = [set(labels[at::2].tolist()) for at in range(2)]
    assert not of_kind[0] & of_kind[1]


def test_too_few_asks_are_not_parted() -> None:
    assert parted(asks(2, 119)).tolist() == [0] * 119
    assert parted([]).tolist() == []


@pytest.mark.parametrize("same", ["", "the same ask again", "?!"])
def test_equal_asks_stay_together(same: str) -> None:
    assert set(parted([same] * 200).tolist()) == {0}


def test_latent_rows_have_length_one_or_nothing() -> None:
    points = latent(AskFeatures().of(asks(2, 150)), np.arange(0, 150, 2), 0)
    assert points.shape == (75, DIMENSIONS)
    lengths = np.linalg.norm(points, axis=1)
    assert ((np.abs(lengths - 1) < 1e-9) | (lengths < 1e-9)).all()


def test_k_means_finds_three_directions() -> None:
    generator = np.random.default_rng(1)
    points = np.repeat(np.eye(3), 50, axis=0) + 0.05 * generator.standard_normal((150, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    labels, centres = k_means(points, 3, generator)
    assert [len(set(labels[at : at + 50])) for at in (0, 50, 100)] == [1, 1, 1]
    assert silhouette(points, labels, centres) > 0.9
