"""Labels: asks with each model's score, read from JSON Lines. A router learns from them and is certified on them.

A line is `{"prompt": "...", "scores": {"small": 1, "large": 0.5}}`, with `tokens` by model and `groups` by level if
known; `messages` may stand for `prompt`. Scores are 0 to 1; a model may lack a score on some lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.chat import Chat, Message
from shoal.errors import ConfigError
from shoal.routing.features import ask_of, without_harness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]

MOST_LINES = 2_000_000


@dataclass(frozen=True, slots=True)
class Labels:
    """N asks and K models: `scores` and `tokens` (N, K), NaN where not known; `groups` what each ask belongs to
    (template, step, tag, ...), by level."""

    models: tuple[str, ...]
    asks: Sequence[str] = field(repr=False)
    scores: Doubles = field(repr=False)
    tokens: Doubles = field(repr=False)
    groups: Sequence[Mapping[str, str]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.asks)

    def taken(self, chosen: NDArray[np.int64]) -> Labels:
        """Those asks, in that order."""
        return Labels(
            self.models,
            [self.asks[at] for at in chosen],
            self.scores[chosen],
            self.tokens[chosen],
            [self.groups[at] for at in chosen],
        )

    def of(self, models: Sequence[str]) -> Labels:
        """Those models' columns, in that order. Raises ConfigError for one that has no label."""
        for name in models:
            if name not in self.models:
                raise ConfigError(f"the labels say nothing of model '{name}': they know {', '.join(self.models)}")
        columns = [self.models.index(name) for name in models]
        return Labels(tuple(models), self.asks, self.scores[:, columns], self.tokens[:, columns], self.groups)

    def complete(self) -> Labels:
        """The asks of which every model has a score."""
        return self.taken(np.flatnonzero(~np.isnan(self.scores).any(axis=1)))

    def digest(self) -> str:
        """SHA-256 of all of it, for a certificate."""
        found = hashlib.sha256(json.dumps([self.models, list(self.asks), [*map(dict, self.groups)]]).encode())
        found.update(np.ascontiguousarray(self.scores).tobytes())
        return found.hexdigest()


def read_labels(path: Path) -> Labels:
    """The labels of a file. Raises ConfigError that names the first line that is not of the form."""
    return labels_of(read_rows(path))


def read_rows(path: Path) -> list[Mapping[str, Any]]:
    """The lines of a file as objects. Raises ConfigError that names the first that is none."""
    try:
        with path.open(encoding="utf-8") as lines:
            return list(_parsed(lines, path))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror})") from None


def labels_of(rows: Iterable[Mapping[str, Any]]) -> Labels:
    """Labels from rows of the form of a line. Raises ConfigError for none, and for one of another form."""
    asks: list[str] = []
    scores: list[dict[str, float]] = []
    tokens: list[dict[str, float]] = []
    groups: list[dict[str, str]] = []
    for at, row in enumerate(rows, 1):
        asks.append(_ask(row, at))
        scores.append(_numbers(row, "scores", at, most=1.0))
        tokens.append(_numbers(row, "tokens", at, most=1e9))
        groups.append({str(level): str(value) for level, value in (row.get("groups") or {}).items()})
    models = tuple(sorted({name for row in scores for name in row}))
    if not models:
        raise ConfigError("there are no labels: write one line per ask, with 'prompt' and 'scores'")
    return Labels(models, asks, _matrix(scores, models), _matrix(tokens, models), groups)


def _parsed(lines: Iterable[str], path: Path) -> Iterable[Mapping[str, Any]]:
    for at, line in enumerate(lines, 1):
        if at > MOST_LINES:
            raise ConfigError(f"{path} has more than {MOST_LINES:,} lines: take a sample")
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise ConfigError(f"{path}, line {at}: this is not JSON") from None
        if not isinstance(row, dict):
            raise ConfigError(f"{path}, line {at}: this is not a JSON object")
        yield row


def _ask(row: Mapping[str, Any], at: int) -> str:
    prompt, messages = row.get("prompt"), row.get("messages")
    if isinstance(prompt, str):
        return without_harness(prompt)
    if isinstance(messages, list) and all(isinstance(each, dict) and "role" in each for each in messages):
        return ask_of(Chat("", tuple(Message.from_wire(each) for each in messages)))
    raise ConfigError(f"line {at} of the labels has neither 'prompt' (a text) nor 'messages' (a list)")


def _numbers(row: Mapping[str, Any], name: str, at: int, most: float) -> dict[str, float]:
    found = row.get(name) or {}
    if not isinstance(found, dict):
        raise ConfigError(f"line {at} of the labels: '{name}' must be an object of numbers by model")
    for model, value in found.items():
        if not isinstance(value, int | float) or not 0 <= value <= most:
            raise ConfigError(f"line {at} of the labels: '{name}' of '{model}' must be a number from 0 to {most:g}")
    return {str(model): float(value) for model, value in found.items()}


def _matrix(rows: Sequence[Mapping[str, float]], models: Sequence[str]) -> Doubles:
    return np.array([[row.get(name, np.nan) for name in models] for row in rows]).reshape(len(rows), len(models))
