"""What is said: Chat, Message, Part, Passage on the way in; Piece, Choice, Citation, Usage on the way out.

The canonical form is the OpenAI chat-completions JSON, kept as it came, so that fields that nobody here knows pass
through untouched; the classes are thin views of it. They know nothing of HTTP, keys or models, and their `repr` shows
sizes, never text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import ceil
from typing import Any

Json = dict[str, Any]
DEEPEST = 200
# For guesses: most text has more bytes to a token, whatever the language; an image has about so many tokens.
BYTES_PER_TOKEN, TOKENS_PER_MESSAGE, TOKENS_PER_PART = 3, 4, 1000


def too_deep(body: bytes, value: Any) -> bool:
    """Whether the JSON `value` of `body` nests more than DEEPEST deep, which is more than can safely be written again.
    Level by level, since the stack is no place for a stranger's depth; most bodies have too few brackets to look."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


class Trust(StrEnum):
    """Where a part's text came from, most trusted first. A caller may only lower it (`content[].shoal.trust`)."""

    SYSTEM = "system"
    USER = "user"
    MEMORY = "memory"
    RETRIEVED = "retrieved"
    TOOL = "tool"

    def lowered(self, to: Trust) -> Trust:
        """`to` where it is no more trusted than this label, else this label."""
        order = tuple(Trust)
        return max(self, to, key=order.index)


_ROLE_TRUST = {
    "system": Trust.SYSTEM,
    "developer": Trust.SYSTEM,
    "user": Trust.USER,
    "assistant": Trust.MEMORY,
    "tool": Trust.TOOL,
    "function": Trust.TOOL,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message: `kind` is the OpenAI part type ("text", "image_url", ...), `wire` its JSON."""

    kind: str
    trust: Trust
    wire: Json = field(repr=False)

    @property
    def text(self) -> str:
        """The part's text; "" for a part that is not text."""
        found = self.wire.get("text") if self.kind == "text" else self.wire.get("refusal")
        return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `wire` is its OpenAI JSON without Shoal's own fields, `trust` its label, `lowered` the labels of
    single parts (by position) that the caller lowered."""

    role: str
    wire: Json = field(repr=False)
    trust: Trust
    lowered: tuple[tuple[int, Trust], ...] = ()

    @classmethod
    def of(cls, role: str, content: str, **more: Any) -> Message:
        """A text message."""
        return cls(role, {"role": role, "content": content, **more}, _ROLE_TRUST.get(role, Trust.TOOL))

    @classmethod
    def from_wire(cls, wire: Json) -> Message:
        """Reads an OpenAI message; takes Shoal's own fields out of its parts. The shape must have been checked."""
        trust = _ROLE_TRUST.get(wire["role"], Trust.TOOL)
        content = wire.get("content")
        if not isinstance(content, list) or not any("shoal" in part for part in content):
            return cls(wire["role"], wire, trust)
        lowered = tuple(
            (at, trust.lowered(Trust(part["shoal"]["trust"]))) for at, part in enumerate(content) if part.get("shoal")
        )
        bare = [{name: value for name, value in part.items() if name != "shoal"} for part in content]
        return cls(wire["role"], {**wire, "content": bare}, trust, lowered)

    def parts(self) -> Iterator[Part]:
        """The parts of the content; a plain string counts as one text part."""
        content = self.wire.get("content")
        if isinstance(content, str):
            yield Part("text", self.trust, {"type": "text", "text": content})
        elif isinstance(content, list):
            labels = dict(self.lowered)
            for at, part in enumerate(content):
                yield Part(part.get("type", ""), labels.get(at, self.trust), part)

    @property
    def text(self) -> str:
        """All text parts, joined by newlines."""
        content = self.wire.get("content")
        if isinstance(content, str):
            return content
        return "\n".join(part.text for part in self.parts() if part.text)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a grounded document. `title` is the heading path, `score` the retriever's (higher is better)."""

    id: str
    collection: str
    source: str
    title: str
    text: str = field(repr=False)
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class ShoalOptions:
    """The request extension `shoal` (DESIGN §7); every field optional."""

    collections: tuple[str, ...] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    optimize: str | None = None
    deadline_s: float | None = None
    conversation: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """What is asked. `options` holds every other field of the request (tools, temperature, unknown ones), untouched;
    `stream` whether pieces are wanted as they come."""

    model: str
    messages: tuple[Message, ...]
    options: Json = field(default_factory=dict, repr=False)
    stream: bool = False
    shoal: ShoalOptions = ShoalOptions()
    passages: tuple[Passage, ...] = ()

    @property
    def ask(self) -> str:
        """The human's last words: the text of the last user message; "" where there is none."""
        for message in reversed(self.messages):
            if message.role == "user":
                return message.text
        return ""

    @property
    def system(self) -> str:
        """The system and developer messages' text, joined by newlines."""
        return "\n".join(message.text for message in self.messages if message.trust is Trust.SYSTEM)

    def __repr__(self) -> str:
        return f"Chat(model={self.model!r}, messages={len(self.messages)}, passages={len(self.passages)})"


@dataclass(slots=True)
class Usage:
    """Tokens of one call. `cached_tokens` is the part of the prompt that a host read from its cache; `cpu_s` the CPU
    seconds of an embedded model; `wire` the host's own usage object, handed on where there is just one attempt;
    `estimated` that the tokens, or some of them, were guessed here, since the host counted none."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cpu_s: float = 0.0
    wire: Json | None = field(default=None, repr=False)
    estimated: bool = False

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def plus(self, other: Usage) -> Usage:
        """The sum of both, without `wire`."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.cpu_s + other.cpu_s,
            estimated=self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class Citation:
    """`number` is what stands in brackets in the answer; `quote` the sentence it rests on."""

    number: int
    passage: Passage
    quote: str = field(repr=False)

    def to_wire(self) -> Json:
        """The reply's form (`shoal.citations[]`)."""
        where = self.passage
        return {
            "number": self.number,
            "collection": where.collection,
            "source": where.source,
            "title": where.title,
            "passage": where.id,
            "quote": self.quote,
        }


@dataclass(slots=True)
class Choice:
    """One choice of a piece: `delta` in the form of a streamed OpenAI delta (a whole reply has it all in one: `role`,
    `content`, `tool_calls` with `index`, ...); `extra` its further fields, such as `logprobs`."""

    delta: Json = field(repr=False)
    index: int = 0
    finish_reason: str | None = None
    extra: Json | None = field(default=None, repr=False)


@dataclass(slots=True)
class Piece:
    """A part of a reply; a whole reply is a stream of one. `confidence` is the calibrated probability (0..1) that the
    reply will do, where the model knows it; `extra` the host's further top-level fields. `more` says that another piece
    follows without a wait, so that a writer may gather both; a step that keeps that one back hands on an empty one."""

    choices: list[Choice] = field(default_factory=list)
    usage: Usage | None = None
    confidence: float | None = None
    citations: tuple[Citation, ...] = ()
    extra: Json | None = field(default=None, repr=False)
    more: bool = False

    @classmethod
    def of(cls, text: str, finish_reason: str | None = "stop", **more: Any) -> Piece:
        """A piece with one choice that says `text`."""
        return cls([Choice({"role": "assistant", "content": text}, 0, finish_reason)], **more)

    @property
    def text(self) -> str:
        """The first choice's content; "" where there is none."""
        for choice in self.choices:
            if choice.index == 0:
                found = choice.delta.get("content")
                return found if isinstance(found, str) else ""
        return ""


def guess_usage(chat: Chat, pieces: int, last: Piece | None, said: Usage) -> Usage:
    """What a try took of which the host counted nothing, or only the prompt: a token for BYTES_PER_TOKEN bytes of text
    and for each piece of the reply, rather too many than too few. `last` is the reply's last piece."""
    written = max(pieces, ceil(len(last.text.encode("utf-8", "replace")) / BYTES_PER_TOKEN) if last is not None else 0)
    if said.prompt_tokens:
        return replace(said, completion_tokens=written, wire=None, estimated=True)
    bare = sum(len(passage.text) + len(passage.title) for passage in chat.passages)
    size = sum(map(_size, chat.messages)) + bare + len(str(chat.options.get("tools") or ""))
    parts = sum(part.kind != "text" for message in chat.messages for part in message.parts())
    read = ceil(size / BYTES_PER_TOKEN) + TOKENS_PER_MESSAGE * len(chat.messages) + TOKENS_PER_PART * parts
    return Usage(read, written, cpu_s=said.cpu_s, estimated=True)


def _size(message: Message) -> int:
    """Bytes of what a message says, calls of tools among it."""
    calls = message.wire.get("tool_calls")
    return len(message.text.encode("utf-8", "replace")) + len(str(calls) if calls else "")
