"""The contract of `Model`, run on the fake and on hosts in both dialects."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial

import pytest

from shoal.errors import ModelFailed
from shoal.testing import ScriptedHost, ScriptedModel, fails, stream
from tests.contract.calls import DIALECTS, opened
from tests.contract.model_suite import CHECKS, Subject
from tests.waiting import LET_GO_S


@asynccontextmanager
async def fake() -> AsyncIterator[Subject]:
    hanging = ScriptedModel(["Hel", asyncio.Event()])

    async def let_go() -> None:
        assert hanging.running == 0
        assert hanging.cancelled == 1

    yield Subject(
        answers=ScriptedModel(["Hel", "lo"]),
        fails=ScriptedModel([ModelFailed("the model broke: see the log")]),
        hangs=hanging,
        let_go=let_go,
    )


@asynccontextmanager
async def host(dialect: str) -> AsyncIterator[Subject]:
    async with AsyncExitStack() as stack:
        silent = ScriptedHost(otherwise=stream("Hel", until=asyncio.Event()))
        servers = [ScriptedHost(), ScriptedHost(otherwise=fails(500)), silent]
        for server in servers:
            await stack.enter_async_context(server)
        answers, failing, hanging = [
            (await stack.enter_async_context(opened(each.url, dialect))).models["m"][0] for each in servers
        ]

        async def let_go() -> None:
            await silent.until(lambda: silent.connections == 0, LET_GO_S)

        yield Subject(answers, failing, hanging, let_go)


SUBJECTS: dict[str, Callable[[], AbstractAsyncContextManager[Subject]]] = {
    "fake": fake,
    **{dialect: partial(host, dialect) for dialect in DIALECTS},
}


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_model(subject: str, check: Callable[[Subject], Awaitable[None]]) -> None:
    async def test() -> None:
        async with SUBJECTS[subject]() as made:
            await check(made)

    asyncio.run(test())
