"""What hosts are told about keeping requests: as a table, and as a recording host got it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shoal.call import Call, Trail
from shoal.chat import Chat, Message
from shoal.config import Settings
from shoal.config.trust import TrustRules
from shoal.models.hosts.host import open_hosts
from shoal.models.hosts.rows import Row, rows
from shoal.models.hosts.unkept import ON_REQUEST, Unkept
from shoal.models.registry import Registry
from shoal.testing import ScriptedHost

NEVER = TrustRules()
ON = TrustRules.model_validate({"retention": {"host_storage": "on_request"}})
ONE = TrustRules.model_validate({"tenants": {"t": {"retention": {"host_storage": "on_request"}}}})
PLAIN = Row(dialect="openai")
OPENAI, OPENROUTER, ANTHROPIC = (rows()[name] for name in ("openai", "openrouter", "anthropic"))


@pytest.mark.parametrize(
    ("row", "retention", "rules", "given", "sent", "said"),
    [
        (OPENAI, None, NEVER, {}, {"store": False}, "store=false"),
        (OPENAI, "none", NEVER, {"store": True, "n": 1}, {"store": False, "n": 1}, "store=false"),
        (OPENAI, None, ON, {"store": True}, {"store": True}, ON_REQUEST),
        (OPENAI, None, ON, {}, {"store": False}, "store=false"),
        (OPENAI, None, ONE, {"store": True}, {"store": True}, ON_REQUEST),
        (OPENAI, "days", NEVER, {}, {}, None),
        (OPENAI, "days", NEVER, {"store": True}, {"store": False}, "store=false"),
        (OPENAI, None, NEVER, {"prompt_cache_retention": "24h"}, {"store": False}, "store=false"),
        (
            OPENAI,
            None,
            NEVER,
            {"prompt_cache_retention": "in_memory"},
            {"prompt_cache_retention": "in_memory", "store": False},
            "store=false",
        ),
        (PLAIN, None, NEVER, {}, {}, None),
        (PLAIN, None, NEVER, {"store": False}, {"store": False}, None),
        (PLAIN, None, NEVER, {"store": True}, {"store": False}, "store=false"),
        (PLAIN, None, NEVER, {"store": "yes"}, {"store": False}, "store=false"),
        (OPENROUTER, None, NEVER, {}, {"provider": {"zdr": True}}, "provider.zdr=true"),
        (
            OPENROUTER,
            None,
            NEVER,
            {"provider": {"zdr": False, "order": ["a"]}},
            {"provider": {"zdr": True, "order": ["a"]}},
            "provider.zdr=true",
        ),
        (OPENROUTER, "transient", NEVER, {"provider": {"order": ["a"]}}, {"provider": {"order": ["a"]}}, None),
        (ANTHROPIC, None, NEVER, {"store": True}, {"store": True}, None),
    ],
)
def test_what_a_host_is_told(
    row: Row, retention: str | None, rules: TrustRules, given: Any, sent: Any, said: str | None
) -> None:
    before = repr(given)
    assert Unkept(row, retention, rules).of(given, "t") == (sent, said)
    assert repr(given) == before


def test_what_need_not_change_is_handed_on_as_it_is() -> None:
    options = {"temperature": 1}
    assert Unkept(PLAIN, None, NEVER).of(options, "t")[0] is options


@pytest.mark.parametrize(("stream", "store"), [(False, None), (True, True), (False, True)])
def test_the_host_gets_it_and_the_trail_says_so(stream: bool, store: bool | None) -> None:
    async def run() -> None:
        async with ScriptedHost() as host:
            table = {"row": "openai", "base_url": host.url, "headers": {"authorization": "x"}}
            settings = Settings.model_validate({"hosts": {"h": table}, "models": {"m": {"host": "h"}}})
            hosts, trail = open_hosts(settings), Trail()
            options = {} if store is None else {"store": store}
            chat = Chat("m", (Message.of("user", "hello"),), options, stream)
            call = Call(exchange_id="e", tenant="t", opener=Registry(hosts.models), trail=trail)
            try:
                assert [piece async for piece in call.open("m").reply(chat, call)]
            finally:
                await hosts.close()
            assert host.requests[0].json["store"] is False
            assert trail.switches == {"h": "store=false"}

    asyncio.run(run())
