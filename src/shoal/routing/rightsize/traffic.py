"""Kept, masked exchanges of one organisation as tasks, and what each family of them took. It reads no store and calls
no model."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shoal.chat import Chat, Json
from shoal.routing.features import ask_of
from shoal.routing.feedback_labels import chat_of
from shoal.routing.rightsize.families import families
from shoal.routing.rightsize.result import NOTHING_TAKEN, Taken
from shoal.routing.rightsize.tasks import Task

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A kept exchange: `prompt` its masked transcript, `reply` the masked answer's text, `taken` what it took."""

    id: str
    model: str
    prompt: Json = field(repr=False)
    reply: str = field(repr=False)
    tags: Mapping[str, str] | None
    taken: Taken

    @property
    def chat(self) -> Chat:
        """What was asked."""
        return chat_of(self.model, self.prompt, self.tags)


@dataclass(frozen=True, slots=True)
class Family:
    """`share` (0..1) of the exchanges; `models` how many each answered; `examples` are ids of exchanges."""

    name: str
    count: int
    share: float
    models: Mapping[str, int]
    taken: Taken
    examples: Sequence[str]


def sampled(names: Collection[str], most: int) -> list[str]:
    """At most so many of the exchanges, the same ones whenever they are asked for, in the order of their ids."""
    drawn = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())[:most]
    return sorted(drawn)


def parted(exchanges: Sequence[Exchanged]) -> list[str]:
    """The family of each exchange."""
    return families([Task(each.id, each.chat) for each in exchanges])


def summed(exchanges: Sequence[Exchanged], names: Sequence[str]) -> list[Family]:
    """The families, the largest first."""
    parts: dict[str, list[Exchanged]] = {}
    for each, name in zip(exchanges, names, strict=True):
        parts.setdefault(name, []).append(each)
    found = [_family(name, part, len(exchanges)) for name, part in parts.items()]
    return sorted(found, key=lambda each: (-each.count, each.name))


def _family(name: str, part: Sequence[Exchanged], every: int) -> Family:
    models: dict[str, int] = {}
    taken = NOTHING_TAKEN
    for each in part:
        models[each.model] = models.get(each.model, 0) + 1
        taken += each.taken
    examples = sampled([each.id for each in part], EXAMPLES)
    return Family(name, len(part), len(part) / every, models, taken, examples)


def has_ask(each: Exchanged) -> bool:
    """Whether anything is left of what was asked."""
    return bool(ask_of(each.chat))


def line_of(each: Exchanged, family: str, *, answer: bool) -> Json:
    """The line of a file of tasks; with what was answered as the known answer, where that is wished and it is text."""
    line: Json = {
        "id": each.id,
        "messages": [{"role": message.role, "content": message.text} for message in each.chat.messages],
        "family": family,
    }
    if each.tags:
        line["tags"] = dict(each.tags)
    if answer and each.reply:
        line["answer"] = each.reply
    return line


def text_of(reply: Mapping[str, Any]) -> str:
    """The text of a kept reply's first choice; "" where it has none."""
    choices = reply.get("choices") or [{}]
    said = choices[0].get("content")
    return said if isinstance(said, str) else ""
