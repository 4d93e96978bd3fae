"""The declared baseline of savings: the model that it always asks, and whether the settings name something real. It
computes no saving."""

from __future__ import annotations

from shoal.config import Settings, nearest
from shoal.config.metering import Baseline
from shoal.errors import ConfigError
from shoal.facts.grid import find_grid
from shoal.facts.tables import Facts


def check_baseline(settings: Settings, facts: Facts) -> None:
    """Raises ConfigError that names the nearest for a model that is not configured or a region that is not known."""
    declared = settings.metering.baseline
    if declared is None:
        return
    if declared.kind == "model":
        model_of(settings, declared)
    if declared.region is not None:
        try:
            find_grid(facts, declared.region)
        except ConfigError as error:
            raise ConfigError(f"metering.baseline.region: {error.message}") from None


def model_of(settings: Settings, declared: Baseline) -> str | None:
    """The model that the baseline always asks; None for baselines without one. Raises ConfigError."""
    if declared.kind == "model":
        if declared.model not in settings.models:
            raise ConfigError(
                f"metering.baseline.model: '{declared.model}'{nearest(str(declared.model), settings.models)}"
            )
        return declared.model
    if declared.kind != "largest-model":
        return None
    sizes = {name: row.params_b for name, row in settings.models.items() if row.params_b is not None}
    if not sizes:
        raise ConfigError(
            "metering.baseline: no model has params_b, so none is the largest: give models.NAME.params_b, or "
            'set kind = "model" and model = "NAME"'
        )
    return max(sizes, key=lambda name: (sizes[name], name))
