"""Training of the harm cascade: what labels become, the fit, the choice of thresholds. No text here harms anybody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shoal.text.ngrams import ROWS
from shoal.trust.monitoring.cascade import SIGNS, mixed
from shoal.trust.monitoring.categories import CATEGORIES, OUTPUTS
from shoal.tuning.harm import (
    LOWEST,
    Crossed,
    band_of,
    cross_closer,
    looked_closer,
    reached,
    recall,
    thresholds,
    unhelped,
)
from shoal.tuning.harm_data import Example, _moderated, harmless, labelled
from shoal.tuning.harm_experts import EXPERTS, STYLE, as_it_was, fit_blend, fit_closer, inputs_of, weights_of
from shoal.tuning.harm_linear import descend, fit
from shoal.tuning.harm_set import MOST, Corpus, sampled

pytest.importorskip("sklearn", reason="the extra `tune` is not installed")


def named(example: Example) -> dict[str, int]:
    return dict(zip(OUTPUTS, example.labels, strict=True))


@pytest.mark.parametrize(
    ("known", "rest", "unsafe"),
    [
        ({"hate": 1}, -1, 1),
        ({"profanity": 1}, -1, -1),
        ({"profanity": 1, "unsafe": 0}, -1, 0),
        ({"hate": 0}, -1, -1),
        ({}, 0, 0),
        ({"sexual": 1, "profanity": 1}, 0, 1),
    ],
)
def test_any_harm_but_profanity_is_unsafe(known: dict[str, int], rest: int, unsafe: int) -> None:
    made = named(labelled("a text", "here", known, rest))
    assert made["unsafe"] == unsafe
    assert all(made[name] == known.get(name, rest) for name in CATEGORIES)


def test_a_harmless_text_is_so_in_every_way() -> None:
    assert set(harmless("a text", "here").labels) == {0}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (dict.fromkeys(("S", "H", "V", "HR", "SH", "S3", "H2", "V2"), 0), {"hate": 0, "unsafe": 0, "illicit": 0}),
        ({"S3": 1}, {"sexual": 1, "hate": -1, "unsafe": 1, "illicit": -1}),
        ({"H": 0, "HR": 1}, {"hate": 1, "identity_attack": 0, "violence": -1}),
        ({"H2": 1}, {"hate": 1, "identity_attack": 1, "violence": 1}),
        ({"S": 0}, {"sexual": 0, "hate": -1, "unsafe": 0}),
        ({"SH": 1, "V": 0}, {"self_harm": 1, "violence": 0, "unsafe": 1}),
        ({"V": 0, "V2": 0, "H": 0}, {"hate": -1, "identity_attack": 0, "violence": 0}),
    ],
)
def test_labels_of_the_moderation_set(row: dict[str, int], expected: dict[str, int]) -> None:
    made = named(_moderated({"prompt": "a text", **row}))
    assert {name: made[name] for name in expected} == expected


def test_an_example_does_not_show_its_text() -> None:
    assert "secret" not in repr(harmless("secret", "here"))


def test_a_text_is_taken_once_and_a_source_is_bounded() -> None:
    many = [harmless(f"a text {number}", "contracts") for number in range(2 * MOST["contracts"])]
    kept = sampled([labelled("twice", "first", {"hate": 1}), harmless("twice", "second"), *many])
    assert [each.source for each in kept if each.text == "twice"] == ["first"]
    assert sum(each.source == "contracts" for each in kept) == MOST["contracts"]


@given(st.lists(st.floats(0.5, 20), min_size=1, max_size=6), st.integers(0, 100))
def test_descent_finds_the_least_of_a_bowl(curves: list[float], seed: int) -> None:
    middle = np.random.default_rng(seed).normal(size=(len(curves), 1)).astype(np.float32)
    bend = np.array(curves, np.float32)[:, None]

    def bowl(at: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        off = at - middle
        return 1 + float((bend * off**2).sum()) / 2, bend * off

    found = descend(bowl, np.zeros_like(middle))
    assert float((bend * (found - middle) ** 2).sum()) < 1e-2


def test_unknown_labels_are_not_trained_on() -> None:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    rows = np.tile([[0, 1, 2], [3, 4, 5]], (10, 1))
    features = csr_matrix((np.ones(60, np.float32), rows.ravel(), np.arange(0, 61, 3)), shape=(20, ROWS))
    labels = np.tile([[1, -1], [0, -1]], (10, 1)).astype(np.int8)
    model = fit(features, labels, np.ones(20, np.float32), 10.0)
    scores = model.scores(features)
    assert (scores[::2, 0] > 1).all()
    assert (scores[1::2, 0] < -1).all()
    assert np.abs(scores[:, 1]).max() == 0
    assert np.flatnonzero(np.abs(model.rows).sum(axis=1)).tolist() == [0, 1, 2, 3, 4, 5]


def corpus(*parts: tuple[str, int, dict[str, int]]) -> Corpus:
    made = [labelled(f"{source} {n}", source, known, 0) for source, count, known in parts for n in range(count)]
    return Corpus(made, np.arange(len(made)) % 5)


def test_thresholds_spare_the_harmless() -> None:
    held = corpus(("banking", 100, {}), ("tweets", 10, {"hate": 1}))
    scores = np.full((110, len(OUTPUTS)), -5, np.float32)
    scores[0, CATEGORIES.index("hate")] = 1.0  # one harmless text looks like hate
    scores[100:108, CATEGORIES.index("hate")] = 3.0
    found = Crossed(held, scores)
    limits = thresholds(found)
    assert limits["sexual"] == LOWEST
    assert 0.7 < limits["hate"] <= 0.732
    assert recall(found, limits)["hate"] == {"tweets": {"texts": 10, "recall": 0.8}}


def test_a_blend_trusts_the_expert_of_the_style() -> None:
    """The prose expert is right about prose, the general one about the rest; each is wrong about the other's."""
    rng = np.random.default_rng(1)
    is_prose, harm = rng.random(4000) < 0.5, rng.random(4000) < 0.5
    sign = np.where(harm, 2.0, -2.0)
    experts = np.zeros((4000, len(EXPERTS)), np.float32)
    for name in ("hate", "unsafe"):
        experts[:, EXPERTS.index(f"prose_{name}")] = np.where(is_prose, sign, rng.normal(size=4000))
        experts[:, EXPERTS.index(f"general_{name}")] = np.where(is_prose, rng.normal(size=4000), sign)
    experts[:, EXPERTS.index(STYLE)] = np.where(is_prose, 4, -4)
    labels = np.repeat(harm[:, None], len(OUTPUTS), axis=1).astype(np.int8)
    found = np.zeros((4000, SIGNS), np.float32)
    blend = fit_blend(experts, found, labels, np.ones(4000, np.float32))
    scores = blend.scores(experts, found)[:, OUTPUTS.index("hate")]
    assert ((scores > 0) == harm).mean() > 0.99


def test_what_a_blend_reads() -> None:
    experts = np.linspace(0, 3, 2 * len(EXPERTS), dtype=np.float32).reshape(2, -1)
    assert mixed(experts, np.zeros((2, SIGNS), np.float32)).shape == (2, 2 * len(EXPERTS) - 1 + 2 * SIGNS)
    for output in OUTPUTS:
        columns = inputs_of(output)
        assert len(set(columns.tolist())) == len(columns)
        assert columns.max() < 2 * len(EXPERTS) - 1 + 2 * SIGNS
    asked = {EXPERTS[at] for at in inputs_of("self_harm") if at < len(EXPERTS)}
    assert asked == {"prose_self_harm", "prose_unsafe", "style"}
    assert len(inputs_of("unsafe")) == 2 * len(EXPERTS) - 1 + 2 * SIGNS


def test_each_kind_of_source_has_its_share() -> None:
    weight = weights_of(corpus(("moderation", 10, {}), ("banking", 100, {}), ("tweets", 40, {"hate": 1})))
    assert weight.sum() == pytest.approx(150)
    assert [weight[:10].sum(), weight[10:110].sum(), weight[110:].sum()] == pytest.approx([90, 30, 30], rel=1e-3)


def looked_at(noise: float) -> tuple[Crossed, NDArray[np.float32]]:
    """Texts of which the first stage knows nothing of hate, and the encoder all; `noise` hides what it knows."""
    held = corpus(("banking", 1000, {}), ("tweets", 1000, {"hate": 1}))
    rng = np.random.default_rng(3)
    first = rng.normal(size=(2000, len(OUTPUTS))).astype(np.float32)
    looked = np.zeros((2000, len(EXPERTS)), np.float32)
    told = np.where(held.labels[:, OUTPUTS.index("hate")] == 1, 3.0, -3.0)
    looked[:, EXPERTS.index("general_hate")] = told + noise * rng.normal(size=2000)
    return Crossed(held, first), looked


def test_the_encoder_is_heard_where_it_knows_more_and_in_the_band_alone() -> None:
    first, looked = looked_at(0.0)
    both = looked_closer(first, looked)
    low, high = band_of(first)
    highest = first.scores.max(axis=1)
    outside = (highest < low) | (highest >= high)
    assert outside.any()
    assert (both.scores[outside] == first.scores[outside]).all()
    hate = OUTPUTS.index("hate")
    assert "hate" not in unhelped(first, cross_closer(first, looked))
    hits = first.corpus.labels[~outside, hate] == 1
    assert ((both.scores[~outside, hate] > 0) == hits).mean() > ((first.scores[~outside, hate] > 0) == hits).mean()


def test_five_in_a_hundred_harmless_texts_reach_the_encoder() -> None:
    first, _ = looked_at(0.0)
    assert reached(first)["banking"] == pytest.approx(0.05, abs=0.005)


def test_an_encoder_that_knows_nothing_is_not_heard() -> None:
    first, looked = looked_at(0.0)
    looked = np.random.default_rng(0).normal(size=looked.shape).astype(np.float32)
    first.scores[:, OUTPUTS.index("hate")] /= 100  # as likely as not, which is true of half
    assert "hate" in unhelped(first, cross_closer(first, looked))


def test_outputs_may_be_left_as_they_are() -> None:
    first, looked = looked_at(0.0)
    closer = fit_closer(first.scores, looked, first.corpus.labels, weights_of(first.corpus))
    assert as_it_was(closer, OUTPUTS).scores(first.scores, looked) == pytest.approx(first.scores)
    mended = as_it_was(closer, OUTPUTS[1:]).scores(first.scores, looked)
    assert mended[:, 0] == pytest.approx(closer.scores(first.scores, looked)[:, 0])
