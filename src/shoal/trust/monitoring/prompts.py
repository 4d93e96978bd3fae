"""The prompt as monitoring sees it: what the user says that is new, in stretches. It judges nothing."""

from __future__ import annotations

from collections.abc import Iterator

from shoal.chat import Chat, Trust
from shoal.trust.monitoring.check import Stretch
from shoal.trust.monitoring.units import Cutter

STRETCH = 400
WHOLE = 4000


def new_texts(chat: Chat) -> list[str]:
    """The user's last texts, up to the reply before them, whatever follows them: a caller may put words into the
    model's mouth. What a caller marked as less trusted is data, and defence looks at it."""
    texts: list[str] = []
    for message in reversed(chat.messages):
        if message.role == "user":
            texts += reversed([part.text for part in message.parts() if part.trust is Trust.USER and part.text.strip()])
        elif texts and message.role == "assistant":
            break
    return texts[::-1]


def stretches(text: str) -> Iterator[Stretch]:
    """A text that is short enough as a whole; a longer one also in stretches of about STRETCH characters, so that a
    few words are not lost among many; only so where it is longer than WHOLE."""
    if len(text) <= WHOLE:
        yield Stretch(text)
    if len(text) <= STRETCH:
        return
    cutter = Cutter(STRETCH, lambda _: 0)
    gathered = before = ""
    for unit in (*cutter.feed(text), *cutter.close()):
        if gathered and len(gathered) + len(unit.text) > STRETCH:
            yield Stretch(gathered, before)
            gathered, before = "", gathered
        gathered += unit.text
    if gathered:
        yield Stretch(gathered, before)
