"""What a session is opened with: tenants, conversations, and what is wrong at start."""

from __future__ import annotations

import asyncio

import pytest

from shoal.call import ModelCard
from shoal.chat import Chat, Message
from shoal.config.trust import TrustRules
from shoal.errors import ConfigError
from shoal.trust.defence.step import DefenceStep
from shoal.trust.keys import RootKey
from tests.unit.trust.defence.fakes import guards

HOST = ModelCard("h", "chat", "host", "h")


def prompt(step: DefenceStep, tenant: str = "t", key: str = "k", talk: str | None = None, said: str = "Hi") -> str:
    """What a host sees as the system prompt."""
    defence = step.open(tenant, key, "e", talk)
    assert defence is not None
    chat = Chat("m", (Message.of("system", "Be kind."), Message.of("user", said)))
    return asyncio.run(defence.screen(chat, HOST)).messages[0].text


def step(**rules: object) -> DefenceStep:
    return DefenceStep(TrustRules.model_validate(rules), RootKey(b"k" * 32), guards())


def test_off_opens_nothing() -> None:
    assert step(mode="off").open("t", "k", "e") is None
    assert step(defence={"mode": "off"}).open("t", "k", "e") is None


def test_each_tenant_has_its_own_rules() -> None:
    found = step(tenants={"north": {"defence": {"mode": "off"}}, "south": {"defence": {"canary": {"mode": "off"}}}})
    assert found.open("north", "k", "e") is None
    assert prompt(found, "south") == "Be kind."
    assert prompt(found) != "Be kind."
    assert found.rules("south").canary == "off"
    assert found.rules("other").canary == "enforce"


def test_a_canary_belongs_to_its_conversation() -> None:
    found = step()
    first = prompt(found, talk="a")
    assert first == prompt(step(), talk="a", said="Something else")
    assert prompt(found) == prompt(found)
    others = [
        prompt(found, talk="b"),
        prompt(found, "u", talk="a"),
        prompt(found, key="l", talk="a"),
        prompt(found),
        prompt(found, said="Something else"),
        prompt(found, key="k/a", talk="a"),
    ]
    assert len({first, *others}) == 7


def test_a_path_that_cannot_be_read_is_said_at_start() -> None:
    with pytest.raises(ConfigError, match="is no path"):
        step(defence={"tools": {"rules": {"send": {"arguments": ["$.a["]}}}})
    with pytest.raises(ConfigError, match="is no path"):
        step(tenants={"t": {"defence": {"tools": {"rules": {"send": {"arguments": ["$["]}}}}}})
