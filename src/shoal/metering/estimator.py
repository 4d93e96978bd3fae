"""Estimators for services whose machines are not known, and the one that asks EcoLogits (an optional package).

An estimator is asked once per model, at start or in a thread: what it says is linear in the output tokens, so an answer
costs two multiplications and no call into a library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from shoal.errors import ConfigError
from shoal.impacts import Range

MISSING = "EcoLogits is not installed: pip install 'shoal[estimates]'"
WH_PER_KWH = 1e3
G_PER_KG = 1e3
FEW, MANY = 100, 1100
UNHURRIED_S = 1e9


@dataclass(frozen=True, slots=True)
class Rates:
    """What an answer takes: once, and per output token. Energy in Wh with the building (PUE), `zone` where the service
    is taken to run (ISO 3166-1 alpha-3, None unknown), `says` who says so."""

    once_wh: Range
    token_wh: Range
    once_embodied_g: Range
    token_embodied_g: Range
    once_materials_g: Range
    token_materials_g: Range
    zone: str | None
    says: str


class Estimator(Protocol):
    """Knows what answers of a service's model take. None: it does not know the model."""

    def rates(self, provider: str, model: str) -> Rates | None: ...


class EcoLogitsEstimator:
    """Asks the library EcoLogits for two answers and draws the line through them."""

    # Shoal's names of kinds of hosts, where EcoLogits has others.
    NAMES: Mapping[str, str] = {"azure": "openai", "mistral": "mistralai", "gemini": "google_genai"}

    def __init__(self, library: ModuleType | None = None) -> None:
        """Raises ConfigError where the library is not installed."""
        if library is None:
            try:
                library = import_module("ecologits.tracers.utils")
            except ImportError:
                raise ConfigError(MISSING) from None
        self._library = library

    def rates(self, provider: str, model: str) -> Rates | None:
        """The rates of a model; None where EcoLogits does not know the provider or the model."""
        name = self.NAMES.get(provider, provider)
        config = self._library.PROVIDER_CONFIG_MAP.get(name)
        if config is None:
            return None
        few, many = (self._library.llm_impacts(name, model, tokens, UNHURRIED_S) for tokens in (FEW, MANY))
        if few.energy is None or many.energy is None or few.has_errors:
            return None
        once_wh, token_wh = _line(few.energy.value, many.energy.value, WH_PER_KWH)
        once_g, token_g = _line(few.embodied.gwp.value, many.embodied.gwp.value, G_PER_KG)
        once_sb, token_sb = _line(few.embodied.adpe.value, many.embodied.adpe.value, G_PER_KG)
        zone = config.datacenter_location
        return Rates(once_wh, token_wh, once_g, token_g, once_sb, token_sb, zone, f"EcoLogits, {name}/{model}")


def _line(few: Any, many: Any, factor: float) -> tuple[Range, Range]:
    """The intercept and the slope per token of a line through two answers, end by end."""
    ends = [tuple(value * factor for value in _ends(each)) for each in (few, many)]
    slopes = [(high - low) / (MANY - FEW) for low, high in zip(*ends, strict=True)]
    starts = [max(low - slope * FEW, 0.0) for low, slope in zip(ends[0], slopes, strict=True)]
    once, token = sorted(starts), sorted(slopes)
    return Range.checked(*once), Range.checked(*token)


def _ends(value: Any) -> tuple[float, float, float]:
    """Low, middle and high of a number or of a range of EcoLogits."""
    low, high = getattr(value, "min", value), getattr(value, "max", value)
    return float(low), (float(low) + float(high)) / 2, float(high)
