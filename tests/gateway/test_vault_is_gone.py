"""Once an exchange has ended, however it did, nothing points at its vault, its session or its chat any more."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from shoal.chat import Piece
from shoal.config.trust import TrustRules
from shoal.errors import HostCut
from shoal.testing import ScriptedModel
from shoal.trust.masking.session import Session
from shoal.trust.masking.vault import Vault
from tests import web
from tests.gateway.house import Running, running
from tests.waiting import until

MAIL = "jane.gone@example.org"
CUT, FAULT = "(the host cuts)", "(a fault of ours)"
SCRIPT: list[Any] = [f"so {MAIL}", " it was"]


class Forgetful(ScriptedModel):
    """Plays its script and keeps no chat; its errors are new each time, since an error keeps what it came through."""

    async def _play(self, script: Any, streamed: bool) -> Any:
        self.chats.clear()
        self.calls.clear()
        for line in script:
            match line:
                case asyncio.Event():
                    await line.wait()
                case _ if line is CUT:
                    raise HostCut("no more", host="h")
                case _ if line is FAULT:
                    raise ValueError("no more")
                case _:
                    yield Piece.of(line, None)


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many vaults and sessions that were made in the test are still there."""
    made: list[weakref.ref[Any]] = []

    def noting(kind: type) -> None:
        begin = kind.__init__  # type: ignore[misc]

        def beginning(self: Any, *args: Any, **named: Any) -> None:
            begin(self, *args, **named)
            made.append(weakref.ref(self))

        monkeypatch.setattr(kind, "__init__", beginning)

    noting(Vault)
    noting(Session)

    def count() -> int:
        assert made
        gc.collect()
        return sum(each() is not None for each in made)

    return count


def ask(house: Running, model: str, stream: bool) -> int:
    body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": f"write to {MAIL}"}]}
    headers = {"x-api-key": house.member}
    return web.post(f"{house.url}/v1/chat/completions", json=body, headers=headers).status_code


@pytest.mark.parametrize("mode", ["enforce", "observe"])
@pytest.mark.parametrize("stream", [False, True])
def test_the_vault_goes_with_its_exchange(tmp_path: Any, alive: Callable[[], int], mode: str, stream: bool) -> None:
    rules = TrustRules.model_validate({"mode": mode, "masking": {"tier": "patterns"}})
    models: tuple[Forgetful, ...] = (
        Forgetful(SCRIPT, name="well"),
        Forgetful([*SCRIPT, CUT], name="cut"),
        Forgetful([CUT], name="fails"),
        Forgetful([MAIL, FAULT], name="odd"),
    )
    with running(tmp_path, *models, trust=rules) as house:
        for model in ("well", "cut", "fails", "odd", "nobody"):
            ask(house, model, stream)
        assert house.idle()
        until(lambda: alive() == 0)


def test_the_vault_goes_with_a_client_that_hangs_up(tmp_path: Any, alive: Callable[[], int]) -> None:
    rules = TrustRules.model_validate({"masking": {"tier": "patterns"}})
    never = asyncio.Event()
    with running(tmp_path, Forgetful([*SCRIPT, never], name="waits"), trust=rules) as house:
        body = {"model": "waits", "stream": True, "messages": [{"role": "user", "content": f"write to {MAIL}"}]}
        url, headers = f"{house.url}/v1/chat/completions", {"x-api-key": house.member}
        with web.stream("POST", url, json=body, headers=headers) as answer:
            assert answer.status_code == 200, answer.read()
            pieces = answer.iter_raw()
            assert next(pieces)
            assert alive() > 0
        assert house.idle()
        until(lambda: alive() == 0)
