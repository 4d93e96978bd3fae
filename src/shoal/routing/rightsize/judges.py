"""Judges: how good an answer to a task is, from 0 to 1. Those that compare with a known answer are here; what runs code
is in `sandbox.py`, what asks a model in `rubric.py`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shoal.errors import ConfigError
from shoal.routing.checks import fits
from shoal.routing.rightsize.result import NOTHING_TAKEN, Taken
from shoal.routing.rightsize.tasks import Task

_WORDS = re.compile(r"\w+")
_ARTICLES = frozenset({"a", "an", "the"})
_FENCE = re.compile(r"\A\s*```[\w+-]*\n(.*?)\n?```\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A score from 0 to 1, or None with the code of what went wrong with the judge; `taken` is what judging took."""

    score: float | None
    error: str | None = None
    taken: Taken = NOTHING_TAKEN


class Judge(Protocol):
    """`check` raises ConfigError where a task lacks what the judge needs; `judge` says what an answer is worth."""

    @property
    def name(self) -> str: ...

    def check(self, task: Task) -> None: ...

    async def judge(self, task: Task, answer: str) -> Verdict: ...


class Exact:
    """1 where the answer is one of the known answers; capitals, blanks and the marks around it do not count."""

    name = "exact"

    def check(self, task: Task) -> None:
        """It needs `answer`."""
        known_answers(task)

    async def judge(self, task: Task, answer: str) -> Verdict:
        """A whole answer counts, not one that merely contains the known one."""
        wanted = {normalised(each) for each in known_answers(task)}
        return Verdict(float(normalised(answer) in wanted))


class Overlap:
    """The F1 of words that the answer has in common with the nearest known answer (Rajpurkar et al. 2016); English
    articles do not count."""

    name = "f1"

    def check(self, task: Task) -> None:
        """It needs `answer`."""
        known_answers(task)

    async def judge(self, task: Task, answer: str) -> Verdict:
        """The best over the known answers."""
        return Verdict(max(token_f1(answer, each) for each in known_answers(task)))


class Pattern:
    """1 where the regular expression (RE2) occurs in the answer."""

    name = "regex"

    def check(self, task: Task) -> None:
        """Its patterns must be good ones."""
        import re2  # type: ignore[import-untyped]

        options = re2.Options()
        options.log_errors = False
        for pattern in known_answers(task):
            try:
                re2.compile(pattern, options)
            except re2.error:
                raise ConfigError(f"task '{task.id}': its regular expression is not one that RE2 can read") from None

    async def judge(self, task: Task, answer: str) -> Verdict:
        """Any of the patterns will do; RE2 takes linear time whatever they are."""
        import re2

        return Verdict(float(any(re2.search(pattern, answer) is not None for pattern in known_answers(task))))


class Shape:
    """1 where the answer is JSON of the task's schema, `answer` or that of its response format. It says nothing of
    whether what stands there is right."""

    name = "schema"

    def check(self, task: Task) -> None:
        """It needs a schema that is one."""
        from jsonschema import SchemaError  # type: ignore[import-untyped]
        from jsonschema.validators import validator_for  # type: ignore[import-untyped]

        try:
            schema = _schema(task)
            validator_for(schema).check_schema(schema)
        except (SchemaError, RecursionError):
            raise ConfigError(f"task '{task.id}': its schema is not a JSON schema") from None

    async def judge(self, task: Task, answer: str) -> Verdict:
        """A fence of Markdown around it does not count."""
        try:
            found = json.loads(unfenced(answer))
        except (ValueError, RecursionError):
            return Verdict(0.0)
        return Verdict(float(fits(found, _schema(task))))


def known_answers(task: Task) -> Sequence[str]:
    """The answers that are right. Raises ConfigError where the task has none."""
    found = task.answer
    if isinstance(found, int | float) and not isinstance(found, bool):
        found = str(found)
    if isinstance(found, str):
        found = [found]
    if isinstance(found, list) and found and all(isinstance(each, str) and each.strip() for each in found):
        return found
    raise ConfigError(f"task '{task.id}' has no 'answer': this judge needs a text, or a list of texts")


def normalised(text: str) -> str:
    """Compatible characters, capitals, blanks and underscores made one; marks at both ends left out."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_]+", " ", folded).strip(" \"'`*.,;:!?()[]{}")


def token_f1(answer: str, wanted: str) -> float:
    """The harmonic mean of precision and recall of words; 1 where neither has any."""
    found, known = (
        Counter(word for word in _WORDS.findall(normalised(text)) if word not in _ARTICLES) for text in (answer, wanted)
    )
    if not found or not known:
        return float(found == known)
    shared = (found & known).total()
    return 2 * shared / (found.total() + known.total())


def unfenced(text: str) -> str:
    """What stands in a fence of Markdown, where the whole text is one."""
    inner = _FENCE.match(text)
    return inner[1] if inner else text


def _schema(task: Task) -> dict[str, Any]:
    wanted = (task.chat.options.get("response_format") or {}).get("json_schema") or {}
    schema = task.answer if task.answer is not None else wanted.get("schema")
    if not isinstance(schema, dict):
        raise ConfigError(f"task '{task.id}' has no schema: write it as 'answer', or in 'response_format'")
    return schema
