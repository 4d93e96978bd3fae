"""How good the harm cascade is, how often it stops what is harmless, whom it wrongs, and what it costs.

    python -m bench.harm [--data ../shared/data] [--cross FILE] [--quick]

All figures of quality are of models trained by the shipped code on other folds: five folds by groups of near-duplicates
over all sources together, so that nothing like a text was trained on. Only the test of bias, on sentences kept for it,
the quoted tweets and the speeds are of the weights that ship. The peer is scikit-learn's TF-IDF with logistic
regression, on the same folds. No text is printed, only counts and scores. `--quick` leaves out two sources only.

`--cross` is a file with the encoder's scores of texts unseen by it, as `python -m shoal.tuning.harm --cross FILE` or
`bench/harm_stages.py` keeps them. Without it, all figures of unseen folds are those of the linear model and lexicon
alone; those of sources left out always are.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.process import ROOT
from shoal.errors import ShoalError
from shoal.text.ngrams import chances
from shoal.trust.monitoring.cascade import Cascade, load_cascade
from shoal.trust.monitoring.categories import CATEGORIES, OUTPUTS, UNSAFE
from shoal.trust.monitoring.lexicon import Lexicon
from shoal.tuning.harm import Crossed, crossed, looked_closer, recall, stopped, thresholds
from shoal.tuning.harm_data import read_madlibs
from shoal.tuning.harm_experts import Prepared, cross_scores, fit_blend, fit_experts, prepare, weights_of
from shoal.tuning.harm_lexicon import build
from shoal.tuning.harm_set import BENIGN, MODERATION, assemble

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Bits = NDArray[np.bool_]

RESAMPLES = 1000
BINS = 10
LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "moderation": (MODERATION,),
    "tweets": ("tweets",),
    "comments": ("toxic_spans", "talk"),
    "questions": ("catqa", "harmfulqa", "adversarialqa", "forbidden", "fuzz_questions"),
    "replies": ("fuzz_replies",),
}
MADLIBS = 8000
LENGTH = 300
QUOTES = 500
QUOTED = ('A user was suspended for writing "{}". Nobody should ever say such a thing.', 'He told the court: "{}"')


def precision(hits: Bits, scores: Floats) -> float:
    """Area under the precision-recall curve as average precision."""
    from sklearn.metrics import average_precision_score  # type: ignore[import-untyped]

    return float(average_precision_score(hits, scores))


def auc(hits: Bits, scores: Floats) -> float:
    """Area under the ROC curve."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(hits, scores)) if 0 < hits.sum() < len(hits) else float("nan")


def interval(measure: Callable[[Bits, Floats], float], hits: Bits, scores: Floats) -> str:
    """The 95 % interval over resampled texts."""
    rng = np.random.default_rng(0)
    values = []
    for _ in range(RESAMPLES):
        drawn = rng.integers(0, len(hits), len(hits))
        values.append(measure(hits[drawn], scores[drawn]))
    low, high = np.nanquantile(values, [0.025, 0.975])
    return f"[{low:.3f}, {high:.3f}]"


def calibration_error(hits: Bits, values: Floats, weight: Floats) -> float:
    """Expected calibration error over BINS equal widths, with weights."""
    bins = np.minimum((values * BINS).astype(int), BINS - 1)
    off = [abs(float((weight * (hits - values))[bins == at].sum())) for at in range(BINS)]
    return sum(off) / float(weight.sum())


def peer_scores(texts: Sequence[str], hits: Bits, fold: NDArray[np.int64]) -> Floats:
    """scikit-learn: word 1-2-grams and character 2-5-grams, TF-IDF, logistic regression (C = 10), the same folds."""
    from scipy.sparse import hstack  # type: ignore[import-untyped]
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    found = np.zeros(len(texts), np.float32)
    for number in np.unique(fold):
        held = fold == number
        seen, unseen = ([text for text, out in zip(texts, held, strict=True) if out == side] for side in (False, True))
        blocks = (
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
        )
        train = hstack([block.fit_transform(seen) for block in blocks]).tocsr()
        test = hstack([block.transform(unseen) for block in blocks]).tocsr()
        model = LogisticRegression(C=10, max_iter=300, solver="liblinear").fit(train, hits[~held])
        found[held] = model.decision_function(test)
    return found


def readout(prepared: Prepared, experts: Floats) -> Floats:
    """(N,) the experts' cross-scores blended for the moderation set by its other folds alone: not what ships."""
    corpus = prepared.corpus
    moderated = corpus.sources == MODERATION
    values = np.zeros(len(moderated), np.float32)
    for number in np.unique(corpus.fold):
        held = corpus.fold == number
        seen = moderated & ~held
        blend = fit_blend(
            experts[seen], prepared.signs[seen], corpus.labels[seen], np.ones(int(seen.sum()), np.float32)
        )
        values[held] = blend.scores(experts[held], prepared.signs[held])[:, OUTPUTS.index(UNSAFE)]
    return values


def print_moderation(prepared: Prepared, experts: Floats, found: Crossed) -> None:
    """The moderation set: any of its eight labels, then ours."""
    corpus = found.corpus
    there = corpus.sources == MODERATION
    labels, scores = corpus.labels[there], found.scores[there]
    print(f"\n--- OpenAI moderation set, {there.sum()} distinct texts, 5 folds by near-duplicate group")
    print("trained on the other folds and on all other sources; peer: on the other folds of this set alone")
    texts = [text for text, kept in zip(corpus.texts, there, strict=True) if kept]
    hits = labels[:, OUTPUTS.index(UNSAFE)] == 1
    own = readout(prepared, experts)[there]
    peer = peer_scores(texts, hits, corpus.fold[there])
    values_of = {
        "cascade as it ships": scores[:, OUTPUTS.index(UNSAFE)],
        "blend of this set alone": own,
        "scikit-learn TF-IDF": peer,
    }
    for name, values in values_of.items():
        told = f"AUPRC {precision(hits, values):.3f} {interval(precision, hits, values)}, AUC {auc(hits, values):.3f}"
        print(f"flagged at all ({hits.sum()}): {name:23} {told}")
    print(f"{'category':16} {'texts':>5} {'harmful':>7}  AUPRC    AUC")
    for at, name in enumerate(OUTPUTS):
        known = labels[:, at] >= 0
        harmful = labels[known, at] == 1
        if harmful.any():
            values = scores[known, at]
            told = f"{precision(harmful, values):.3f}  {auc(harmful, values):.3f}"
            print(f"{name:16} {known.sum():5} {harmful.sum():7}  {told}")


def print_calibration(found: Crossed) -> None:
    """How far probabilities are from frequencies, over all sources, each output's known labels, weighted as trained."""
    corpus, weight = found.corpus, weights_of(found.corpus)
    print("\n--- calibration and separation over all sources, unseen folds")
    for at, name in enumerate(OUTPUTS):
        known = corpus.labels[:, at] >= 0
        hits, scores = corpus.labels[known, at] == 1, found.scores[known, at]
        error = calibration_error(hits, chances(scores), weight[known])
        print(f"{name:16} {hits.sum():6} of {known.sum():6} harmful: AUC {auc(hits, scores):.3f}, ECE {error:.3f}")


def print_thresholds(found: Crossed) -> None:
    """What the thresholds stop, of harmful and of harmless texts."""
    limits = thresholds(found)
    print(
        "\n--- thresholds as on the card: at most 0.02 % of harmless texts per category, 0.5 at least; recall by source"
    )
    told_of = recall(found, limits)
    for category, limit in limits.items():
        sources = told_of[category]
        told = ", ".join(f"{source} {value['recall']:.2f} of {value['texts']}" for source, value in sources.items())
        print(f"{category:16} {limit:.3f}  {told}")
    print("harmless texts that any category stops, unseen folds:")
    counts = {name: int((found.corpus.sources == name).sum()) for name in BENIGN}
    for name, share in stopped(found, limits).items():
        print(f"  {name:14} {100 * share:6.3f} % of {counts[name]}")
    values = chances(found.scores)[:, : len(CATEGORIES)]
    over = np.any(values >= np.array([limits[name] for name in CATEGORIES]), axis=1)
    unsafe = found.corpus.labels[:, OUTPUTS.index(UNSAFE)]
    for source in (MODERATION, "talk", "fuzz_replies", "forbidden", "madlibs"):
        there = (found.corpus.sources == source) & (unsafe == 0)
        print(f"  {source:14} {100 * over[there].mean():6.3f} % of {there.sum()} that people found harmless")


def print_left_out(prepared: Prepared, groups: Sequence[str]) -> None:
    """Trained without a source at all, tested on it: what happens with a new style."""
    corpus = prepared.corpus
    fold, labels, sources = corpus.fold, corpus.labels, corpus.sources
    unsafe = OUTPUTS.index(UNSAFE)
    benign = np.isin(sources, list(BENIGN))
    print("\n--- one kind of source left out altogether (unsafe or not; harmless texts of an unseen fold join in)")
    for name in groups:
        out = np.isin(sources, LEFT_OUT[name])
        seen = ~out & (fold != 0)
        model = fit_experts(prepared, seen)
        scores = model.scores(prepared.features)
        weight = weights_of(corpus)
        blend = fit_blend(scores[seen], prepared.signs[seen], labels[seen], weight[seen])
        values = blend.scores(scores, prepared.signs)[:, unsafe]
        test = (out | (benign & (fold == 0))) & (labels[:, unsafe] >= 0)
        limit = np.quantile(values[benign & (fold == 0)], 0.99)
        hits = labels[test, unsafe] == 1
        found = float((values[test][hits] >= limit).mean())
        print(
            f"{name:12} AUC {auc(hits, values[test]):.3f}, recall at 1 % of harmless texts {found:.3f} of {hits.sum()}"
        )


def print_quoted(found: Crossed, cascade: Cascade) -> None:
    """Hateful tweets that somebody only quotes or condemns: how many are stopped all the same."""
    corpus = found.corpus
    hate = (corpus.sources == "tweets") & (corpus.labels[:, CATEGORIES.index("hate")] == 1)
    texts = [text for text, there in zip(corpus.texts, hate, strict=True) if there][:QUOTES]
    print(f"\n--- quoted: {len(texts)} hateful tweets as they are, condemned, and as testimony (shipped weights)")
    for form in ("{}", *QUOTED):
        verdicts = cascade.scores([form.format(text) for text in texts])
        share = np.mean([over(cascade, verdict.scores) for verdict in verdicts])
        print(f"  stopped {100 * share:5.1f} %: {form.replace('{}', '...')}")


def over(cascade: Cascade, scores: Mapping[str, float]) -> bool:
    return any(scores[name] >= limit for name, limit in cascade.thresholds.items())


def print_bias(data: Path, cascade: Cascade) -> None:
    """Identity madlibs: sentences that differ in the identity alone (Dixon et al. 2018; Borkan et al. 2019)."""
    every = [each for each in read_madlibs(data) if not each.training]
    drawn = [every[at] for at in np.random.default_rng(0).permutation(len(every))[:MADLIBS].tolist()]
    verdicts = cascade.scores([each.text for each in drawn])
    values = np.array([1 - verdict.overall for verdict in verdicts])
    stops = np.array([over(cascade, verdict.scores) for verdict in verdicts])
    bad = np.array([each.bad for each in drawn])
    whose = np.array([each.identity for each in drawn])
    print(f"\n--- identity madlibs, {len(drawn)} of the {len(every)} kept for measuring, shipped weights;")
    print("sentences that differ from these in the identity alone are kept too, others of their kind were trained on")
    told = f"of bad ones stopped {stops[bad].mean():.3f}, of others {stops[~bad].mean():.3f}"
    print(f"AUC {auc(bad, values):.3f}; {told}")
    rows = []
    for name in sorted(set(whose) - {""}):
        mine = whose == name
        if mine.sum() >= 30:
            positive, negative = (mine & ~bad) | (~mine & bad), (mine & bad) | (~mine & ~bad)
            rows.append((name, auc(bad[mine], values[mine]), auc(bad[positive], values[positive]),
                         auc(bad[negative], values[negative]), float(stops[mine & ~bad].mean())))  # fmt: skip
    print("identity       subgroup  BPSN   BNSP   harmless stopped   (the five worst by the last, then by BPSN)")
    worst = sorted(rows, key=lambda row: -row[4])[:5] + sorted(rows, key=lambda row: row[2])[:5]
    for row in dict.fromkeys(worst):
        print(f"{row[0]:14} {row[1]:.3f}     {row[2]:.3f}  {row[3]:.3f}  {row[4]:.3f}")
    gaps = [max(column) - min(column) for column in list(zip(*rows, strict=True))[1:]]
    print("gap between identities: " + ", ".join(f"{name} {gap:.3f}" for name, gap in
          zip(("subgroup AUC", "BPSN", "BNSP", "harmless stopped"), gaps, strict=True)))  # fmt: skip


def microseconds(work: Callable[[], object], times: int) -> float:
    """CPU time of one call, the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - begun) / times)
    return 1e6 * best


def print_speed(texts: Sequence[str], cascade: Cascade) -> None:
    """CPU time for texts of LENGTH bytes, one by one and sixteen at once; a text of 5 MB."""
    joined = " ".join(texts).encode("ascii", "ignore").decode()
    chunks = [joined[at : at + LENGTH] for at in range(0, 64 * LENGTH, LENGTH)]
    turn = iter(range(1 << 40))

    def one() -> str:
        return chunks[next(turn) % len(chunks)]

    print(f"\n--- CPU µs per text of {LENGTH} bytes, shipped weights")
    print(f"lexicon alone {microseconds(lambda: cascade.lexicon.severities(one()), 2000):.0f}")
    print(f"held back at the end of a stream {microseconds(lambda: cascade.held(one()), 2000):.0f}")
    print(f"cascade, one text {microseconds(lambda: cascade.score(one()), 1000):.0f}")
    print(f"cascade, 16 together {microseconds(lambda: cascade.scores(chunks[:16]), 100) / 16:.0f}")
    for size in (500_000, 5_000_000):
        long = (joined * (1 + size // len(joined)))[:size]
        begun = time.process_time()
        cascade.score(long)
        print(f"{size / 1e6:.1f} MB: {time.process_time() - begun:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public data sets")
    parser.add_argument("--cross", type=Path, help="file (.npy) of the encoder's scores of unseen texts")
    parser.add_argument("--quick", action="store_true", help="leave out two sources only")
    options = parser.parse_args()
    cascade = load_cascade()
    corpus = assemble(options.data)
    harmless = [example.text for example in corpus.examples if example.source in BENIGN]
    print(
        f"{len(corpus.examples)} texts of {len(set(corpus.sources.tolist()))} sources; the fold models are trained now"
    )
    print_speed(harmless, cascade)
    print_bias(options.data, cascade)
    prepared = prepare(corpus, Lexicon(build(options.data, harmless)))
    experts = cross_scores(prepared)
    found = crossed(prepared, experts)
    if options.cross:
        found = looked_closer(found, np.load(options.cross))
    print_moderation(prepared, experts, found)
    print_calibration(found)
    print_thresholds(found)
    print_quoted(found, cascade)
    print_left_out(prepared, list(LEFT_OUT)[:2] if options.quick else list(LEFT_OUT))


if __name__ == "__main__":
    try:
        main()
    except ShoalError as error:
        raise SystemExit(str(error)) from error
