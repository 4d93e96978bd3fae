"""Everything put together: first start, models, faults at start."""

from __future__ import annotations

import asyncio
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import shoal
from shoal.assembly import Assembly
from shoal.chat import Chat, Message, ShoalOptions
from shoal.config import Settings
from shoal.errors import ConfigError, StorageError
from shoal.identity import Role, credential
from shoal.testing import ScriptedModel
from shoal.trust.masking.lists import ListRecognizer, Terms
from tests.unit.trust.monitoring.scene import BAD, MildMonitor

HOST = {"hosts": {"h": {"dialect": "openai", "base_url": "http://127.0.0.1:1"}}, "models": {"big": {"host": "h"}}}
Open = Callable[..., Assembly]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assemblies: list[Assembly] = []

    def make(**tables: Any) -> Assembly:
        assemblies.append(Assembly(Settings.model_validate({"server": {"data_dir": tmp_path / "data"}, **tables})))
        return assemblies[-1]

    yield make
    for assembly in assemblies:
        asyncio.run(assembly.close())


def test_the_first_start_makes_both_keys_and_no_later_one_does(opened: Open, tmp_path: Path) -> None:
    first = opened()
    assert first.first_start is not None
    assert first.identity.authenticate(first.first_start.member_token).role is Role.MEMBER
    own = credential.load(tmp_path / "config" / "shoal", tmp_path / "data")
    assert first.identity.authenticate(own).role is Role.ADMIN
    assert opened().first_start is None


def test_a_start_that_fails_before_the_keys_are_told_makes_none(opened: Open, tmp_path: Path) -> None:
    assert opened().keys.all() == []
    (tmp_path / "config").write_text("in the way", encoding="utf-8")
    with pytest.raises(ConfigError):
        _ = opened().first_start
    (tmp_path / "config").unlink()
    assert opened().first_start is not None


def test_the_embedded_models_are_there_and_auto(opened: Open) -> None:
    names = [card.name for card in opened(**HOST).registry.cards()]
    assert names == ["auto", "big", *(f"shoal/{n}" for n in ("answer", "summarize", "triage-banking", "triage-clinc"))]


def test_the_documentation_is_there_from_the_start(opened: Open) -> None:
    found = opened().house.retriever.search("How do I add a host?", ("shoal-docs",), "default", 3)
    assert found
    assert {passage.collection for passage in found} == {"shoal-docs"}


@pytest.mark.parametrize(
    ("tables", "ask", "expected"),
    [
        ({}, "How do I add a host?", ("shoal-docs",)),
        ({"grounding": {"fallback": None}}, "How do I add a host?", ()),
        ({**HOST, "auto": {"reference": "big"}}, "How do I add a host?", ()),
        ({}, "Classify this message: where is my card?", ()),
    ],
)
def test_the_fallback_is_for_auto_without_a_reference(
    opened: Open, tables: dict[str, Any], ask: str, expected: tuple[str, ...]
) -> None:
    assembly = opened(**tables)
    messages = (Message.of("user", ask),)
    assert assembly.house.fallback(Chat("auto", messages, shoal=ShoalOptions())) == expected
    assert assembly.house.fallback(Chat("shoal/answer", messages)) == ()


def test_a_misspelt_candidate_is_named(opened: Open) -> None:
    with pytest.raises(ConfigError, match="did you mean 'shoal/answer'"):
        opened(auto={"candidates": ["shoal/anwser"]})


def test_a_plug_in_may_not_take_a_name_that_is_there(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("taking")
    module.shoal_models = shoal.extension(lambda settings: [ScriptedModel(name="shoal/answer")])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "taking", module)
    with pytest.raises(ConfigError, match="rename one"):
        opened(plugins={"modules": ["taking"]})


def test_recognizers_of_plug_ins_mask_and_their_types_are_known(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("claims")
    brought = [ListRecognizer(Terms(deny={"CLAIM": ["CL-1"]}))]
    module.shoal_recognizers = shoal.extension(lambda settings: brought)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "claims", module)
    rules = {"masking": {"tier": "patterns", "types": {"CLAIM": "enforce"}}}
    with pytest.raises(ConfigError, match="knows the type 'CLAIM'"):
        opened(trust=rules)
    step = opened(trust=rules, plugins={"modules": ["claims"]}).house.masking
    assert [each.type for each in step.rules("default").detector.find(["about CL-1"])[0]] == ["CLAIM"]


def test_a_data_directory_that_cannot_be_used(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="--data-dir"):
        opened()


def test_a_fallback_that_is_not_there_is_named(opened: Open) -> None:
    with pytest.raises(ConfigError, match="did you mean 'shoal-docs'"):
        opened(grounding={"fallback": "shoal-dcos"})


def test_a_judge_that_is_no_model_is_named_at_start(opened: Open) -> None:
    with pytest.raises(ConfigError, match="'bigg' is not known: did you mean 'big'"):
        opened(**HOST, trust={"monitoring": {"judge": "bigg"}})
    assert opened(**HOST, trust={"monitoring": {"judge": "big"}}).house.monitoring is not None


def test_monitors_of_plug_ins_count(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = MildMonitor()
    module = types.ModuleType("mild_plugin")
    module.shoal_monitors = shoal.extension(lambda settings: [monitor], specname="shoal_monitors")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mild_plugin", module)
    step = opened(plugins={"modules": ["mild_plugin"]}).house.monitoring
    assert step is not None
    assert step.monitor.scores([BAD])[0].scores["violence"] == monitor.scores([BAD])[0].scores["violence"]
    assert monitor.texts[0] == BAD
