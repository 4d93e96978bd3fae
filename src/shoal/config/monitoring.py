"""[trust.monitoring] and [trust.groundedness]: what is done about harmful and unsupported text. The form only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from shoal.config.table import Mode, Table

Category = Literal[
    "hate", "identity_attack", "violence", "physical_harm", "sexual", "profanity", "self_harm", "illicit"
]


class Monitoring(Table):
    """[trust.monitoring]: `mode` is the ceiling of `prompts` and `replies`. A score (0..1) at or above the threshold of
    its category stops the text; thresholds left out are the model card's. `judge` is a model that is asked where the
    embedded ones are unsure; `encoder`: whether the embedded network looks closer where the linear model is."""

    mode: Mode = "enforce"
    prompts: Mode = "observe"
    replies: Mode = "enforce"
    thresholds: Mapping[Category, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)
    judge: str | None = None
    encoder: bool = True
    hold_chars: int = Field(200, ge=20, le=2000)


class Groundedness(Table):
    """[trust.groundedness]: sentences of grounded answers that the passages do not bear out are marked or dropped."""

    mode: Mode = "observe"
    action: Literal["mark", "drop"] = "mark"
    threshold: float = Field(0.5, ge=0, le=1)
    mark: str = " [not in the sources]"
