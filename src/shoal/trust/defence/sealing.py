"""What a remote host sees of a chat: data marked, and a system prompt that says so and ends with the canary.

It scores nothing, and knows nothing of replies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from shoal.chat import Chat, Message, Trust
from shoal.trust.defence.canary import Canary
from shoal.trust.defence.datamarking import Marks, Style
from shoal.trust.defence.leaves import UNTRUSTED, has_data, texts, with_passage, with_texts
from shoal.trust.masking.placeholders import Scope

OPENING_CHARS = 4000
"""Of the first system prompt and the first words of the user, so many tell one conversation from another."""

TOOLS = ("tools", "functions")


def opening(chat: Chat) -> str:
    """What stays the same over the turns of a conversation that nobody has named: how it began."""
    system = next((message.text for message in chat.messages if message.trust is Trust.SYSTEM), "")
    user = next((message.text for message in chat.messages if message.role == "user"), "")
    return f"{len(system)}/{system[:OPENING_CHARS]}{user[:OPENING_CHARS]}"


def every_text(chat: Chat) -> Iterator[str]:
    """All texts of messages and passages."""
    for message in chat.messages:
        yield from (text for _, text in texts(message))
    for passage in chat.passages:
        yield from (passage.title, passage.text)


def marks_for(scope: Scope, chat: Chat, retrieved: Style, tool: Style) -> Marks:
    """Marks that no text of the chat has."""
    said = list(every_text(chat))
    return Marks(scope, retrieved, tool, lambda character: any(character in text for text in said))


def may_need_marks(chat: Chat) -> bool:
    """Whether anything could be marked: data, or tools at hand whose results will be. With those, marks are explained
    from the first turn on: a system prompt that changed in the second would be read anew."""
    return has_data(chat) or any([chat.options.get(name) for name in TOOLS])


def count(chat: Chat, marks: Marks) -> int:
    """How many texts are marked."""
    labels = [label for message in chat.messages for label, _ in texts(message) if label in UNTRUSTED]
    labels += [Trust.RETRIEVED] * len(chat.passages)
    return sum(marks.style(label is Trust.TOOL) != "plain" for label in labels)


def marked(chat: Chat, marks: Marks) -> Chat:
    """The chat with its text of low trust marked."""

    def change(label: Trust, text: str) -> str:
        return marks.mark(text, label is Trust.TOOL) if label in UNTRUSTED else text

    return replace(
        chat,
        messages=tuple(
            with_texts(each, change) if each.trust in UNTRUSTED or each.lowered else each for each in chat.messages
        ),
        passages=tuple(with_passage(each, lambda text: marks.mark(text, tool=False)) for each in chat.passages),
    )


def sealed(chat: Chat, marks: Marks | None, canary: Canary | None) -> Chat:
    """The chat as a host may see it. The canary stands only where there is a system prompt."""
    note = None
    if marks is not None and may_need_marks(chat):
        chat, note = marked(chat, marks), marks.note
    at = _system(chat.messages)
    if at is None:
        return chat if not note else replace(chat, messages=(Message.of("system", note), *chat.messages))
    more = [each for each in (note, canary.note if canary is not None else None) if each]
    if not more:
        return chat
    messages = list(chat.messages)
    messages[at] = _appended(messages[at], "\n\n".join(more))
    return replace(chat, messages=tuple(messages))


def has_system(chat: Chat) -> bool:
    """Whether there is a system prompt."""
    return _system(chat.messages) is not None


def _system(messages: Iterable[Message]) -> int | None:
    """The place of the message that ends the system prompt: the last of those that come first."""
    found: int | None = None
    for at, message in enumerate(messages):
        if message.trust is Trust.SYSTEM:
            found = at
        elif found is not None:
            break
    return found


def _appended(message: Message, text: str) -> Message:
    """The message with `text` at its end; in a list of parts as one of its own, so that what a host has cached up to
    the last part stays good."""
    content = message.wire.get("content")
    new: object = f"{content or ''}\n\n{text}"
    if isinstance(content, list):
        new = [*content, {"type": "text", "text": text}]
    return Message(message.role, {**message.wire, "content": new}, message.trust, message.lowered)


def cleaned(message: Message, take: Callable[[str], str]) -> Message:
    """A message of this exchange's own making, without marks that a model has repeated."""
    return with_texts(message, lambda _, text: take(text))
