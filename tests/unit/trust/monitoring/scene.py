"""What the tests of monitoring share: a monitor whose scores stand in the text, and ways to stream a reply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shoal.call import Call, Trail
from shoal.chat import Chat, Choice, Json, Message, Passage, Piece
from shoal.config.trust import TrustRules
from shoal.models.registry import Registry
from shoal.trust.monitoring.session import Monitoring
from shoal.trust.monitoring.step import MonitoringStep

BAD, WORSE, SPREAD = "grumble", "growl", ("first half", "second half")
THRESHOLDS = {"violence": 0.5, "hate": 0.7}


@dataclass(frozen=True)
class Seen:
    """A verdict."""

    scores: Mapping[str, float]
    overall: float
    uncertain: bool = False


@dataclass
class MildMonitor:
    """A text with BAD is violent, one with WORSE hateful, one with both halves of SPREAD violent; one with "perhaps"
    is uncertain. BAD is also its lexicon."""

    texts: list[str] = field(default_factory=list)
    thresholds: Mapping[str, float] = field(default_factory=lambda: THRESHOLDS)

    def scores(self, texts: Sequence[str]) -> Sequence[Seen]:
        self.texts += texts
        return [self._score(text.lower()) for text in texts]

    def _score(self, text: str) -> Seen:
        violent = BAD in text or all(half in text for half in SPREAD)
        scores = {"violence": 0.99 if violent else 0.1, "hate": 0.98 if WORSE in text else 0.0}
        if "perhaps" in text:
            scores["violence"] = 0.97
        return Seen(scores, 1 - max(scores.values()), "perhaps" in text)

    def held(self, text: str) -> int:
        lower = text.lower()
        found = (size for size in range(len(BAD) - 1, 0, -1) if lower.endswith(BAD[:size]))
        size = next(found, 0)
        return size if size and not re.search(r"\w$", lower[: len(lower) - size]) else 0


def rules(**tables: Any) -> TrustRules:
    """[trust] with these tables."""
    return TrustRules.model_validate(tables)


def session(monitor: MildMonitor | None = None, tenant: str = "default", **tables: Any) -> Monitoring:
    """A session under these rules, which must not be all off."""
    found = MonitoringStep(rules(**tables), monitor=monitor or MildMonitor()).open(tenant)
    assert found is not None
    return found


def call(registry: Registry | None = None) -> Call:
    """A call that reaches the models of `registry`."""
    return Call(exchange_id="ex_1", tenant="default", opener=registry or Registry({}), trail=Trail())


def chat(*texts: str, passages: Iterable[str] = (), **options: Any) -> Chat:
    """The user says these texts; `passages` are attached."""
    found = tuple(Passage(str(at), "c", "s", "", text) for at, text in enumerate(passages))
    return Chat("m", tuple(Message.of("user", text) for text in texts), options, passages=found)


async def said(
    monitoring: Monitoring, pieces: Iterable[Piece], asked: Chat | None = None, way: Call | None = None
) -> list[Piece]:
    """What a client gets of these pieces: nothing more once monitoring has stopped."""
    way = way or call()
    await monitoring.prompt(asked or chat("Hello"), way)
    out: list[Piece] = []
    for piece in pieces:
        out.append(await monitoring.read(piece, way))
        if monitoring.stopped:
            return out
    rest = await monitoring.end(way)
    return [*out, rest] if rest is not None else out


def chunks(text: str, size: int = 4, finish: str | None = "stop", field: str = "content") -> list[Piece]:
    """A streamed text in chunks, then the finish reason."""
    pieces = [Piece([Choice({field: text[at : at + size]})]) for at in range(0, len(text), size)]
    return [*pieces, Piece([Choice({}, 0, finish)])] if finish else pieces


def text_of(pieces: Iterable[Piece], index: int = 0, field: str = "content") -> str:
    """All text of one choice."""
    deltas = (choice.delta for piece in pieces for choice in piece.choices if choice.index == index)
    return "".join(delta.get(field) or "" for delta in deltas)


def finishes(pieces: Iterable[Piece], index: int = 0) -> list[str]:
    """The finish reasons of one choice, in order."""
    found = (choice.finish_reason for piece in pieces for choice in piece.choices if choice.index == index)
    return [reason for reason in found if reason]


def arguments(pieces: Iterable[Piece], place: int = 0) -> str:
    """The arguments of one call of the first choice."""
    calls: Iterable[Json] = (
        each for piece in pieces for choice in piece.choices for each in choice.delta.get("tool_calls") or ()
    )
    return "".join(each["function"].get("arguments", "") for each in calls if each.get("index") == place)
