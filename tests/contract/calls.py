"""Shared by tests: calls, and models on a scripted host."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from shoal.call import Call, Model, Patience, Trail, closing
from shoal.chat import Chat, Message, Piece
from shoal.config import Settings
from shoal.models.hosts.host import Hosts, open_hosts
from shoal.models.registry import Registry
from shoal.testing import ScriptedHost
from tests.waiting import SOON_S

DIALECTS = ("openai", "anthropic")


def hello(stream: bool = False, **more: Any) -> Chat:
    """The shortest chat."""
    return Chat("m", (Message.of("user", "Say hello."),), stream=stream, **more)


def make_call(
    models: Mapping[str, Any] | None = None,
    trail: Trail | None = None,
    **more: Any,
) -> Call:
    """A call that can open these models, each a Model or a pair of Model and Patience."""
    entries = {
        name: found if isinstance(found, tuple) else (found, Patience(SOON_S, SOON_S, 0))
        for name, found in (models or {}).items()
    }
    return Call(exchange_id="ex_test", tenant="test", opener=Registry(entries), trail=trail or Trail(), **more)


async def read(model: Model, chat: Chat, call: Call | None = None) -> list[Piece]:
    """All pieces of a reply."""
    async with closing(model.reply(chat, call or make_call())) as pieces:
        return [piece async for piece in pieces]


def text(pieces: list[Piece]) -> str:
    """All that they say."""
    return "".join(piece.text for piece in pieces)


@asynccontextmanager
async def opened(url: str, dialect: str = "openai", host: Mapping[str, Any] | None = None) -> AsyncIterator[Hosts]:
    """Hosts with one host "h" at `url` and one model "m" on it."""
    settings = Settings.model_validate(
        {
            "hosts": {"h": {"dialect": dialect, "base_url": url, "connect_s": SOON_S, **(host or {})}},
            "models": {"m": {"host": "h", "upstream": "theirs"}},
        }
    )
    hosts = open_hosts(settings)
    try:
        yield hosts
    finally:
        await hosts.close()


async def told(host: ScriptedHost, chat: Chat, dialect: str = "openai", **row: Any) -> list[Piece]:
    """The pieces that the bare HostModel makes of a scripted host's answer."""
    async with opened(host.url, dialect, row) as hosts:
        return await read(hosts.models["m"][0], chat)
