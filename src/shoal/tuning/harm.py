"""Trains the harm cascade: `python -m shoal.tuning.harm --data PATH --out DIR`. It prints figures, never a text."""

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
from shoal.trust.monitoring.cascade import FORM_FILE, NAME, Blend
from shoal.trust.monitoring.categories import CATEGORIES, OUTPUTS
from shoal.trust.monitoring.lexicon import LEXICON_FILE, Lexicon
from shoal.trust.ngrams import MODEL_FILE, chances
from shoal.tuning.harm_card import prose
from shoal.tuning.harm_experts import (
    EXPERTS,
    Prepared,
    as_fitted,
    cross_scores,
    fit_blend,
    fit_experts,
    prepare,
    weights_of,
)
from shoal.tuning.harm_lexicon import build, write
from shoal.tuning.harm_set import BENIGN, Corpus, assemble
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
    """The blend, fold by fold, over the experts' own cross-scores."""
    corpus = prepared.corpus
    weight, labels, fold = weights_of(corpus), corpus.labels, corpus.fold
    found = np.zeros((len(fold), len(OUTPUTS)), np.float32)
    for number in np.unique(fold):
        held = fold == number
        blend = fit_blend(experts[~held], prepared.signs[~held], labels[~held], weight[~held])
        found[held] = blend.scores(experts[held], prepared.signs[held])
    return Crossed(corpus, found)


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


def write_form(blend: Blend, limits: dict[Category, float], folder: Path) -> None:
    """Writes cascade.json."""
    form = {
        "outputs": OUTPUTS,
        "experts": EXPERTS,
        "weights": [[round(float(value), 5) for value in row] for row in blend.weights],
        "bias": [round(float(value), 5) for value in blend.bias],
        "thresholds": limits,
        "margin": MARGIN,
    }
    (folder / FORM_FILE).write_text(json.dumps(form) + "\n", encoding="utf-8")


def write_card(folder: Path, figures: Json, cpu_s: float) -> None:
    """Writes card.json."""
    now = datetime.now(UTC)
    size = sum((folder / name).stat().st_size for name in (MODEL_FILE, FORM_FILE, LEXICON_FILE))
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


def train(data: Path, folder: Path) -> Json:
    """Builds the lexicon, trains experts and blend on all texts, chooses thresholds on texts unseen by the model that
    scored them; returns the card's figures."""
    corpus = assemble(data)
    harmless = [example.text for example in corpus.examples if example.source in BENIGN]
    terms = build(data, harmless)
    write(terms, folder)
    prepared = prepare(corpus, Lexicon(terms))
    say(f"{len(corpus.examples)} texts, {len(terms)} terms")
    experts = cross_scores(prepared)
    found = crossed(prepared, experts)
    limits = thresholds(found)
    everything = np.ones(len(corpus.examples), bool)
    save(folder, EXPERTS, as_fitted(fit_experts(prepared, everything)))
    write_form(fit_blend(experts, prepared.signs, corpus.labels, weights_of(corpus)), limits, folder)
    return {
        "texts": len(corpus.examples),
        "terms": len(terms),
        "thresholds": limits,
        "recall_of_held_out_folds": recall(found, limits),
        "benign_stopped_in_held_out_folds": stopped(found, limits),
    }


def main() -> None:
    """Trains and writes the folder OUT/harm."""
    parser = argparse.ArgumentParser(description="Trains the harm cascade.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the data sets")
    parser.add_argument("--out", type=Path, default=Path("src/shoal/weights"), help="folder for harm/...")
    chosen = parser.parse_args()
    begun = time.process_time()
    folder = chosen.out / NAME
    figures = train(chosen.data, folder)
    write_card(folder, figures, time.process_time() - begun)
    say(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
