"""Scopes, tenants and lists: what a session is opened with."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.chat import Chat, ShoalOptions
from shoal.config.trust import Masking, TenantTrust, TrustRules
from shoal.errors import ConfigError
from shoal.trust.keys import RootKey
from shoal.trust.masking.step import MaskingStep

ROOT = RootKey(b"k" * 32)


def token(step: MaskingStep, tenant: str = "t", key: str = "k", exchange: str = "e", talk: str | None = None) -> str:
    session = step.open(tenant, key, exchange, Chat("m", (), shoal=ShoalOptions(conversation=talk)))
    assert session is not None
    return session.vault.bare("Jane", "PERSON")


def test_off_opens_nothing_and_loads_nothing() -> None:
    step = MaskingStep(TrustRules(mode="off"), ROOT)
    assert step.open("t", "k", "e", Chat("m", ())) is None
    assert step.rules("t").detector.recognizers == ()


@pytest.mark.parametrize(
    ("scope", "exchanges", "conversations", "keys", "without"),
    [
        ("request", False, False, False, False),
        ("conversation", True, False, False, False),
        ("tenant", True, True, True, True),
    ],
)
def test_scopes(scope: str, exchanges: bool, conversations: bool, keys: bool, without: bool) -> None:
    step = MaskingStep(TrustRules(masking=Masking(tier="patterns", scope=scope)), ROOT)
    first = token(step, talk="a")
    assert (first == token(step, exchange="f", talk="a")) is exchanges
    assert (first == token(step, talk="b")) is (conversations or scope == "request")
    assert (first == token(step, key="other", exchange="f", talk="a")) is keys
    assert (token(step) == token(step, exchange="f")) is without
    assert first != token(step, tenant="u", talk="a")


def test_a_conversation_cannot_be_named_so_that_it_is_anothers() -> None:
    step = MaskingStep(TrustRules(masking=Masking(tier="patterns")), ROOT)
    assert token(step, key="a/b", talk="c") != token(step, key="a", talk="b/c")


def test_tenants_share_recognizers_but_not_rules(tmp_path: Path) -> None:
    lists = tmp_path / "projects.txt"
    lists.write_text("# our projects\nBlue Heron\n\n", encoding="utf-8")
    own = TenantTrust(masking=Masking(gazetteers={"PROJECT": lists}))
    step = MaskingStep(TrustRules(masking=Masking(tier="patterns"), tenants={"t": own}), ROOT)
    assert step.rules("t").detector.recognizers == step.rules("other").detector.recognizers
    assert [each.type for each in step.rules("t").detector.find(["the blue heron"])[0]] == ["PROJECT"]
    assert step.rules("other").detector.find(["the blue heron"]) == [[]]


def test_a_list_that_cannot_be_read_is_said_at_start(tmp_path: Path) -> None:
    rules = TrustRules(masking=Masking(tier="patterns", gazetteers={"PROJECT": tmp_path / "none.txt"}))
    with pytest.raises(ConfigError, match="one term a line"):
        MaskingStep(rules, ROOT)


def test_a_path_that_cannot_be_read_is_said_at_start() -> None:
    with pytest.raises(ConfigError, match="is no path"):
        MaskingStep(TrustRules(masking=Masking(tier="patterns", fields={"$.a[": "PERSON"})), ROOT)


def test_a_country_without_recognizers_is_said_at_start() -> None:
    with pytest.raises(ConfigError, match="'zz'"):
        MaskingStep(TrustRules(masking=Masking(tier="patterns", countries=("zz",))), ROOT)
