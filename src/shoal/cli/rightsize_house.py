"""Answers the tasks of `shoal rightsize` in this process, the way every request goes: masked, metered, within limits,
in the ledger. It judges nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from shoal.call import Purpose, closing
from shoal.exchange import Exchange
from shoal.routing.rightsize.result import Reached, Taken

if TYPE_CHECKING:
    from shoal.assembly import Assembly
    from shoal.chat import Chat, Piece
    from shoal.identity import Key
    from shoal.routing.rightsize.tasks import Task


class InHouse:
    """Answers tasks, and asks judges, with the rights of one key."""

    def __init__(self, opened: Assembly, key: Key) -> None:
        self._house = opened.house
        self._key = key

    async def answer(self, task: Task, model: str) -> Reached:
        """A model's answer. Raises ShoalErrors."""
        return await self._reach(replace(task.chat, model=model), Purpose.ANSWER)

    async def ask(self, chat: Chat) -> Reached:
        """A judge's answer. Raises ShoalErrors."""
        return await self._reach(chat, Purpose.JUDGE)

    async def _reach(self, chat: Chat, purpose: Purpose) -> Reached:
        exchange = Exchange(self._house, self._key, chat, purpose)
        try:
            async with closing(exchange.travel()) as pieces:
                read = [piece async for piece in pieces]
            exchange.delivered()
        finally:
            await exchange.settled()
        record = exchange.record
        return Reached(
            said(read),
            exchange.confidence,
            record.latency_s,
            record.usage().completion_tokens,
            Taken.of(record.impacts),
        )


def said(pieces: list[Piece]) -> str:
    """The answer's text; where it calls tools instead, the calls as JSON."""
    text = "".join(piece.text for piece in pieces)
    if text:
        return text
    calls: dict[int, dict[str, str]] = {}
    for piece in pieces:
        for choice in piece.choices:
            for part in choice.delta.get("tool_calls") or ():
                call = calls.setdefault(part.get("index", 0), {"name": "", "arguments": ""})
                for name, value in (part.get("function") or {}).items():
                    if name in call and isinstance(value, str):
                        call[name] += value
    return orjson.dumps([calls[at] for at in sorted(calls)]).decode() if calls else ""
