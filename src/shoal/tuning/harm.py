"""Trains the harm cascade: `python -m shoal.tuning.harm --data PATH --out DIR`. It prints figures, never a text.

First the linear experts and their blend, then the encoder, once for each fold and once for all texts (--passes, about
20 s of one core each), and the blend of both. What the folds' models say of texts that they have not seen decides on
the band in which the encoder is asked, and on the thresholds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shoal.models.specialists.cards import CARD_FILE
from shoal.text.ngrams import MODEL_FILE, chances
from shoal.trust.monitoring.cascade import FORM_FILE, NAME, Blend, Closer, inside
from shoal.trust.monitoring.categories import CATEGORIES, OUTPUTS
from shoal.trust.monitoring.encoder import ENCODER_FILE
from shoal.trust.monitoring.lexicon import LEXICON_FILE, Lexicon
from shoal.tuning.harm_card import prose
from shoal.tuning.harm_encoder import encoder_cross_scores, kept, lessons_of, train_for
from shoal.tuning.harm_experts import (
    EXPERTS,
    Prepared,
    as_fitted,
    as_it_was,
    cross_scores,
    fit_blend,
    fit_closer,
    fit_experts,
    prepare,
    weights_of,
)
from shoal.tuning.harm_lexicon import build, write
from shoal.tuning.harm_network import export
from shoal.tuning.harm_set import BENIGN, Corpus, assemble
from shoal.tuning.harm_unlabelled import read_unlabelled
from shoal.tuning.ngrams import save

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.chat import Json
    from shoal.config.monitoring import Category

    Floats = NDArray[np.float32]

CORE_WATTS = {"low": 5.0, "expected": 10.0, "high": 20.0}
BENIGN_STOPPED = 0.0002
"""Of harmless texts, per category; of all eight together that is about 0.1 %."""
LOWEST = 0.5
"""No threshold lies below: what is more likely harmless is not stopped."""
MARGIN = 1.0
"""Log-odds around a threshold in which a score is uncertain."""
LOOKED_AT, SURE = 0.05, 4.0
"""The share of harmless texts that reach the encoder, and the log-odds from which on nobody need look closer."""
PASSES = 5


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Crossed:
    """`scores` (N, len(OUTPUTS)): log-odds of every text by a cascade that had not seen its fold."""

    corpus: Corpus
    scores: Floats = field(repr=False)


def crossed(prepared: Prepared, experts: Floats) -> Crossed:
    """The first stage alone: the blend, fold by fold, over the experts' own cross-scores."""
    corpus, found = prepared.corpus, np.zeros((len(experts), len(OUTPUTS)), np.float32)
    weight, labels, fold = weights_of(corpus), corpus.labels, corpus.fold
    for number in np.unique(fold):
        held = fold == number
        blend = fit_blend(experts[~held], prepared.signs[~held], labels[~held], weight[~held])
        found[held] = blend.scores(experts[held], prepared.signs[held])
    return Crossed(corpus, found)


def cross_closer(first: Crossed, looked: Floats) -> Crossed:
    """The encoder asked about every text: what mends the first stage's cross-scores, fold by fold, over its own."""
    corpus, found = first.corpus, np.zeros_like(first.scores)
    weight, labels, fold = weights_of(corpus), corpus.labels, corpus.fold
    for number in np.unique(fold):
        held = fold == number
        closer = fit_closer(first.scores[~held], looked[~held], labels[~held], weight[~held])
        found[held] = closer.scores(first.scores[held], looked[held])
    return Crossed(corpus, found)


def band_of(first: Crossed) -> tuple[float, float]:
    """The highest log-odds of a text between which the encoder is asked: LOOKED_AT of the harmless texts lie above the
    lower edge."""
    harmless = np.isin(first.corpus.sources, list(BENIGN))
    return round(float(np.quantile(first.scores[harmless].max(axis=1), 1 - LOOKED_AT)), 3), SURE


def unhelped(first: Crossed, second: Crossed) -> list[str]:
    """The outputs whose cross-entropy over the texts in the band the encoder does not lower by more than one standard
    error."""
    unsure, weight = inside(first.scores, band_of(first)), weights_of(first.corpus)
    found = []
    for at, output in enumerate(OUTPUTS):
        there = unsure[first.corpus.labels[unsure, at] >= 0]
        sign = np.where(first.corpus.labels[there, at] == 1, -1, 1)
        lost = [np.logaddexp(0, sign * scores[there, at]) * weight[there] for scores in (first.scores, second.scores)]
        gain = lost[0] - lost[1]
        if gain.mean() <= gain.std() / np.sqrt(len(gain)):
            found.append(output)
    return found


def looked_closer(first: Crossed, looked: Floats) -> Crossed:
    """Both stages: the encoder is asked in the band alone, and heard where it helps."""
    second, scores = cross_closer(first, looked), first.scores.copy()
    unsure = inside(scores, band_of(first))
    left = unhelped(first, second)
    heard = np.array([at for at, output in enumerate(OUTPUTS) if output not in left], np.int64)
    scores[np.ix_(unsure, heard)] = second.scores[np.ix_(unsure, heard)]
    return Crossed(first.corpus, scores)


def thresholds(found: Crossed) -> dict[Category, float]:
    """The lowest score of each category from which on at most BENIGN_STOPPED of the harmless texts lie, LOWEST or
    more."""
    harmless = np.isin(found.corpus.sources, list(BENIGN))
    limits = np.quantile(chances(found.scores[harmless]), 1 - BENIGN_STOPPED, axis=0)
    return {name: round(max(float(limit), LOWEST), 3) for name, limit in zip(CATEGORIES, limits, strict=False)}


def recall(found: Crossed, limits: dict[Category, float]) -> Json:
    """For each category the share of harmful texts at or above its threshold, by source, and how many there are."""
    labels, sources, values = found.corpus.labels, found.corpus.sources, chances(found.scores)
    told: Json = {}
    for at, name in enumerate(CATEGORIES):
        for source in dict.fromkeys(sources[labels[:, at] == 1].tolist()):
            there = (labels[:, at] == 1) & (sources == source)
            share = float((values[there, at] >= limits[name]).mean())
            told.setdefault(name, {})[source] = {"texts": int(there.sum()), "recall": round(share, 3)}
    return told


def stopped(found: Crossed, limits: dict[Category, float]) -> Json:
    """For each harmless source the share of texts that any category would stop."""
    values = chances(found.scores)[:, : len(CATEGORIES)]
    any_over = np.any(values >= np.array([limits[name] for name in CATEGORIES]), axis=1)
    sources = found.corpus.sources
    return {name: round(float(any_over[sources == name].mean()), 5) for name in sorted(BENIGN)}


def reached(first: Crossed) -> Json:
    """By source the share of texts that the encoder is asked about."""
    unsure = np.zeros(len(first.scores), bool)
    unsure[inside(first.scores, band_of(first))] = True
    sources = first.corpus.sources
    return {name: round(float(unsure[sources == name].mean()), 4) for name in sorted(set(sources.tolist()))}


def write_form(
    linear: Blend, closer: Closer, band: tuple[float, float], limits: dict[Category, float], folder: Path
) -> None:
    """Writes cascade.json."""
    form = {
        "outputs": OUTPUTS,
        "experts": EXPERTS,
        "linear": _rounded(linear),
        "closer": _rounded(closer),
        "band": band,
        "thresholds": limits,
        "margin": MARGIN,
    }
    (folder / FORM_FILE).write_text(json.dumps(form) + "\n", encoding="utf-8")


def _rounded(blend: Blend | Closer) -> Json:
    return {
        "weights": [[round(float(value), 5) for value in row] for row in blend.weights],
        "bias": [round(float(value), 5) for value in blend.bias],
    }


def write_card(folder: Path, figures: Json, cpu_s: float) -> None:
    """Writes card.json."""
    now = datetime.now(UTC)
    size = sum((folder / name).stat().st_size for name in (MODEL_FILE, FORM_FILE, LEXICON_FILE, ENCODER_FILE))
    card = {
        "name": f"shoal/{NAME}",
        "kind": "specialist",
        "size_mb": round(size / 1e6, 2),
        "created": int(now.timestamp()),
        **prose(),
        "version": "1",
        "date": now.date().isoformat(),
        "trained_by": "python -m shoal.tuning.harm",
        "training": {
            "cpu_s": round(cpu_s, 1),
            "energy_wh": {name: round(cpu_s * watts / 3600, 3) for name, watts in CORE_WATTS.items()},
            "energy_method": "CPU seconds, cross-fitting included, earlier tries left out, times an assumed 5 / 10 / "
            "20 W per busy core",
        },
        **figures,
    }
    (folder / CARD_FILE).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def train(data: Path, folder: Path, passes: int, cross: Path | None = None) -> Json:
    """Builds the lexicon, trains both stages on all texts, chooses band and thresholds on texts unseen by the models
    that scored them; returns the card's figures."""
    corpus = assemble(data)
    harmless = [example.text for example in corpus.examples if example.source in BENIGN]
    terms = build(data, harmless)
    write(terms, folder)
    prepared = prepare(corpus, Lexicon(terms))
    say(f"{len(corpus.examples)} texts, {len(terms)} terms")
    experts = cross_scores(prepared)
    unlabelled = read_unlabelled(data)
    lessons = lessons_of(corpus, unlabelled, passes)
    looked = kept(cross, lambda: encoder_cross_scores(lessons, say))
    save(folder, EXPERTS, as_fitted(fit_experts(prepared, np.ones(len(corpus.examples), bool))))
    export(train_for(lessons, np.ones(len(corpus.examples), bool), say), EXPERTS, folder)
    return {
        "texts": len(corpus.examples),
        "unlabelled_texts": len(unlabelled),
        "terms": len(terms),
        **join(prepared, experts, looked, folder),
    }


def join(prepared: Prepared, experts: Floats, looked: Floats, folder: Path) -> Json:
    """Fits both blends on the cross-scores, writes the form; returns its figures."""
    corpus, weight = prepared.corpus, weights_of(prepared.corpus)
    first = crossed(prepared, experts)
    found = looked_closer(first, looked)
    limits, band = thresholds(found), band_of(first)
    linear = fit_blend(experts, prepared.signs, corpus.labels, weight)
    left = unhelped(first, cross_closer(first, looked))
    closer = as_it_was(fit_closer(first.scores, looked, corpus.labels, weight), left)
    write_form(linear, closer, band, limits, folder)
    return {
        "thresholds": limits,
        "band": band,
        "left_to_the_linear_model": left,
        "share_that_reaches_the_encoder": reached(first),
        "recall_of_held_out_folds": recall(found, limits),
        "benign_stopped_in_held_out_folds": stopped(found, limits),
    }


def main() -> None:
    """Trains and writes the folder OUT/harm."""
    parser = argparse.ArgumentParser(description="Trains the harm cascade.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the data sets")
    parser.add_argument("--out", type=Path, default=Path("src/shoal/weights"), help="folder for harm/...")
    parser.add_argument("--passes", type=int, default=PASSES, help="of the encoder over its texts")
    parser.add_argument("--cross", type=Path, help="file (.npy) to keep the encoder's scores of unseen texts in")
    chosen = parser.parse_args()
    begun = time.process_time()
    folder = chosen.out / NAME
    figures = train(chosen.data, folder, chosen.passes, chosen.cross)
    write_card(folder, figures, time.process_time() - begun)
    say(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
