"""A fault inside any step, with the prompt in its message: neither the log nor the answer repeats it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.exc import StatementError

from shoal.chat import Chat
from shoal.cli.logs import to_stderr
from shoal.config.trust import TrustRules
from shoal.exchange import Exchange
from shoal.gateway.openai_reply import EventWriter
from shoal.stores.ledger import SqlLedger
from shoal.testing import ScriptedModel
from shoal.trust.masking.detect import Detector
from shoal.trust.masking.session import Session
from shoal.trust.masking.vault import Vault
from shoal.trust.retention.last_words import say_no_text_of_tasks
from tests import web
from tests.gateway.house import Running, running

WORDS = "kitchenpaperlanterns"
MAIL = f"{WORDS}@example.org"
ENFORCE, OBSERVE = ({"mode": mode, "masking": {"tier": "patterns"}} for mode in ("enforce", "observe"))


class Odd(Exception):
    """Shows what it was given in every way that it can."""

    def __repr__(self) -> str:
        return f"Odd({self.args[0]})"


class Table(BaseModel):
    count: int


def of_pydantic(text: str) -> Exception:
    try:
        TypeAdapter(Table).validate_python({"count": text})
    except ValidationError as error:
        return error
    raise AssertionError


def of_json(text: str) -> Exception:
    try:
        orjson.loads(f'{{"{text}')
    except orjson.JSONDecodeError as error:
        return error
    raise AssertionError


MAKE: dict[str, Callable[[str], Exception]] = {
    "value": ValueError,
    "odd": Odd,
    "unicode": lambda text: UnicodeEncodeError("ascii", text, 0, 1, text),
    "pydantic": of_pydantic,
    "json": of_json,
    "database": lambda text: StatementError(text, f"SELECT '{text}'", {"a": text}, ValueError(text)),
    "key": KeyError,
    "group": lambda text: ExceptionGroup(text, [ValueError(text)]),
    "stop": StopAsyncIteration,
    "timeout": TimeoutError,
}
STEPS: list[tuple[type, str]] = [
    *((Exchange, name) for name in ("_admit", "_prepare", "_ground", "_mask", "_defend", "_let_out", "_note")),
    *((Exchange, name) for name in ("_unmask", "_rests", "_screen", "_call", "_answer", "_settle", "_tell")),
    *((Exchange, name) for name in ("_account", "summary")),
    (ScriptedModel, "reply"),
    (Session, "mask"),
    (Session, "restore"),
    (Vault, "mask"),
    (Vault, "streamer"),
    (Detector, "candidates"),
    (EventWriter, "add"),
    (SqlLedger, "add"),
]


@pytest.fixture(params=["enforce", "observe"], scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    rules = TrustRules.model_validate(ENFORCE if request.param == "enforce" else OBSERVE)
    with running(tmp_path_factory.mktemp("data"), ScriptedModel(["so ", MAIL]), trust=rules) as found:
        found.loop.call_soon_threadsafe(say_no_text_of_tasks, found.loop)
        yield found


@pytest.fixture(autouse=True)
def _log() -> Iterator[None]:
    to_stderr("debug", as_json=True)
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def client() -> Iterator[web.Client]:
    with web.Client() as opened:
        yield opened


def ask(client: web.Client, house: Running, stream: bool) -> web.Response:
    body = {"model": "scripted", "stream": stream, "messages": [{"role": "user", "content": f"write to {MAIL}"}]}
    return client.post(f"{house.url}/v1/chat/completions", json=body, headers={"x-api-key": house.member})


@pytest.mark.parametrize(("where", "name"), STEPS, ids=lambda value: getattr(value, "__name__", value))
def test_a_fault_in_a_step_is_told_without_its_words(
    client: web.Client,
    house: Running,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    where: type,
    name: str,
) -> None:
    for kind, make in MAKE.items():

        def broken(*_: Any, _make: Callable[[str], Exception] = make, **__: Any) -> Any:
            raise _make(f"{WORDS} said no")

        with monkeypatch.context() as patch:
            patch.setattr(where, name, broken)
            for stream in (False, True):
                answered = ask(client, house, stream)
                # What was asked for comes back in the answer; an error must not hold it.
                said = answered.text if answered.status_code != 200 else _errors(answered.text)
                assert WORDS not in said, (kind, stream)
            assert house.idle()
    told = capfd.readouterr()
    assert WORDS not in told.out + told.err
    with caplog.at_level(logging.DEBUG):
        assert WORDS not in caplog.text


def _errors(text: str) -> str:
    lines = [line.removeprefix("data: ") for line in text.splitlines() if '"error"' in line]
    return "".join(json.dumps(json.loads(line).get("error")) for line in lines if line.startswith("{"))


def test_no_repr_shows_a_prompt(client: web.Client, house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    prepare = Exchange._prepare

    async def looking(self: Exchange, call: Any) -> Chat:
        chat = await prepare(self, call)
        message = chat.messages[0]
        seen.extend(map(repr, (self, chat, message, *message.parts(), self._session, self.record, self.trail, call)))
        return chat

    monkeypatch.setattr(Exchange, "_prepare", looking)
    assert ask(client, house, False).status_code == 200
    assert seen
    assert not any(WORDS in each for each in seen)
