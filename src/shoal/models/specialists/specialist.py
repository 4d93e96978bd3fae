"""Specialist: makes a Model of a plain function from Chat to Piece; it does not know what the function does.

It measures CPU seconds, counts tokens, and turns what can go wrong inside into a typed error without prompt text.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from shoal.call import Call, ModelCard
from shoal.chat import Chat, Piece, Usage
from shoal.errors import ModelFailed
from shoal.models.one_choice import only_one

Answer = Callable[[Chat], Piece]

TOKEN = re.compile(r"\w+|[^\w\s]")
COUNTED_CHARS = 100_000
BREAKAGES = (ArithmeticError, LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError)


def count_tokens(text: str) -> int:
    """Words and marks: runs of letters and digits, and every other visible character by itself.

    Embedded specialists have no tokenizer; for English this lies near the count of a subword tokenizer. Of a text
    longer than COUNTED_CHARS the rest is taken to be like its beginning.
    """
    counted = sum(1 for _ in TOKEN.finditer(text, 0, COUNTED_CHARS))
    return counted if len(text) <= COUNTED_CHARS else round(counted * len(text) / COUNTED_CHARS)


class Specialist:
    """A Model of kind "specialist" around `answer`, which returns the whole reply as one piece.

    A quick function (below a millisecond) runs on the event loop; with `threaded` it runs in a worker thread, so that
    other requests go on meanwhile. Where the piece comes without `usage`, tokens are those of all messages and of the
    reply, and with `grounded`, for a function that reads them, those of the passages; `cpu_s` is always the function's
    own CPU time.
    """

    __slots__ = ("_answer", "_card", "_grounded", "_threaded")

    def __init__(self, card: ModelCard, answer: Answer, *, threaded: bool = False, grounded: bool = False) -> None:
        if card.kind != "specialist":
            raise ValueError(f"the card of '{card.name}' says kind '{card.kind}', not 'specialist'")
        self._card = card
        self._answer = answer
        self._threaded = threaded
        self._grounded = grounded

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def threaded(self) -> bool:
        """Whether it runs on a thread of its own, beside the event loop."""
        return self._threaded

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """One piece. Raises ModelFailed where the function breaks, RequestError where several choices are asked for,
        and the ShoalErrors that the function raises itself."""
        only_one(chat.options)
        yield await asyncio.to_thread(self._run, chat) if self._threaded else self._run(chat)

    def _run(self, chat: Chat) -> Piece:
        begun = time.thread_time()
        try:
            piece = self._answer(chat)
        except BREAKAGES as error:
            # `from None`: the cause's message may quote the prompt.
            raise ModelFailed(
                f"model '{self._card.name}' broke on this request ({type(error).__name__}): choose another model, and "
                "report it with the exchange id"
            ) from None
        cpu_s = time.thread_time() - begun
        usage = piece.usage or Usage(self._prompt_tokens(chat), count_tokens(piece.text))
        return replace(piece, usage=replace(usage, cpu_s=cpu_s))

    def _prompt_tokens(self, chat: Chat) -> int:
        messages = sum(count_tokens(message.text) for message in chat.messages)
        return messages + sum(count_tokens(passage.text) for passage in chat.passages if self._grounded)
