"""The sets that routing is measured on, as labels: RouteLLM's three benchmarks, LLMRouter's table, foreign asks."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from shoal.chat import Json
from shoal.routing.labels import Labels, read_labels

SMALL, LARGE = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"
EVALS = Path("routing/RouteLLM/routellm/evals")
TRUE = {"True": 1.0, "False": 0.0}
# LLMRouter's prices, USD per 1e6 tokens in and out, by model.
CANDIDATES = Path("routing/LLMRouter/data/example_data/llm_candidates/default_llm.json")


def labels(models: tuple[str, ...], rows: list[tuple[str, list[float]]], groups: list[dict[str, str]]) -> Labels:
    """Labels without token counts."""
    scores = np.array([each for _, each in rows])
    return Labels(models, [ask for ask, _ in rows], scores, np.full(scores.shape, np.nan), groups)


def mmlu(data: Path) -> Labels:
    """RouteLLM's MMLU, decontaminated; each ask belongs to the group "subject", which the tables do not read."""
    folder = data / EVALS / "mmlu"
    bad = contaminated(folder)
    rows: list[tuple[str, list[float]]] = []
    groups: list[dict[str, str]] = []
    for file in sorted((folder / "responses").glob("*.csv")):
        for row in _csv(file):
            if row["prompt"] not in bad:
                rows.append((row["prompt"], [TRUE[row[SMALL]], TRUE[row[LARGE]]]))
                groups.append({"subject": file.stem})
    return labels((SMALL, LARGE), rows, groups)


def gsm8k(data: Path) -> Labels:
    """RouteLLM's GSM8K, decontaminated."""
    folder = data / EVALS / "gsm8k"
    bad = contaminated(folder)
    kept = [row for row in _csv(folder / "gsm8k_responses.csv") if row["prompt"] not in bad]
    rows = [(row["prompt"], [TRUE[row[SMALL]], TRUE[row[LARGE]]]) for row in kept]
    return labels((SMALL, LARGE), rows, [{}] * len(rows))


def mt_bench(data: Path) -> Labels:
    """RouteLLM's MT-Bench, decontaminated: the first turn asks, the score is the mean of both turns over 10."""
    folder = data / EVALS / "mt_bench"
    bad = contaminated(folder)
    scores: dict[tuple[int, str], list[float]] = {}
    for row in _lines(folder / "judgements.jsonl"):
        scores.setdefault((row["question_id"], row["model"]), []).append(row["score"] / 10)
    rows = [
        (row["turns"][0], [float(np.mean(scores[row["question_id"], model])) for model in (SMALL, LARGE)])
        for row in _lines(folder / "question.jsonl")
        if not bad.intersection(row["turns"])
    ]
    return labels((SMALL, LARGE), rows, [{}] * len(rows))


def llm_router(data: Path) -> tuple[Labels, dict[str, float]]:
    """LLMRouter's asks with nine models' scores, each ask once, and the price of 1e6 tokens of each model in USD."""
    folder = data / "routing/LLMRouter/data/dcrouter_preprocessed"
    found = [row for name in ("train.json", "test.json") for row in json.loads((folder / name).read_bytes())]
    models = tuple(sorted(found[0]["scores"]))
    once = {row["question"]: [float(row["scores"][model]) for model in models] for row in found}
    listed = json.loads((data / CANDIDATES).read_bytes())
    prices = {model: float(listed[model]["output_price"]) for model in models if model in listed}
    return labels(models, list(once.items()), [{}] * len(once)), prices


def foreign(data: Path) -> dict[str, list[str]]:
    """Asks that have nothing to do with MMLU, by set."""
    small = data / "small"
    found = {
        "GSM8K": list(gsm8k(data).asks),
        "MT-Bench": list(mt_bench(data).asks),
        "LLMRouter": list(llm_router(data)[0].asks)[:1500],
    }
    for file in sorted(small.rglob("*HumanEval*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            found["HumanEval"] = [json.loads(line)["prompt"] for line in lines]
    for file in sorted(small.rglob("data_full.json")):
        found["CLINC150"] = [text for text, _ in json.loads(file.read_bytes())["test"]]
    for file in sorted(small.rglob("banking*/test.csv")):
        found["Banking77"] = [row["text"] for row in _csv(file)]
    return found


def given(path: Path) -> Labels:
    """Labels from elsewhere, of the product's own form."""
    return read_labels(path)


def contaminated(folder: Path) -> set[str]:
    """The prompts that RouteLLM leaves out."""
    return {row["eval_prompt"] for row in _lines(folder / "contaminated_prompts.jsonl")}


def _csv(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _lines(file: Path) -> Iterator[Json]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
