"""The texts in a chat by trust label, and the plain texts inside each: where one is JSON, its strings one by one.

It knows nothing of instructions or marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from shoal.chat import Chat, Message, Passage, Trust
from shoal.trust.masking.json_text import is_record, replaced, values
from shoal.trust.masking.strings import TEXT_PARTS

UNTRUSTED = frozenset({Trust.RETRIEVED, Trust.TOOL})
TRUSTED = frozenset({Trust.SYSTEM, Trust.USER})
MOST_NESTED = 6

Take = Callable[[str], str]
Change = Callable[[Trust, str], str]


def texts(message: Message) -> Iterator[tuple[Trust, str]]:
    """The texts of a message's content with their labels; what is not text is passed over."""
    content = message.wire.get("content")
    if isinstance(content, str):
        yield message.trust, content
    elif isinstance(content, list):
        for part in message.parts():
            if part.kind in TEXT_PARTS and isinstance(text := part.wire.get("text"), str):
                yield part.trust, text


def holds_data(message: Message) -> bool:
    """Whether a message may hold text of low trust."""
    return message.trust in UNTRUSTED or bool(message.lowered)


def has_data(chat: Chat) -> bool:
    """Whether a chat may hold text of low trust."""
    return bool(chat.passages) or any([holds_data(message) for message in chat.messages])


def data_texts(messages: Iterable[Message], passages: Iterable[Passage]) -> Iterator[str]:
    """The texts of low trust."""
    for message in messages:
        if holds_data(message):
            yield from (text for label, text in texts(message) if label in UNTRUSTED)
    for passage in passages:
        yield from (passage.title, passage.text)


def trusted_texts(messages: Iterable[Message]) -> Iterator[str]:
    """What system and user say themselves."""
    for message in messages:
        yield from (text for label, text in texts(message) if label in TRUSTED)


def with_texts(message: Message, change: Change) -> Message:
    """The message with every text as `change` gives it back; the same object where nothing changed."""
    content = message.wire.get("content")
    new: object = content
    if isinstance(content, str):
        new = change(message.trust, content)
    elif isinstance(content, list):
        new = [
            {**part.wire, "text": change(part.trust, text)}
            if part.kind in TEXT_PARTS and isinstance(text := part.wire.get("text"), str)
            else part.wire
            for part in message.parts()
        ]
    return message if new == content else replace(message, wire={**message.wire, "content": new})


def with_passage(passage: Passage, take: Take) -> Passage:
    """The passage with title and text as `take` gives them back; the same object where nothing changed."""
    title, text = take(passage.title), take(passage.text)
    if (title, text) == (passage.title, passage.text):
        return passage
    return replace(passage, title=title, text=text)


def rewritten(text: str, take: Take, nested: int = 0) -> str:
    """`text` with every plain text in it as `take` gives it back: of JSON (one document, or one a line) the strings and
    names, JSON in strings included; else the text itself. Asks in the same order each time."""
    if nested < MOST_NESTED and text.lstrip()[:1] in ("{", "["):
        if is_record(text):
            return _record(text, take, nested)
        lines = text.splitlines(keepends=True)
        if len(lines) > 1 and is_record(lines[0]):
            return "".join(_record(line, take, nested) if is_record(line) else take(line) for line in lines)
    return take(text)


def _record(text: str, take: Take, nested: int) -> str:
    strings = [value for value in values(text) if not value.number]
    said = [rewritten(value.said, take, nested + 1) for value in strings]
    changes = [(value, new) for value, new in zip(strings, said, strict=True) if new != value.said]
    return replaced(text, changes) if changes else text


def leaves(text: str) -> list[str]:
    """The plain texts in `text`, in the order in which `rewritten` asks."""
    found: list[str] = []

    def keep(leaf: str) -> str:
        found.append(leaf)
        return leaf

    rewritten(text, keep)
    return found
