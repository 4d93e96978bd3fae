"""How well the guards do on labelled texts: precision, recall and AUC of each rule, at its threshold. It holds counts
and scores; of the texts it keeps none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from shoal.config import nearest
from shoal.config.monitoring import Category
from shoal.config.trust import TrustRules
from shoal.errors import RequestError
from shoal.trust.defence.guards import Guards
from shoal.trust.defence.sieve import Sieve
from shoal.trust.monitoring.step import MonitoringStep
from shoal.trust.monitoring.texts import score, score_reply

JAILBREAK, INSTRUCTIONS = "jailbreak", "instructions"
HARM: tuple[str, ...] = get_args(Category)
KINDS: Mapping[str, tuple[str, ...]] = {
    "user": (JAILBREAK, *HARM),
    "data": (INSTRUCTIONS, *HARM),
    "reply": HARM,
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text, where it stands (`kind`: user, data or reply), and for each rule that somebody looked at, whether it
    applies."""

    text: str = field(repr=False)
    kind: str
    labels: Mapping[str, bool]


def read_labelled(path: Path) -> list[Labelled]:
    """The rows of a JSON Lines file. Raises RequestError that names the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise RequestError(f"{path} cannot be read ({error.strerror}): name a file of JSON Lines") from None
    except UnicodeDecodeError:
        raise RequestError(f"{path} is not UTF-8: convert it first") from None
    rows = [_row(line, f"{path.name}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise RequestError(f'{path.name} has no rows: write one JSON object a line, {{"text", "labels", "kind"}}')
    return rows


def _row(line: str, where: str) -> Labelled:
    try:
        row = json.loads(line)
    except ValueError:
        raise RequestError(f"{where}: no JSON") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise RequestError(f'{where}: "text" must be a string')
    kind, labels = row.get("kind", "user"), row.get("labels")
    if kind not in KINDS:
        raise RequestError(f'{where}: "kind" must be one of {", ".join(KINDS)}')
    if not isinstance(labels, dict) or not all(isinstance(value, bool) for value in labels.values()):
        raise RequestError(f'{where}: "labels" must be an object of rule: true or false')
    for name in labels:
        if name not in KINDS[kind]:
            raise RequestError(f"{where}: rule '{str(name)[:40]}' of kind {kind}{nearest(str(name), KINDS[kind])}")
    return Labelled(row["text"], kind, labels)


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """One rule on the texts that are labelled for it. `threshold` is the one in force; shares are None where there is
    nothing to divide by."""

    threshold: float
    labels: tuple[bool, ...] = field(repr=False)
    scores: tuple[float, ...] = field(repr=False)

    @property
    def positives(self) -> int:
        return sum(self.labels)

    @property
    def flagged(self) -> int:
        return sum(score >= self.threshold for score in self.scores)

    @property
    def hits(self) -> int:
        return sum(score >= self.threshold and label for score, label in zip(self.scores, self.labels, strict=True))

    @property
    def precision(self) -> float | None:
        return self.hits / self.flagged if self.flagged else None

    @property
    def recall(self) -> float | None:
        return self.hits / self.positives if self.positives else None

    @property
    def false_alarms(self) -> float | None:
        """The share of texts without the label that are flagged."""
        negatives = len(self.labels) - self.positives
        return (self.flagged - self.hits) / negatives if negatives else None

    @property
    def auc(self) -> float | None:
        """The probability that a text with the label has the higher score; ties count half."""
        return auc(self.labels, self.scores)


def auc(labels: Sequence[bool], scores: Sequence[float]) -> float | None:
    """By the ranks of the scores (Mann and Whitney 1947); None where all labels are alike."""
    positives = sum(labels)
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks = 0.0
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        ranks += sum(labels[at] for at in order[start:end]) * (start + 1 + end) / 2
        start = end
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


Scorer = Callable[[Sequence[str]], list[Mapping[str, float]]]


class GuardTrial:
    """The guards of one tenant with the thresholds in force, whatever their modes. Loads what the labels need. Raises
    WeightsError."""

    def __init__(self, settings: TrustRules, tenant: str, step: MonitoringStep, guards: Guards | None = None) -> None:
        self._defence = settings.defence_of(tenant)
        self._step = step
        self._guards = guards or Guards()
        monitoring = settings.monitoring_of(tenant)
        self._named: Mapping[str, float] = {str(name): value for name, value in monitoring.thresholds.items()}
        self._hold_chars = monitoring.hold_chars
        self._tenant = tenant

    def figures(self, rows: Sequence[Labelled]) -> dict[str, RuleFigures]:
        """The figures of every rule that a row is labelled for, in the order of the rules."""
        found: dict[str, RuleFigures] = {}
        for rule in dict.fromkeys((JAILBREAK, INSTRUCTIONS, *HARM)):
            chosen = [row for row in rows if rule in row.labels]
            if chosen and rule not in HARM:
                found[rule] = self._defended(rule, chosen)
        harm = [row for row in rows if any(name in HARM for name in row.labels)]
        return {**found, **self._harmful(harm)} if harm else found

    def _defended(self, rule: str, rows: Sequence[Labelled]) -> RuleFigures:
        threshold, scored = self._jailbreak() if rule == JAILBREAK else self._instructions()
        return RuleFigures(threshold, tuple(row.labels[rule] for row in rows), tuple(scored(row.text) for row in rows))

    def _jailbreak(self) -> tuple[float, Callable[[str], float]]:
        guard, named = self._guards.jailbreak, self._defence.jailbreak.threshold
        return guard.threshold if named is None else named, guard.score

    def _instructions(self) -> tuple[float, Callable[[str], float]]:
        sieve = Sieve(self._guards.instructions, self._defence.instructions.threshold)

        def scored(text: str) -> float:
            (finds,) = sieve.look([text])
            return max(finds.highest, *finds.scores, 0.0)

        return sieve.threshold, scored

    def _harmful(self, rows: Sequence[Labelled]) -> dict[str, RuleFigures]:
        thresholds = {**self._step.monitor.thresholds, **self._named}
        scored = [self._scores(row, thresholds) for row in rows]
        found = {rule: _figures(rule, thresholds.get(rule, 1.0), rows, scored) for rule in HARM}
        return {rule: figures for rule, figures in found.items() if figures.labels}

    def _scores(self, row: Labelled, thresholds: Mapping[str, float]) -> Mapping[str, float]:
        """Replies are scored sentence by sentence, as they go out; all else as a whole."""
        if row.kind == "reply":
            return score_reply(self._step.monitor_of(self._tenant), row.text, thresholds, self._hold_chars).scores
        return score(self._step.monitor_of(self._tenant), [row.text])[0].scores


def _figures(
    rule: str, threshold: float, rows: Sequence[Labelled], scored: Sequence[Mapping[str, float]]
) -> RuleFigures:
    pairs = [(row.labels[rule], scores.get(rule, 0.0)) for row, scores in zip(rows, scored, strict=True)
             if rule in row.labels]  # fmt: skip
    return RuleFigures(threshold, tuple(label for label, _ in pairs), tuple(score for _, score in pairs))


def counts(rows: Sequence[Labelled]) -> Iterator[tuple[str, int]]:
    """How many texts of each kind there are."""
    for kind in KINDS:
        if number := sum(row.kind == kind for row in rows):
            yield kind, number


def wire(figures: RuleFigures) -> dict[str, Any]:
    """One rule's figures as JSON."""
    shares = {"precision": figures.precision, "recall": figures.recall, "auc": figures.auc}
    shares["false_alarms"] = figures.false_alarms
    return {
        "texts": len(figures.labels),
        "labelled": figures.positives,
        "flagged": figures.flagged,
        "threshold": round(figures.threshold, 4),
        **{name: None if value is None else round(value, 4) for name, value in shares.items()},
    }
