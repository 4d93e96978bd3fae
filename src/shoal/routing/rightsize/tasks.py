"""Tasks to try models on, read from JSON Lines. It knows what a task holds, not how an answer is judged.

A line is `{"prompt": "...", "answer": "..."}`, or `messages` for `prompt`; with `id`, `family`, `tags`, `tools`,
`response_format`, `tests` or `rubric` where wanted. A line of labels (`labels.py`) is one too: its scores are known
then, and the models that it lacks are asked.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shoal.chat import Chat, Json, Message, ShoalOptions
from shoal.config import nearest
from shoal.errors import ConfigError
from shoal.routing.groups import groups_told

MOST_TASKS = 100_000
MOST_NAME = 200
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
KNOWN = (
    *("id", "prompt", "messages", "answer", "tests", "rubric", "family", "tags", "tools", "response_format"),
    "max_tokens",
)
LABELLED = ("scores", "tokens", "groups", "model", "propensity", "checks")
"""What a line of labels may hold beside."""
PASSED_ON = ("tools", "response_format", "max_tokens")


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody said of a model's answer before: its score from 0 to 1, and its output tokens."""

    score: float
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """One task: `chat` is what is asked, of no model yet; `answer`, `tests` and `rubric` are for its judge, `family`
    what kind of task it is, None where nobody said. `known` are scores by model that a label brought, `groups` what it
    says that the ask belongs to."""

    id: str
    chat: Chat
    answer: Any = field(default=None, repr=False)
    tests: str | None = field(default=None, repr=False)
    rubric: str | None = field(default=None, repr=False)
    family: str | None = None
    known: Mapping[str, Known] = field(default_factory=dict)
    groups: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Tasks:
    """All tasks of a file; `digest` is the SHA-256 of what its lines say; `copies` how many of them are left out."""

    all: Sequence[Task] = field(repr=False)
    digest: str
    copies: int = 0

    def __len__(self) -> int:
        return len(self.all)


def read_tasks(path: Path) -> Tasks:
    """The tasks of a file, each once, whatever its id. Raises ConfigError that names the first line that is not of the
    form, ids that come twice, and a file without a task."""
    try:
        with path.open(encoding="utf-8") as lines:
            return without_copies(tasks_of(_rows(lines, path)))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8: convert it first (for example with iconv)") from None


def tasks_of(rows: Iterable[tuple[int, Json]]) -> Tasks:
    """Tasks from numbered lines. Raises ConfigError."""
    found: list[Task] = []
    digest = hashlib.sha256()
    for at, row in rows:
        if len(found) == MOST_TASKS:
            raise ConfigError(f"there are more than {MOST_TASKS:,} tasks: take a sample")
        found.append(_task(row, at))
        digest.update(json.dumps(row, sort_keys=True).encode() + b"\n")
    if not found:
        raise ConfigError("there are no tasks: write one JSON object per line, with 'prompt' and 'answer'")
    twice = [name for name, count in Counter(task.id for task in found).items() if count > 1]
    if twice:
        named = ", ".join(f"'{name[:40]}'" for name in twice[:3])
        raise ConfigError(f"{len(twice)} ids come more than once ({named}): give each task an id of its own")
    return Tasks(found, digest.hexdigest())


def without_copies(tasks: Tasks) -> Tasks:
    """The first of those that ask the same and are judged alike: the same ask again is no other draw, and would make
    intervals and certificates surer than they are. One that brings scores is a request that somebody sent: it stays."""
    known: dict[str, Task] = {}
    for at, task in enumerate(tasks.all):
        known.setdefault(str(at) if task.known else _said(task), task)
    return Tasks(list(known.values()), tasks.digest, len(tasks) - len(known))


def _said(task: Task) -> str:
    """What is asked and how it is judged; nothing of its name or family."""
    chat = task.chat
    asked = [[message.wire for message in chat.messages], chat.options, dict(chat.shoal.tags), task.groups]
    return json.dumps([*asked, task.answer, task.tests, task.rubric], sort_keys=True)


def _rows(lines: Iterable[str], path: Path) -> Iterable[tuple[int, Json]]:
    for at, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise ConfigError(f"{path}, line {at}: this is not JSON") from None
        if not isinstance(row, dict):
            raise ConfigError(f"{path}, line {at}: this is not a JSON object")
        yield at, row


def _task(row: Json, at: int) -> Task:
    for name in row:
        if name not in KNOWN and name not in LABELLED:
            raise ConfigError(f"line {at} of the tasks: '{name[:40]}'{nearest(name[:40], (*KNOWN, *LABELLED))}")
    tags = _texts(row, "tags", at) or {}
    options = {name: row[name] for name in PASSED_ON if row.get(name) is not None}
    chat = Chat("", _messages(row, at), options, shoal=ShoalOptions(collections=(), tags=tags))
    name = row.get("id", at)
    if not isinstance(name, str | int) or len(str(name)) > MOST_NAME:
        raise ConfigError(f"line {at} of the tasks: 'id' must be a text of at most {MOST_NAME} characters")
    text = {each: _text(row, each, at) for each in ("tests", "rubric", "family")}
    told = (row.get("answer"), text["tests"], text["rubric"], text["family"])
    groups = _texts(row, "groups", at)
    return Task(str(name), chat, *told, _known(row, at), None if groups is None else groups_told(groups))


def _known(row: Json, at: int) -> dict[str, Known]:
    scores, tokens = (_numbers(row, name, at, most) for name, most in (("scores", 1.0), ("tokens", 1e9)))
    return {name: Known(score, int(tokens.get(name, 0))) for name, score in scores.items()}


def _numbers(row: Json, name: str, at: int, most: float) -> dict[str, float]:
    found = row.get(name) or {}
    if not isinstance(found, dict) or not all(
        isinstance(each, int | float) and 0 <= each <= most for each in found.values()
    ):
        raise ConfigError(f"line {at} of the tasks: '{name}' must be an object of numbers from 0 to {most:g} by model")
    return {str(model): float(each) for model, each in found.items()}


def _texts(row: Json, name: str, at: int) -> dict[str, str] | None:
    found = row.get(name)
    if found is not None and not (isinstance(found, dict) and all(isinstance(each, str) for each in found.values())):
        raise ConfigError(f"line {at} of the tasks: '{name}' must be an object of texts")
    return found


def _text(row: Json, name: str, at: int) -> str | None:
    found = row.get(name)
    if found is not None and not (isinstance(found, str) and found.strip()):
        raise ConfigError(f"line {at} of the tasks: '{name}' must be a text")
    if name == "family" and found is not None and len(found) > MOST_NAME:
        raise ConfigError(f"line {at} of the tasks: 'family' must have at most {MOST_NAME} characters")
    return found


def _messages(row: Json, at: int) -> tuple[Message, ...]:
    prompt, messages = row.get("prompt"), row.get("messages")
    if isinstance(prompt, str) and prompt.strip() and messages is None:
        return (Message.of("user", prompt),)
    if isinstance(messages, list) and messages and prompt is None and all(map(_is_message, messages)):
        return tuple(map(Message.from_wire, messages))
    raise ConfigError(f"line {at} of the tasks needs either 'prompt' (a text) or 'messages' (a list of messages)")


def _is_message(found: Any) -> bool:
    if not isinstance(found, dict) or found.get("role") not in ROLES:
        return False
    content = found.get("content")
    if isinstance(content, list):
        return all(isinstance(part, dict) and "shoal" not in part for part in content)
    return content is None or isinstance(content, str)
