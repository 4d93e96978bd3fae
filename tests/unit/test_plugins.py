"""Plug-ins: a named module brings models; a missing one is an error that names it."""

import sys
import types
from collections.abc import Iterable

import pytest

import shoal
from shoal import plugins
from shoal.call import Model
from shoal.config import Settings
from shoal.errors import ConfigError
from shoal.testing import ScriptedModel
from shoal.trust.masking.lists import ListRecognizer, Terms


def test_a_named_module_brings_models(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("a_plugin")

    @shoal.extension
    def shoal_models(settings: Settings) -> Iterable[Model]:
        return [ScriptedModel(name=f"mine-{settings.server.port}")]

    module.shoal_models = shoal_models  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "a_plugin", module)
    found = plugins.load(["a_plugin"]).hook.shoal_models(settings=Settings())
    assert [model.card.name for models in found for model in models] == ["mine-8600"]


def test_a_named_module_brings_recognizers(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("claims_plugin")
    module.shoal_recognizers = shoal.extension(  # type: ignore[attr-defined]
        lambda settings: [ListRecognizer(Terms(deny={"CLAIM": ["CL-1"]}))], specname="shoal_recognizers"
    )
    monkeypatch.setitem(sys.modules, "claims_plugin", module)
    found = plugins.load(["claims_plugin"]).hook.shoal_recognizers(settings=Settings())
    assert [each.types for brought in found for each in brought] == [("CLAIM",)]


@pytest.mark.parametrize("name", ["no_such_plugin", "", ".relative"])
def test_a_module_that_is_missing(name: str) -> None:
    with pytest.raises(ConfigError, match=f"'{name}' cannot be imported"):
        plugins.load([name])


def test_none_is_loaded_unnamed() -> None:
    assert plugins.load([]).hook.shoal_models(settings=Settings()) == []
    assert plugins.load([]).hook.shoal_recognizers(settings=Settings()) == []
