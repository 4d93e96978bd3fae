"""Checks of a small model's answer: refusal, form, log-probabilities, agreement with itself, confidence, grounding.

A check sees the request and the whole answer. It says nothing, or why it doubts; whether an answer is right it does not
know.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from shoal.call import Call, Purpose, closing
from shoal.chat import Chat, Json, Piece

NOTHING = frozenset({"", "n/a", "none", "null", "unknown"})
# How models decline, at the beginning of an answer.
_REFUSAL = re.compile(
    r"\W*(?:i(?:['’]m| am)? (?:sorry|afraid|unable|not (?:able|sure|certain))|i (?:can(?:no|['’])t|do(?: not|n['’]t) "
    r"(?:know|have)|could(?: not|n['’]t))|unfortunately|as an ai\b|es tut mir leid|ich kann (?:nicht|leider)|"
    r"je (?:suis désolé|ne peux pas)|lo siento|no puedo)",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that has been read to its end."""

    pieces: Sequence[Piece] = field(repr=False)

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def finish(self) -> str | None:
        """Why it ended."""
        for piece in reversed(self.pieces):
            for choice in piece.choices:
                if choice.finish_reason is not None:
                    return choice.finish_reason
        return None

    @property
    def calls_tools(self) -> bool:
        """Whether it asks for tools."""
        return any(choice.delta.get("tool_calls") for piece in self.pieces for choice in piece.choices)

    @property
    def confidence(self) -> float | None:
        """The model's own calibrated confidence, where it gives one."""
        return next((piece.confidence for piece in reversed(self.pieces) if piece.confidence is not None), None)

    def logprobs(self) -> list[float]:
        """The log-probabilities of its tokens, where the host gave them."""
        found: list[float] = []
        for piece in self.pieces:
            for choice in piece.choices:
                content = ((choice.extra or {}).get("logprobs") or {}).get("content") or ()
                found += [token["logprob"] for token in content if isinstance(token.get("logprob"), int | float)]
        return found


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an answer is not trusted, in a few words that hold none of it."""

    reason: str


class Check(Protocol):
    """A check of an answer. `prepared` may add what it needs to the request (log-probabilities); the chat that `doubt`
    is given names the model that answered."""

    @property
    def name(self) -> str: ...

    def prepared(self, chat: Chat) -> Chat: ...

    async def doubt(self, chat: Chat, reply: Reply, call: Call) -> Doubt | None: ...


class Plain:
    """What most checks have in common: they need nothing of the request."""

    def prepared(self, chat: Chat) -> Chat:
        """The request as it is."""
        return chat


class Refusal(Plain):
    """Doubts an answer that is empty, declines, or was cut off."""

    name = "refusal"

    async def doubt(self, chat: Chat, reply: Reply, call: Call) -> Doubt | None:
        """Tool calls are an answer too."""
        if reply.calls_tools:
            return None
        text = reply.text.strip()
        if text.lower().rstrip(".") in NOTHING:
            return Doubt("empty")
        if reply.finish in ("length", "content_filter"):
            return Doubt(f"ended by {reply.finish}")
        return Doubt("declined") if _REFUSAL.match(text) else None


class Form(Plain):
    """Doubts an answer that is not of the form that `response_format` asks for: JSON, and of its schema. A schema that
    is none, or points elsewhere, says nothing."""

    name = "form"

    async def doubt(self, chat: Chat, reply: Reply, call: Call) -> Doubt | None:
        """Checks nothing where no form is asked for."""
        wanted = chat.options.get("response_format")
        if not isinstance(wanted, dict) or wanted.get("type") not in ("json_object", "json_schema"):
            return None
        try:
            found = json.loads(reply.text)
        except ValueError:
            return Doubt("not JSON")
        if wanted["type"] == "json_object":
            return None if isinstance(found, dict) else Doubt("not a JSON object")
        schema = (wanted.get("json_schema") or {}).get("schema")
        return None if not isinstance(schema, dict) or fits(found, schema) else Doubt("not of the schema")


class Surprise:
    """Doubts an answer whose tokens were improbable to the model itself: mean log-probability below `least`. Where the
    host gives none, it doubts only if `needed`."""

    name = "logprobs"

    def __init__(self, least: float = -0.5, *, needed: bool = True) -> None:
        self._least = least
        self._needed = needed

    def prepared(self, chat: Chat) -> Chat:
        """Asks the host for log-probabilities."""
        return replace(chat, options={**chat.options, "logprobs": True})

    async def doubt(self, chat: Chat, reply: Reply, call: Call) -> Doubt | None:
        """The mean over all tokens of the answer."""
        found = reply.logprobs()
        if not found:
            return Doubt("no log-probabilities") if self._needed else None
        mean = math.fsum(found) / len(found)
        return Doubt(f"log-probability {mean:.2f} < {self._least:g}") if mean < self._least else None


class Confidence(Plain):
    """Doubts an answer whose model's own calibrated confidence is below `least`, or that gives none."""

    name = "confidence"

    def __init__(self, least: float = 0.7) -> None:
        self._least = least

    async def doubt(self, chat: Chat, reply: Reply, call: Call) -> Doubt | None:
        """Specialists give one; hosts do not."""
        found = reply.confidence
        if found is None:
            return Doubt("no confidence")
        return Doubt(f"confidence {found:.2f} < {self._least:g}") if found < self._least else None


class Agreement(Plain):
    """Doubts an answer that the same model does not give again: of `samples` more answers, at least `least` must agree
    (the same last number, or else half of the words in common). Costs as many more calls: for cheap models."""

    name = "agreement"

    def __init__(self, samples: int = 2, least: float = 0.5) -> None:
        self._samples = samples
        self._least = least

    async def doubt(self, chat: Chat, reply: Reply, call: Call) -> Doubt | None:
        """The further answers are judges' work in the ledger."""
        again = replace(chat, options={**chat.options, "temperature": 0.7})
        judging, agreed = call.narrowed(purpose=Purpose.JUDGE), 0
        for _ in range(self._samples):
            async with closing(judging.open(chat.model).reply(again, judging)) as pieces:
                other = Reply([piece async for piece in pieces])
            agreed += same(reply.text, other.text)
        share = agreed / self._samples
        return Doubt(f"{agreed} of {self._samples} answers agree") if share < self._least else None


class Support(Plain):
    """Doubts a grounded answer whose numbers do not occur in the passages, or that cites none of them."""

    name = "grounding"

    async def doubt(self, chat: Chat, reply: Reply, call: Call) -> Doubt | None:
        """Checks nothing where no passages are attached."""
        if not chat.passages:
            return None
        text = "\n".join([chat.ask, *(passage.text for passage in chat.passages)])
        unknown = set(_NUMBER.findall(re.sub(r"\[\d+\]", " ", reply.text))) - set(_NUMBER.findall(text))
        if unknown:
            return Doubt(f"{len(unknown)} numbers are not in the passages")
        words = {word for word in _WORDS.findall(reply.text.lower()) if len(word) > 4}
        known = set(_WORDS.findall(text.lower()))
        return Doubt("few of its words are in the passages") if words and len(words & known) < len(words) / 2 else None


def fits(value: Any, schema: Json) -> bool:
    """Whether a value is of a JSON schema. Nothing that a schema points to is fetched."""
    from jsonschema import SchemaError  # type: ignore[import-untyped]
    from jsonschema.validators import validator_for  # type: ignore[import-untyped]
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        kind = validator_for(schema)
        kind.check_schema(schema)
        return bool(kind(schema, registry=Registry()).is_valid(value))
    except (SchemaError, Unresolvable, RecursionError):
        return True


def same(one: str, other: str) -> bool:
    """Whether two answers agree: on the last number where both have one, else on half of all words."""
    numbers = _NUMBER.findall(one), _NUMBER.findall(other)
    if numbers[0] and numbers[1]:
        return bool(numbers[0][-1] == numbers[1][-1])
    words = set(_WORDS.findall(one.lower())), set(_WORDS.findall(other.lower()))
    every = words[0] | words[1]
    return not every or 2 * len(words[0] & words[1]) >= len(every)
