"""Presidio and its own evaluator behind standard input and output, as JSON: what masking is compared with.

Runs under the interpreter of an environment of its own, which has `presidio-analyzer` and `presidio-evaluator`; it
imports nothing of Shoal. It reads {"texts": [...]} and answers what Presidio finds in each and the CPU seconds that it
took each, or {"rows": [{"text", "labels", "found"}]} with spans as [type, start, end] and answers how
presidio-evaluator scores them, with its tokens and skip words.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import sys
import time
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

SIZES = ("lg", "md", "sm")  # of spaCy's English models, the default one first
THRESHOLD = 0.4  # of notebooks 4 and 5
IOU = 0.75

Span = Sequence[Any]


def analyze(texts: Sequence[str]) -> dict[str, Any]:
    """Type, start, end and score of all that the default analyzer finds. Without a spaCy model: patterns only."""
    spacy = importlib.import_module("spacy")
    analyzer = importlib.import_module("presidio_analyzer")
    engines = importlib.import_module("presidio_analyzer.nlp_engine")
    installed = spacy.util.get_installed_models()
    model = next((name for size in SIZES for name in installed if name.startswith(f"en_core_web_{size}")), None)
    engine = engines.SpacyNlpEngine(models=[{"lang_code": "en", "model_name": model or "blank"}])
    engine.nlp = {"en": spacy.load(model) if model else spacy.blank("en")}
    engine.is_loaded = lambda: True
    presidio = analyzer.AnalyzerEngine(nlp_engine=engine, default_score_threshold=THRESHOLD)
    found, times = [], []
    for text in texts:
        begun = time.process_time()
        found.append(presidio.analyze(text, language="en"))
        times.append(time.process_time() - begun)
    how = f"presidio-analyzer {version('presidio-analyzer')}, {model or 'patterns only: no spaCy model is installed'}"
    return {
        "how": how,
        "cpu_s": times,
        "found": [[(each.entity_type, each.start, each.end, each.score) for each in row] for row in found],
    }


def score(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts of any type by spans and by tokens, as presidio-evaluator makes them, and what it made them from."""
    package = importlib.import_module("presidio_evaluator")
    evaluation = importlib.import_module("presidio_evaluator.evaluation")
    words = importlib.import_module("presidio_evaluator.evaluation.skipwords")
    tokenize = importlib.import_module("spacy").blank("en")  # the models share its rules for tokens
    documents = [tokenize(row["text"]) for row in rows]
    columns: list[dict[str, Any]] = []
    for at, (row, document) in enumerate(zip(rows, documents, strict=True)):
        labels, found = (_tags(package.span_to_tag, row["text"], row[side], document) for side in ("labels", "found"))
        columns += [
            {
                "sentence_id": at,
                "token": token.text,
                "annotation": label,
                "prediction": guess,
                "start_indices": token.idx,
            }
            for token, label, guess in zip(document, labels, found, strict=True)
        ]
    table = importlib.import_module("pandas").DataFrame(columns)
    spans = evaluation.SpanEvaluator(iou_threshold=IOU).calculate_score_on_df(table)
    tokens = evaluation.TokenEvaluator().calculate_score_on_df(table)
    return {
        "how": f"presidio-evaluator {version('presidio-evaluator')}",
        "spans": _counts(spans),
        "tokens": _counts(tokens),
        "types": {
            kind: (each.true_positives, each.num_predicted, each.num_annotated) for kind, each in spans.per_type.items()
        },
        "words": [[(token.idx, token.text) for token in document] for document in documents],
        "skip": words.get_skip_words(),
    }


def _tags(span_to_tag: Any, text: str, spans: Sequence[Span], document: Any) -> list[str]:
    kinds, starts, ends = ([each[at] for each in spans] for at in range(3))
    tags: list[str] = span_to_tag(scheme="IO", text=text, starts=starts, ends=ends, tags=kinds, tokens=document)
    return tags


def _counts(result: Any) -> tuple[int, int, int]:
    return result.pii_true_positives, result.pii_predicted, result.pii_annotated


def main() -> None:
    asked = json.load(sys.stdin)
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(sys.stderr):  # libraries print there
        answer = analyze(asked["texts"]) if "texts" in asked else score(asked["rows"])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
