"""The EcoLogits adapter on a library of the same form: linear in the tokens, None for what it does not know."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from shoal.errors import ConfigError
from shoal.impacts import Range
from shoal.metering.estimator import EcoLogitsEstimator


def library() -> ModuleType:
    """Knows openai/gpt-x: 1e-5 to 3e-5 kWh and 1e-6 to 2e-6 kWh per token; 1e-8 kg and 1e-15 kgSbeq per token."""

    def impacts(provider: str, model: str, tokens: int, seconds: float) -> SimpleNamespace:
        if (provider, model) != ("openai", "gpt-x"):
            return SimpleNamespace(energy=None, has_errors=True)
        energy = SimpleNamespace(min=1e-5 + 1e-6 * tokens, max=3e-5 + 2e-6 * tokens)
        embodied = SimpleNamespace(
            gwp=SimpleNamespace(value=1e-8 * tokens),
            adpe=SimpleNamespace(value=SimpleNamespace(min=0, max=1e-15 * tokens)),
        )
        return SimpleNamespace(energy=SimpleNamespace(value=energy), embodied=embodied, has_errors=False)

    config = {"openai": SimpleNamespace(datacenter_location="USA")}
    return cast(ModuleType, SimpleNamespace(llm_impacts=impacts, PROVIDER_CONFIG_MAP=config))


def close(found: Range, low: float, expected: float, high: float) -> bool:
    return [found.low, found.expected, found.high] == pytest.approx([low, expected, high])


@pytest.mark.parametrize("provider", ["openai", "azure"])
def test_rates_are_the_line_through_two_answers(provider: str) -> None:
    rates = EcoLogitsEstimator(library()).rates(provider, "gpt-x")
    assert rates is not None
    assert close(rates.once_wh, 0.01, 0.02, 0.03)
    assert close(rates.token_wh, 0.001, 0.0015, 0.002)
    assert close(rates.token_embodied_g, 1e-5, 1e-5, 1e-5)
    assert close(rates.token_materials_g, 0, 5e-13, 1e-12)
    assert (rates.zone, rates.says) == ("USA", "EcoLogits, openai/gpt-x")


@pytest.mark.parametrize(("provider", "model"), [("openai", "gpt-y"), ("nobody", "gpt-x")])
def test_what_it_does_not_know_is_none(provider: str, model: str) -> None:
    assert EcoLogitsEstimator(library()).rates(provider, model) is None


def test_without_the_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ecologits", None)
    with pytest.raises(ConfigError, match=r"pip install 'shoal\[estimates\]'"):
        EcoLogitsEstimator()
