"""The scores of `shoal rightsize` as labels, of which `shoal route certify` learns. They hold the prompts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from shoal.errors import StorageError
from shoal.routing.features import ask_of
from shoal.routing.groups import groups_of
from shoal.routing.rightsize.result import Result
from shoal.routing.rightsize.tasks import Task


def write_labels(
    path: Path, tasks: Sequence[Task], models: Sequence[str], done: Mapping[tuple[str, str], Result]
) -> None:
    """One line per task that has a score. Raises StorageError."""
    try:
        path.write_text("".join(_lines(tasks, models, done)), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): name another --labels") from None


def _lines(tasks: Sequence[Task], models: Sequence[str], done: Mapping[tuple[str, str], Result]) -> Iterator[str]:
    for task in tasks:
        found = {model: done[task.id, model] for model in models if (task.id, model) in done}
        scored = {model: each for model, each in found.items() if each.score is not None}
        if scored:
            row: dict[str, object] = {
                "id": task.id,
                "prompt": ask_of(task.chat),
                "scores": {model: each.score for model, each in scored.items()},
                "tokens": {model: each.tokens for model, each in scored.items()},
                "groups": task.groups if task.groups is not None else groups_of(task.chat),
            }
            sure = {model: each.confidence for model, each in scored.items() if each.confidence is not None}
            if sure:
                row["checks"] = {model: {"confidence": confidence} for model, confidence in sure.items()}
            yield json.dumps(row, ensure_ascii=True) + "\n"
