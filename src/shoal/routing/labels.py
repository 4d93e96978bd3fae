"""Labels: asks with each model's score, read from JSON Lines. A router learns from them and is certified on them.

A line is `{"prompt": "...", "scores": {"small": 1, "large": 0.5}}`, with `tokens` by model and `groups` by level if
known; `messages` may stand for `prompt`. Scores are 0 to 1; a model may lack a score on some lines. `checks` may hold,
by model and by check of a cascade, the value of its answer: `{"small": {"confidence": 0.9, "refusal": true}}`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.chat import Chat, Message
from shoal.errors import ConfigError
from shoal.routing.features import ask_of, without_harness
from shoal.routing.groups import groups_told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]

MOST_LINES = 2_000_000
MOST_COPIES = 0.2


@dataclass(frozen=True, slots=True)
class Labels:
    """N asks and K models: `scores` and `tokens` (N, K), NaN where not known; `groups` what each ask belongs to
    (template, step, tag, ...), by level; `checks` (N,) by model and check, NaN where not known."""

    models: tuple[str, ...]
    asks: Sequence[str] = field(repr=False)
    scores: Doubles = field(repr=False)
    tokens: Doubles = field(repr=False)
    groups: Sequence[Mapping[str, str]] = field(repr=False)
    checks: Mapping[tuple[str, str], Doubles] = field(default_factory=dict, repr=False)

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
            {name: values[chosen] for name, values in self.checks.items()},
        )

    def of(self, models: Sequence[str]) -> Labels:
        """Those models' columns, in that order. Raises ConfigError for one that has no label."""
        for name in models:
            if name not in self.models:
                raise ConfigError(f"the labels say nothing of model '{name}': they know {', '.join(self.models)}")
        columns = [self.models.index(name) for name in models]
        scores, tokens = self.scores[:, columns], self.tokens[:, columns]
        return Labels(tuple(models), self.asks, scores, tokens, self.groups, self.checks)

    def joined(self, name: str, scores: Doubles) -> Labels:
        """The same with one more column (N,), in the place of one of that name; its tokens are not known."""
        if name in self.models:
            return self.of([each for each in self.models if each != name]).joined(name, scores)
        models, unknown = (*self.models, name), np.full((len(self), 1), np.nan)
        columns = np.hstack([self.scores, scores[:, None]])
        return Labels(models, self.asks, columns, np.hstack([self.tokens, unknown]), self.groups, self.checks)

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
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8: give lines of JSON") from None


def check_copies(rows: Sequence[Mapping[str, Any]]) -> None:
    """Raises ConfigError where MOST_COPIES or more of the lines came before, word for word and without an id: copies
    would both teach and certify, and each count as a request."""
    lines = [json.dumps(row, sort_keys=True) for row in rows if row.get("id") is None]
    copies = len(lines) - len(set(lines))
    if copies and copies >= MOST_COPIES * len(rows):
        raise ConfigError(
            f"{copies} of {len(rows)} labels are copies of others, and no certificate is made of copies: take them "
            "out, or, where people did ask that again, give each line an 'id' of its own"
        )


def labels_of(rows: Iterable[Mapping[str, Any]]) -> Labels:
    """Labels from rows of the form of a line; one that stands there again under its `id` counts once. Raises
    ConfigError for none, and for one of another form."""
    asks: list[str] = []
    scores: list[dict[str, float]] = []
    tokens: list[dict[str, float]] = []
    groups: list[dict[str, str]] = []
    checks: list[dict[tuple[str, str], float]] = []
    known: set[str] = set()
    for at, row in enumerate(rows, 1):
        if _copied(row, known):
            continue
        asks.append(_ask(row, at))
        scores.append(_numbers(row, "scores", at, most=1.0))
        tokens.append(_numbers(row, "tokens", at, most=1e9))
        groups.append(_groups(row, at))
        checks.append(_checks(row, at))
    models = tuple(sorted({name for row in scores for name in row}))
    if not models:
        raise ConfigError("there are no labels: write one line per ask, with 'prompt' and 'scores'")
    names = sorted({name for row in checks for name in row})
    values = {name: np.array([row.get(name, np.nan) for row in checks]) for name in names}
    return Labels(models, asks, _matrix(scores, models), _matrix(tokens, models), groups, values)


def _parsed(lines: Iterable[str], path: Path) -> Iterable[Mapping[str, Any]]:
    for at, line in enumerate(lines, 1):
        if at > MOST_LINES:
            raise ConfigError(f"{path} has more than {MOST_LINES:,} lines: take a sample")
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise ConfigError(f"{path}, line {at}: this is not JSON") from None
        if not isinstance(row, dict):
            raise ConfigError(f"{path}, line {at}: this is not a JSON object")
        yield row


def _copied(row: Mapping[str, Any], known: set[str]) -> bool:
    """Whether the same line came before. Without an id two requests may be alike in all."""
    if row.get("id") is None:
        return False
    line = json.dumps(row, sort_keys=True)
    copied = line in known
    known.add(line)
    return copied


def _ask(row: Mapping[str, Any], at: int) -> str:
    prompt, messages = row.get("prompt"), row.get("messages")
    if isinstance(prompt, str):
        return without_harness(prompt)
    if isinstance(messages, list) and all(isinstance(each, dict) and "role" in each for each in messages):
        return ask_of(Chat("", tuple(Message.from_wire(each) for each in messages)))
    raise ConfigError(f"line {at} of the labels has neither 'prompt' (a text) nor 'messages' (a list)")


def _groups(row: Mapping[str, Any], at: int) -> dict[str, str]:
    given, messages = row.get("groups") or {}, row.get("messages")
    if not isinstance(given, dict):
        raise ConfigError(f"line {at} of the labels: 'groups' must be an object of texts by level")
    if messages is None or row.get("prompt") is not None:
        return groups_told(given)
    return groups_told(given, Chat("", tuple(Message.from_wire(each) for each in messages)))


def _numbers(row: Mapping[str, Any], name: str, at: int, most: float) -> dict[str, float]:
    found = row.get(name) or {}
    if not isinstance(found, dict):
        raise ConfigError(f"line {at} of the labels: '{name}' must be an object of numbers by model")
    for model, value in found.items():
        if not isinstance(value, int | float) or not 0 <= value <= most:
            raise ConfigError(f"line {at} of the labels: '{name}' of '{model}' must be a number from 0 to {most:g}")
    return {str(model): float(value) for model, value in found.items()}


def _checks(row: Mapping[str, Any], at: int) -> dict[tuple[str, str], float]:
    """The values of checks by model and check; true is 1."""
    found: dict[tuple[str, str], float] = {}
    try:
        for model, values in (row.get("checks") or {}).items():
            found |= {(str(model), str(check)): float(value) for check, value in values.items()}
    except (AttributeError, TypeError, ValueError):
        found = {("", ""): math.nan}
    if any(not math.isfinite(value) for value in found.values()):
        raise ConfigError(f"line {at} of the labels: 'checks' must hold, by model, an object of numbers by check")
    return found


def _matrix(rows: Sequence[Mapping[str, float]], models: Sequence[str]) -> Doubles:
    return np.array([[row.get(name, np.nan) for name in models] for row in rows]).reshape(len(rows), len(models))
