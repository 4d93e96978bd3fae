"""What the encoder of the harm cascade adds to the linear model, whom it is asked about, and what a question costs.

    python -m bench.harm_stages [--data ../shared/data] [--cross FILE] [--left-out NAME ...] [--passes 5]

Both stages are trained by the shipped code on other folds, as in `bench/harm.py`. The encoder is trained five times,
which takes a quarter of an hour of one core and torch; `--cross` keeps its scores in FILE for the next time (the same
file as that of `python -m shoal.tuning.harm --cross FILE`). `--left-out` trains once more for each source left out
altogether. The speeds are those of the weights that ship. No text is printed, only counts and scores.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.harm import LEFT_OUT, auc, precision
from bench.process import ROOT
from shoal.errors import ShoalError
from shoal.models.specialists.cards import WEIGHTS
from shoal.trust.monitoring.cascade import NAME, inside
from shoal.trust.monitoring.categories import OUTPUTS, UNSAFE
from shoal.trust.monitoring.encoder import Encoder
from shoal.trust.monitoring.lexicon import Lexicon
from shoal.tuning.harm import (
    PASSES,
    Crossed,
    band_of,
    cross_closer,
    crossed,
    looked_closer,
    reached,
    recall,
    say,
    stopped,
    thresholds,
)
from shoal.tuning.harm_encoder import Lessons, encoder_cross_scores, kept, lessons_of, shipped_scores, train_for
from shoal.tuning.harm_experts import (
    Prepared,
    cross_scores,
    fit_blend,
    fit_closer,
    fit_experts,
    prepare,
    weights_of,
)
from shoal.tuning.harm_lexicon import build
from shoal.tuning.harm_set import BENIGN, MODERATION, Corpus, assemble
from shoal.tuning.harm_unlabelled import read_unlabelled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

AT = OUTPUTS.index(UNSAFE)
WORDS = (10, 30, 60, 200)
CALLS = 60


def print_precision(stages: dict[str, Crossed]) -> None:
    """AUPRC on the moderation set, by output and stage."""
    print(f"\n--- OpenAI moderation set, unseen folds, AUPRC: {', '.join(stages)}")
    for at, name in enumerate(OUTPUTS):
        told = []
        for found in stages.values():
            known = (found.corpus.sources == MODERATION) & (found.corpus.labels[:, at] >= 0)
            hits = found.corpus.labels[known, at] == 1
            told.append(f"{precision(hits, found.scores[known, at]):.3f}" if hits.any() else "    -")
        print(f"{name:16} {'  '.join(told)}")
    told = []
    for found in stages.values():
        known = (found.corpus.sources != MODERATION) & (found.corpus.labels[:, AT] >= 0)
        told.append(f"{precision(found.corpus.labels[known, AT] == 1, found.scores[known, AT]):.3f}")
    print(f"{UNSAFE} of all other sources together: {'  '.join(told)}")


def print_band(stages: dict[str, Crossed], first: Crossed) -> None:
    """How far off both are where the encoder is asked."""
    band = band_of(first)
    unsure = np.zeros(len(first.scores), bool)
    unsure[inside(first.scores, band)] = True
    print(f"\n--- the band: highest log-odds from {band[0]} to {band[1]}; texts of unseen folds in it, unsafe or not")
    moderated = first.corpus.sources == MODERATION
    for name, where in (("moderation", moderated), ("other sources", ~moderated)):
        there = unsure & where & (first.corpus.labels[:, AT] >= 0)
        hits = first.corpus.labels[there, AT] == 1
        for stage, found in stages.items():
            odds = found.scores[there, AT]
            loss = float(np.logaddexp(0, np.where(hits, -odds, odds)).mean())
            print(f"{name:14} {len(hits):5} texts  {stage:12} log loss {loss:.3f}, AUPRC {precision(hits, odds):.3f}")
    print("share of texts that reach the encoder: " + ", ".join(f"{n} {v:.1%}" for n, v in reached(first).items()))


def print_stops(stages: dict[str, Crossed]) -> None:
    """Recall on the moderation set and harmless texts stopped, each stage at thresholds of its own."""
    print("\n--- thresholds by the card's rule for each; found of the moderation set, harmless texts stopped")
    for stage, found in stages.items():
        limits = thresholds(found)
        shares = recall(found, limits).items()
        told = {name: values[MODERATION]["recall"] for name, values in shares if MODERATION in values}
        print(f"{stage:12} found: " + ", ".join(f"{name} {value:.2f}" for name, value in told.items()))
        print(f"{'':12} stopped: " + ", ".join(f"{name} {value:.2%}" for name, value in stopped(found, limits).items()))


def print_left_out(prepared: Prepared, lessons: Lessons, crosses: tuple[Floats, Floats], names: Sequence[str]) -> None:
    """Both stages trained without a source, tested on it and on harmless texts of an unseen fold. Blend and closer look
    are fitted on the cross-scores of the other sources: scores of models that had seen the source."""
    corpus, (experts, looked) = prepared.corpus, crosses
    benign, labels, weight = np.isin(corpus.sources, list(BENIGN)), corpus.labels, weights_of(corpus)
    first = crossed(prepared, experts).scores
    print("\n--- one kind of source left out: AUC, recall at 1 % of harmless texts; linear, then both everywhere")
    for name in names:
        out = np.isin(corpus.sources, LEFT_OUT[name])
        seen = ~out & (corpus.fold != 0)
        test = np.flatnonzero((out | (benign & (corpus.fold == 0))) & (labels[:, AT] >= 0))
        own = fit_experts(prepared, seen).scores(prepared.features[test])
        network = shipped_scores(train_for(lessons, seen, say), [corpus.texts[at] for at in test.tolist()])
        blend = fit_blend(experts[seen], prepared.signs[seen], labels[seen], weight[seen])
        closer = fit_closer(first[seen], looked[seen], labels[seen], weight[seen])
        linear = blend.scores(own, prepared.signs[test])
        hits, told = labels[test, AT] == 1, []
        for values in (linear[:, AT], closer.scores(linear, network)[:, AT]):
            limit = np.quantile(values[benign[test]], 0.99)
            told.append(f"AUC {auc(hits, values):.3f}, recall {float((values[hits] >= limit).mean()):.3f}")
        print(f"{name:12} {hits.sum():5} harmful: {'   '.join(told)}", flush=True)


def print_calls(corpus: Corpus) -> None:
    """CPU of one question to the encoder, by words, and what it takes to load it."""
    begun = time.process_time()
    encoder = Encoder(WEIGHTS / NAME)
    encoder.scores(["a first text"])
    print(
        f"\n--- the encoder that ships: loaded in {1e3 * (time.process_time() - begun):.0f} ms of CPU, when first asked"
    )
    words = " ".join(
        text for text, source in zip(corpus.texts, corpus.sources, strict=True) if source in BENIGN
    ).split()
    for count in WORDS:
        texts = [" ".join(words[at * count : (at + 1) * count]) for at in range(CALLS)]
        begun = time.process_time()
        for text in texts:
            encoder.scores([text])
        print(f"{count:4} words: {1e6 * (time.process_time() - begun) / CALLS:.0f} µs of CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public data sets")
    parser.add_argument("--cross", type=Path, help="file (.npy) of the encoder's scores of unseen texts")
    parser.add_argument("--left-out", nargs="*", choices=list(LEFT_OUT), default=[], help="sources to leave out")
    parser.add_argument("--passes", type=int, default=PASSES)
    options = parser.parse_args()
    corpus = assemble(options.data)
    print_calls(corpus)
    harmless = [example.text for example in corpus.examples if example.source in BENIGN]
    prepared = prepare(corpus, Lexicon(build(options.data, harmless)))
    experts = cross_scores(prepared)

    def lessons() -> Lessons:
        return lessons_of(corpus, read_unlabelled(options.data), options.passes)

    looked = kept(options.cross, lambda: encoder_cross_scores(lessons(), say))
    first = crossed(prepared, experts)
    everywhere = cross_closer(first, looked)
    stages = {"linear": first, "cascade": looked_closer(first, looked), "both": everywhere}
    print_precision(stages)
    print_band({"linear": first, "both": everywhere}, first)
    print_stops(stages)
    if options.left_out:
        print_left_out(prepared, lessons(), (experts, looked), options.left_out)


if __name__ == "__main__":
    try:
        main()
    except ShoalError as error:
        raise SystemExit(str(error)) from error
