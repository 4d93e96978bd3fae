"""Trains the two classifiers of the defence: `python -m shoal.tuning.defence --data PATH --out DIR [--only NAME]`.

Fits on all rows that may be trained on; calibrates and chooses thresholds on scores of models that had not seen the
group. BIPIA's test part and two of the three sets of benign instructions are not used here; the third, Alpaca's seeds,
is used for the thresholds alone. bench/defence.py prints the figures.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from shoal.tuning import defence_data as data_of
from shoal.tuning.defence_card import write_card
from shoal.tuning.defence_data import Row, by_sentence
from shoal.tuning.defence_texts import draw, masked_templates
from shoal.tuning.near_duplicates import groups
from shoal.tuning.ngrams import Fit, Fitted, calibrate, cross_fit, fit, folds, matrix, save

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    Floats = NDArray[np.float64]
    Bits = NDArray[np.int8]
    Names = NDArray[np.str_]
    Groups = NDArray[np.int64]

SEED = 3
REQUESTS = "own-requests"
FOLDS = 5
MOST_TABLE, MOST_BENIGN, MOST_OTHERS = 4000, 10_000, 9000
PER_LINE = 8
ASKED = 0.025


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one classifier is fitted, chosen on folds of the training rows. `attack` weighs rows of label 1, `sources`
    those of a source; of all other benign rows the share `alarms` fires at the threshold at most, and of harmless
    requests the share `refusals`. The scores of a model of the sources `alone` are added, times `share`: injections
    in questions differ from jailbreaks, and one model of both finds them less often."""

    penalty: float
    words: float
    attack: float
    sources: dict[str, float]
    alarms: float
    refusals: float
    alone: tuple[str, ...] = ()
    share: float = 0.0


BIPIA = ("bipia", "bipia-code", "bipia-email", "bipia-table")
INSTRUCTIONS = Recipe(1.0, 0.5, 10.0, {"deepset": 0.5}, 0.001, 0.015, BIPIA, 0.2)
JAILBREAK = Recipe(3.0, 0.5, 1.0, {"deepset": 10.0}, 0.002, 0.01, ("deepset",), 1.5)


@dataclass(frozen=True, slots=True)
class Set:
    """Rows with their features (N, ROWS), labels (N,), weights (N,), sources (N,) and groups (N,)."""

    rows: Sequence[Row] = field(repr=False)
    features: csr_matrix = field(repr=False)
    labels: Bits = field(repr=False)
    weights: Floats = field(repr=False)
    sources: Names = field(repr=False)
    groups: Groups = field(repr=False)

    def part(self, kept: Groups) -> Set:
        """The rows at the places `kept`."""
        return Set(
            [self.rows[int(at)] for at in kept],
            self.features[kept],
            self.labels[kept],
            self.weights[kept],
            self.sources[kept],
            np.unique(self.groups[kept], return_inverse=True)[1],
        )


@dataclass(frozen=True, slots=True)
class Trained:
    """A calibrated model, and each training row's log-odds by a model that had not seen its group."""

    model: Fitted
    unseen: Floats = field(repr=False)
    threshold: float


def instruction_rows(data: Path) -> list[Row]:
    """Sentences that give orders to a model, and sentences of documents, tables, code, mails and talk."""
    attacks = [*data_of.bipia_attacks(data, "train"), *data_of.bipia_code_attacks(data, "train")]
    attacks += [*data_of.payloads(data), *(row for row in data_of.deepset(data) if row.label)]
    table = data_of.bipia_contexts(data, "table", "train")
    ordinary = list(by_sentence(data_of.benign(data)))
    for rows in (table, ordinary):
        Random(SEED).shuffle(rows)
    found = [*by_sentence(attacks), *table[:MOST_TABLE], *ordinary[:MOST_BENIGN], *own_rows()]
    found += data_of.bipia_contexts(data, "email", "train") + data_of.bipia_contexts(data, "code", "train")
    return _once(found)


def jailbreak_rows(data: Path) -> list[Row]:
    """What users say: jailbreaks, injections, and everything else."""
    others = [*data_of.dialogues(data), *data_of.tasks(data), *data_of.benign(data)]
    Random(SEED).shuffle(others)
    own = [row for row in own_rows() if row.label == 0]
    return _once([*data_of.jailbreaks(data), *data_of.deepset(data), *others[:MOST_OTHERS], *own])


def own_rows() -> list[Row]:
    """The project's own texts."""
    found = [Row(text, 1, "own-orders", line) for line, text in draw("orders", PER_LINE, SEED)]
    found += [Row(text, 0, "own-ordinary", line) for line, text in draw("ordinary", PER_LINE, SEED)]
    found += [Row(text, 0, REQUESTS, line) for line, text in draw("requests", PER_LINE, SEED)]
    templates = [Row(text, 0, "own-templates", line) for line, text in masked_templates(SEED)]
    return [*found, *by_sentence(templates)]


def _once(rows: Sequence[Row]) -> list[Row]:
    return list({row.text: row for row in reversed(rows)}.values())[::-1]


def sharpen(held: Set, recipe: Recipe) -> Set:
    """Keeps one sentence of each prompt of deepset: the one that looks most like an order to a model that has seen none
    of them. Such a prompt as a whole holds an injection, and most of its sentences are harmless."""
    prompts = held.sources == "deepset"
    rest = np.flatnonzero(~prompts)
    model = fit(held.features[rest], held.labels[rest], held.weights[rest], recipe.penalty, recipe.words)
    scores = model.scores(held.features)
    best: dict[str, int] = {}
    for at in np.flatnonzero(prompts):
        origin = held.rows[int(at)].origin
        if origin not in best or scores[at] > scores[best[origin]]:
            best[origin] = int(at)
    return held.part(np.concatenate([rest, np.array(sorted(best.values()), np.int64)]))


def gather(rows: Sequence[Row], recipe: Recipe, held: Groups) -> Set:
    """The rows as numbers; `held` (N,) are their groups."""
    labels = np.array([row.label for row in rows], np.int8)
    weights = np.array([recipe.sources.get(row.source, 1.0) for row in rows])
    weights[labels == 1] *= recipe.attack
    sources = np.array([row.source for row in rows])
    return Set(rows, matrix([row.text for row in rows]), labels, weights, sources, held)


def origins(rows: Sequence[Row]) -> Groups:
    """(N,) a number for each (source, origin): a document or kind of attack."""
    return np.unique([f"{row.source}\n{row.origin}" for row in rows], return_inverse=True)[1]


def fitter(held: Set, recipe: Recipe) -> Fit:
    """Fits on rows of the set as the recipe says."""

    def how(kept: Groups) -> Fitted:
        part = held.part(kept)
        model = fit(part.features, part.labels, part.weights, recipe.penalty, recipe.words)
        own = part.part(np.flatnonzero(np.isin(part.sources, recipe.alone)))
        if len(np.unique(own.labels)) < 2:
            return model
        return model.plus(fit(own.features, own.labels, np.ones(len(own.rows)), 10.0, 0.3).scaled(recipe.share, 0.0))

    return how


def train(held: Set, recipe: Recipe, asked: Sequence[str] = ()) -> Trained:
    """Cross-fits, calibrates with every row counted once, fits on all, chooses the threshold: of `asked`, harmless
    requests that no model is trained on, at most the share ASKED fires."""
    how = fitter(held, recipe)
    raw = cross_fit(held.features, folds(held.groups, FOLDS, SEED), how)
    slope, shift = calibrate(raw, held.labels, np.ones(len(raw)))
    unseen = raw * slope + shift
    requests = held.sources == REQUESTS
    benign = unseen[(held.labels == 0) & ~requests]
    least = max(np.quantile(benign, 1 - recipe.alarms), np.quantile(unseen[requests], 1 - recipe.refusals))
    model = how(np.arange(len(held.rows))).scaled(slope, shift)
    if asked:
        least = max(least, np.quantile(model.scores(matrix(asked)), 1 - ASKED))
    return Trained(model, unseen, round(float(1 / (1 + np.exp(-least))), 4))


def shares(held: Set, trained: Trained) -> dict[str, float]:
    """The share of each source and label that fires at the threshold, by models that had not seen its group."""
    fired = 1 / (1 + np.exp(-trained.unseen)) >= trained.threshold
    found = {}
    for source in np.unique(held.sources):
        for label in (0, 1):
            these = (held.sources == source) & (held.labels == label)
            if these.any():
                found[f"{source}, {'attacks' if label else 'benign'}"] = round(float(fired[these].mean()), 4)
    return found


def prepare(name: str, data: Path) -> tuple[Set, Recipe]:
    """The training set and recipe of the classifier `name`."""
    if name == "instructions":
        rows = instruction_rows(data)
        return sharpen(gather(rows, INSTRUCTIONS, origins(rows)), INSTRUCTIONS), INSTRUCTIONS
    rows = jailbreak_rows(data)
    return gather(rows, JAILBREAK, alike(rows)), JAILBREAK


def alike(rows: Sequence[Row]) -> Groups:
    """(N,) groups of near-duplicates; the texts of one of the project's own lines are a group too."""
    found = groups([row.text for row in rows])
    own = np.array([row.source.startswith("own") for row in rows])
    return np.unique(np.where(own, origins(rows) + len(rows), found), return_inverse=True)[1]


def main() -> None:
    """Trains one or both."""
    parser = argparse.ArgumentParser(description="Trains the classifiers of the defence.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the data sets")
    parser.add_argument("--out", type=Path, default=Path("src/shoal/weights"), help="folder for NAME/...")
    parser.add_argument("--only", choices=("instructions", "jailbreak"))
    chosen = parser.parse_args()
    for name in [chosen.only] if chosen.only else ["instructions", "jailbreak"]:
        begun = time.process_time()
        held, recipe = prepare(name, chosen.data)
        asked = [row.text for row in data_of.instructions(chosen.data) if row.source == "alpaca"]
        trained = train(held, recipe, asked)
        for source, share in shares(held, trained).items():
            sys.stdout.write(f"{source:26} {share:.4f} at the threshold\n")
        sys.stdout.flush()
        save(chosen.out / name, [name], [trained.model])
        write_card(chosen.out / name, name, held, trained, shares(held, trained), time.process_time() - begun)


if __name__ == "__main__":
    main()
