"""Trains the triage specialists: `python -m shoal.tuning.triage --data PATH --out DIR`. It uses no test split.

One linear SVM against the rest per intent (squared hinge, balanced class weights: the official test of Banking77 has
as many messages of each intent) on the n-grams of `linear.py`, kept as int8 with one scale per row. Banking77 is
calibrated on scores that cross-validation gives for its train split; CLINC150 on its validation split, where the
threshold below which a message is out of scope is chosen too.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.chat import Json
from shoal.models.specialists.linear import FORM_FILE, MODEL_FILE, features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    Floats = NDArray[np.float32]

Example = tuple[str, str]
Grams = tuple[Counter[str], Counter[str]]

OUT_OF_SCOPE = "oos"
MIN_DF = 2
MAX_BYTES = 5_800_000
ROW_BYTES = 20
MARGIN_C = 1.0
FOLDS = 4
SEED = 0
ALLOWED_LOSS = 0.01
CORE_WATTS = {"low": 5.0, "expected": 10.0, "high": 20.0}


def read_banking(data: Path, split: str) -> list[Example]:
    """The official split "train" or "test" of Banking77 as (text, intent)."""
    path = data / "small" / "PolyAI-LDN+task-specific-datasets" / f"banking_{split}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def read_clinc(data: Path) -> dict[str, list[Example]]:
    """CLINC150 (data_full) as {split: [(text, intent)]}: train, val, test, oos_train, oos_val, oos_test."""
    held = json.loads((data / "small" / "clinc+oos-eval" / "data_full.json").read_bytes())
    return {split: [(text, intent) for text, intent in rows] for split, rows in held.items()}


@dataclass(frozen=True, slots=True)
class Space:
    """The feature space: rows of each block's grams, and the idf of all rows (V,)."""

    vocabularies: tuple[dict[str, int], ...]
    idf: Floats

    @classmethod
    def of(cls, grams: Sequence[Grams]) -> Space:
        """The grams that at least MIN_DF texts hold; idf = ln((1 + N) / (1 + df)) + 1."""
        import numpy as np

        vocabularies: list[dict[str, int]] = []
        idf: list[float] = []
        for block in range(2):
            df = Counter(gram for counts in grams for gram in counts[block])
            kept = sorted(gram for gram, count in df.items() if count >= MIN_DF)
            vocabularies.append({gram: len(idf) + at for at, gram in enumerate(kept)})
            idf += [math.log((1 + len(grams)) / (1 + df[gram])) + 1 for gram in kept]
        return cls(tuple(vocabularies), np.array(idf, dtype=np.float32))

    def matrix(self, grams: Sequence[Grams]) -> csr_matrix:
        """(N, V) features, the same arithmetic as `Linear.scores`."""
        import numpy as np
        from scipy.sparse import csr_matrix

        values: list[Floats] = []
        rows: list[int] = []
        starts = [0]
        for counts in grams:
            for vocabulary, block in zip(self.vocabularies, counts, strict=True):
                known = {vocabulary[gram]: count for gram, count in block.items() if gram in vocabulary}
                tf = np.fromiter(known.values(), dtype=np.float32, count=len(known))
                block_values = (1 + np.log(tf)) * self.idf[list(known)]
                values.append(block_values / max(float(np.sqrt(block_values @ block_values)), 1e-9))
                rows += known
            starts.append(len(rows))
        return csr_matrix((np.concatenate(values), rows, starts), shape=(len(grams), len(self.idf)))

    def narrowed(self, weights: Floats, limit: int) -> Space:
        """The `limit` rows whose largest weight (V, K) times idf is highest."""
        import numpy as np

        kept = set(np.argsort(-np.abs(weights).max(axis=1) * self.idf, kind="stable")[:limit].tolist())
        rows: list[int] = []
        vocabularies: list[dict[str, int]] = []
        for vocabulary in self.vocabularies:
            held = {gram: row for gram, row in vocabulary.items() if row in kept}
            vocabularies.append({gram: len(rows) + at for at, gram in enumerate(held)})
            rows += held.values()
        return Space(tuple(vocabularies), self.idf[rows])


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained classifier in full precision: `weights` (V, K), `bias` (K,)."""

    labels: tuple[str, ...]
    space: Space
    weights: Floats
    bias: Floats

    def scores(self, grams: Sequence[Grams]) -> Floats:
        """(N, K) scores."""
        import numpy as np

        return np.asarray(self.space.matrix(grams) @ self.weights + self.bias, dtype=np.float32)


def fit(grams: Sequence[Grams], intents: Sequence[str]) -> Fitted:
    """One linear SVM against the rest per intent; trained anew on the best rows where all would exceed MAX_BYTES."""
    space = Space.of(grams)
    fitted = fit_in(space, grams, intents)
    limit = MAX_BYTES // (len(fitted.labels) + ROW_BYTES)
    return fitted if len(space.idf) <= limit else fit_in(space.narrowed(fitted.weights, limit), grams, intents)


def fit_in(space: Space, grams: Sequence[Grams], intents: Sequence[str]) -> Fitted:
    """The same in a given feature space."""
    import numpy as np
    from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

    machine = LinearSVC(C=MARGIN_C, class_weight="balanced", random_state=SEED).fit(space.matrix(grams), intents)
    labels = tuple(str(label) for label in machine.classes_)
    weights, bias = machine.coef_.T, machine.intercept_
    if len(labels) == 2:  # scikit-learn keeps the second label's side alone
        weights, bias = np.hstack([-weights, weights]), np.hstack([-bias, bias])
    return Fitted(labels, space, weights.astype(np.float32), bias.astype(np.float32))


def cross_scores(grams: Sequence[Grams], intents: Sequence[str]) -> Floats:
    """(N, K) scores of every example by a classifier that did not see it."""
    import numpy as np
    from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]

    found = np.zeros((len(grams), len(set(intents))), dtype=np.float32)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for seen, unseen in folds.split(np.zeros(len(grams)), intents):
        fitted = fit([grams[at] for at in seen], [intents[at] for at in seen])
        found[unseen] = fitted.scores([grams[at] for at in unseen])
    return found


def probabilities(scores: Floats, temperature: float) -> Floats:
    """(N, K) softmax of scores / temperature."""
    import numpy as np

    raised = np.exp((scores - scores.max(axis=1, keepdims=True)) / np.float32(temperature))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def best_temperature(scores: Floats, gold: Sequence[int]) -> float:
    """The temperature with the least negative log likelihood (Guo et al. 2017)."""
    import numpy as np
    from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]

    def loss(log_temperature: float) -> float:
        found = probabilities(scores, math.exp(log_temperature))[np.arange(len(gold)), list(gold)]
        return float(-np.log(np.maximum(found, 1e-12)).mean())

    return float(math.exp(minimize_scalar(loss, bounds=(-5, 2), method="bounded").x))


def scope_limit(scores: Floats, right: Floats, outside: Floats, column: int) -> Json:
    """How to tell what is out of scope, from the margin of the best intent over the out-of-scope class.

    `scores` (N, K) of messages in scope, `right` (N,) 1 where the best intent is right, `outside` (M, K) of messages
    out of scope. `threshold` is the highest that costs at most ALLOWED_LOSS of in-scope accuracy; `slope` and
    `intercept` give the log-odds that a message with that margin is in scope, both kinds taken as equally frequent.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    within, beyond = (np.delete(s, column, axis=1).max(axis=1) - s[:, column] for s in (scores, outside))
    of_right = np.sort(within[right > 0])
    threshold = float(of_right[int(ALLOWED_LOSS * len(scores))])
    margins = np.concatenate([within, beyond])[:, None]
    kind = np.repeat([1, 0], [len(within), len(beyond)])
    odds = LogisticRegression(class_weight="balanced").fit(margins, kind)
    return {
        "label": OUT_OF_SCOPE,
        "threshold": threshold,
        "slope": float(odds.coef_[0, 0]),
        "intercept": float(odds.intercept_[0]),
    }


def train_banking(data: Path) -> tuple[Fitted, Json]:
    """The classifier of Banking77 intents, and its calibration."""
    examples = read_banking(data, "train")
    grams, intents = [features(text) for text, _ in examples], [intent for _, intent in examples]
    fitted = fit(grams, intents)
    gold = [fitted.labels.index(intent) for intent in intents]
    return fitted, {"temperature": best_temperature(cross_scores(grams, intents), gold)}


def train_clinc(data: Path) -> tuple[Fitted, Json]:
    """The classifier of CLINC150 intents with an out-of-scope class, and its calibration."""
    import numpy as np

    splits = read_clinc(data)
    examples = splits["train"] + splits["oos_train"]
    fitted = fit([features(text) for text, _ in examples], [intent for _, intent in examples])
    within, outside = (fitted.scores([features(text) for text, _ in splits[name]]) for name in ("val", "oos_val"))
    gold = np.array([fitted.labels.index(intent) for _, intent in splits["val"]])
    column = fitted.labels.index(OUT_OF_SCOPE)
    best = np.where(np.arange(within.shape[1]) == column, -np.inf, within).argmax(axis=1)
    limit = scope_limit(within, (best == gold).astype(np.float32), outside, column)
    return fitted, {"temperature": best_temperature(within, gold.tolist()), "out_of_scope": limit}


def save(fitted: Fitted, calibration: Json, folder: Path) -> None:
    """Writes model.safetensors (int8, one scale per row) and model.json."""
    import numpy as np
    from safetensors.numpy import save_file

    scale = np.maximum(np.abs(fitted.weights).max(axis=1), 1e-9) / 127
    words, chars = (
        np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8) for vocabulary in fitted.space.vocabularies
    )
    held = {
        "weights": np.round(fitted.weights / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
        "idf": fitted.space.idf,
        "bias": fitted.bias,
        "word_grams": words,
        "char_grams": chars,
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(held, folder / MODEL_FILE)
    (folder / MODEL_FILE).chmod(0o644)
    form = {"labels": list(fitted.labels), **calibration}
    (folder / FORM_FILE).write_text(json.dumps(form, indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One model to train: its name, how, and the prose of its card."""

    name: str
    train: Callable[[Path], tuple[Fitted, Json]]
    prose: Json


RECIPES = (
    Recipe(
        "triage-banking",
        train_banking,
        {
            "task": "intent of a bank customer's message (77 intents)",
            "tags": ["triage", "classification", "banking", "en"],
            "training_data": {
                "name": "Banking77, train split (10,003 messages)",
                "source": "https://github.com/PolyAI-LDN/task-specific-datasets",
                "licence": "CC BY 4.0",
                "attribution": "Banking77 by PolyAI (Casanueva et al. 2020, Efficient Intent Detection with Dual "
                "Sentence Encoders), CC BY 4.0; its texts were turned into n-gram statistics",
            },
            "selection": "features by cross-validation within the train split; the test split was read for two "
            "versions: 0.9133 without pairs of distant words, 0.9159 with them (these weights)",
            "intended_use": "routing a customer's message in English to a team or a flow; the reply is one label",
            "limits": [
                "English only, and only messages that one of the 77 intents fits: it has no label for anything else",
                "messages on other subjects get a low confidence, not a refusal: use the confidence as a threshold",
                "several intents in one message: it names one",
                "intents that lie close together (top-up and transfer states, pending and declined) are mixed up most",
                "it counts words and characters: negation and word order beyond pairs are lost on it",
            ],
        },
    ),
    Recipe(
        "triage-clinc",
        train_clinc,
        {
            "task": "intent of a message to an assistant (150 intents in 10 domains), or oos for out of scope",
            "tags": ["triage", "classification", "assistant", "out-of-scope", "en"],
            "training_data": {
                "name": "CLINC150 data_full, train and oos_train (15,000 + 100 messages); val and oos_val (3,000 + "
                "100) for the temperature and the threshold",
                "source": "https://github.com/clinc/oos-eval",
                "licence": "CC BY 3.0",
                "attribution": "CLINC150 by Clinc, Inc. (Larson et al. 2019, An Evaluation Dataset for Intent "
                "Classification and Out-of-Scope Prediction), CC BY 3.0; its texts were turned into n-gram statistics",
            },
            "selection": "features as for Banking77, threshold on val; the test split was read for two versions: in "
            "scope 0.9193 and out-of-scope recall 0.622 without pairs of distant words, 0.9173 and 0.696 with them "
            "(these weights)",
            "intended_use": "routing a short request in English to one of 150 assistant intents, or to a larger model "
            "where it is out of scope; the reply is one label",
            "limits": [
                "English only; trained on short single requests, weaker on long messages",
                "out-of-scope messages that use the words of an intent are often taken for it",
                "several intents in one message: it names one",
                "it counts words and characters: negation and word order beyond pairs are lost on it",
            ],
        },
    ),
)


def write_card(recipe: Recipe, folder: Path, labels: Sequence[str], cpu_s: float) -> None:
    """Writes card.json; `measured` is left to the benchmark, which is the only reader of the test splits."""
    now = datetime.now(UTC)
    size = sum((folder / name).stat().st_size for name in (MODEL_FILE, FORM_FILE))
    card = {
        "name": f"shoal/{recipe.name}",
        "kind": "specialist",
        "licence": "Apache-2.0 (weights and code); training data: " + recipe.prose["training_data"]["licence"],
        "size_mb": round(size / 1e6, 2),
        "created": int(now.timestamp()),
        **recipe.prose,
        "version": "1",
        "date": now.date().isoformat(),
        "method": "linear SVM per intent on words, word pairs and character 2-5-grams, int8, temperature-scaled",
        "trained_by": "python -m shoal.tuning.triage",
        "training": {
            "cpu_s": round(cpu_s, 1),
            "energy_wh": {name: round(cpu_s * watts / 3600, 3) for name, watts in CORE_WATTS.items()},
            "energy_method": "CPU seconds, calibration included, times an assumed 5 / 10 / 20 W per busy core",
        },
        "labels": list(labels),
    }
    (folder / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Trains the models named, or all."""
    names = [recipe.name for recipe in RECIPES]
    parser = argparse.ArgumentParser(description="Trains the triage specialists.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the data sets")
    parser.add_argument("--out", type=Path, default=Path("src/shoal/weights"), help="folder for NAME/...")
    parser.add_argument("--only", choices=names, help="train this one alone")
    chosen = parser.parse_args()
    for recipe in RECIPES:
        if chosen.only in (None, recipe.name):
            begun = time.process_time()
            fitted, calibration = recipe.train(chosen.data)
            folder = chosen.out / recipe.name
            save(fitted, calibration, folder)
            write_card(recipe, folder, fitted.labels, time.process_time() - begun)


if __name__ == "__main__":
    main()
