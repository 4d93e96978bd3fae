"""Trains the two classifiers of the defence: `python -m shoal.tuning.defence --data PATH --out DIR [--only NAME]`.

Fits on all rows that may be trained on; calibrates and chooses thresholds on scores of models that had not seen the
group. BIPIA's test part and the benign instructions are never read here. bench/defence.py prints the figures.
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
from shoal.tuning.near_duplicates import groups
from shoal.tuning.ngrams import Fitted, calibrate, cross_fit, fit, folds, matrix, save

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    Floats = NDArray[np.float64]
    Bits = NDArray[np.int8]
    Names = NDArray[np.str_]
    Groups = NDArray[np.int64]

SEED = 3
FOLDS = 5
MOST_TABLE, MOST_BENIGN = 4000, 12_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one classifier is fitted. `weights` of rows by (source, label) or source, `attack` on top for label 1."""

    penalty: float
    words: float
    attack: float
    sources: dict[str, float]
    alarms: float
    """Share of benign rows that may fire at the threshold."""


INSTRUCTIONS = Recipe(1.0, 0.5, 10.0, {}, 0.001)
JAILBREAK = Recipe(3.0, 0.5, 1.0, {"deepset": 5.0}, 0.002)


@dataclass(frozen=True, slots=True)
class Set:
    """Rows with their features (N, ROWS), labels (N,), weights (N,), sources (N,) and groups (N,)."""

    rows: Sequence[Row] = field(repr=False)
    features: csr_matrix = field(repr=False)
    labels: Bits = field(repr=False)
    weights: Floats = field(repr=False)
    sources: Names = field(repr=False)
    groups: Groups = field(repr=False)


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
    found = [*by_sentence(attacks), *table[:MOST_TABLE], *ordinary[:MOST_BENIGN]]
    found += data_of.bipia_contexts(data, "email", "train") + data_of.bipia_contexts(data, "code", "train")
    return _once(found)


def jailbreak_rows(data: Path) -> list[Row]:
    """What users say: jailbreaks, injections, and everything else."""
    found = [*data_of.jailbreaks(data), *data_of.deepset(data), *data_of.dialogues(data), *data_of.tasks(data)]
    return _once([*found, *data_of.benign(data)])


def _once(rows: Sequence[Row]) -> list[Row]:
    return list({row.text: row for row in reversed(rows)}.values())[::-1]


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


def train(held: Set, recipe: Recipe, say: bool = True) -> Trained:
    """Cross-fits, calibrates with every row counted once, chooses the threshold, fits on all."""

    def how(features: csr_matrix, labels: Bits, weights: Floats) -> Fitted:
        return fit(features, labels, weights, recipe.penalty, recipe.words)

    raw = cross_fit(held.features, held.labels, held.weights, folds(held.groups, FOLDS, SEED), how)
    slope, shift = calibrate(raw, held.labels, np.ones(len(raw)))
    unseen = raw * slope + shift
    least = float(np.quantile(unseen[held.labels == 0], 1 - recipe.alarms))
    threshold = round(float(1 / (1 + np.exp(-least))), 4)
    if say:
        _print(held, unseen, least)
    return Trained(how(held.features, held.labels, held.weights).scaled(slope, shift), unseen, threshold)


def _print(held: Set, unseen: Floats, least: float) -> None:
    for source in np.unique(held.sources):
        for label in (0, 1):
            these = (held.sources == source) & (held.labels == label)
            if these.any():
                share = float((unseen[these] >= least).mean())
                sys.stdout.write(f"{source:16} label {label} {these.sum():6} rows, {share:.4f} at the threshold\n")
    sys.stdout.flush()


def prepare(name: str, data: Path) -> tuple[Set, Recipe]:
    """The training set and recipe of the classifier `name`."""
    if name == "instructions":
        rows = instruction_rows(data)
        return gather(rows, INSTRUCTIONS, origins(rows)), INSTRUCTIONS
    rows = jailbreak_rows(data)
    return gather(rows, JAILBREAK, groups([row.text for row in rows])), JAILBREAK


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
        trained = train(held, recipe)
        save(chosen.out / name, [name], [trained.model])
        write_card(chosen.out / name, name, held, trained, time.process_time() - begun)


if __name__ == "__main__":
    main()
