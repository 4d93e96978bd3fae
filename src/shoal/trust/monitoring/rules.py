"""What holds for one tenant: which texts are judged, from which score on, and what then. It judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from shoal.config.monitoring import Groundedness
from shoal.config.table import Mode
from shoal.config.trust import TrustRules
from shoal.trust.masking.policy import weakest
from shoal.trust.monitoring.check import Scale


@dataclass(frozen=True)
class Rules:
    """Modes are those in force, under the ceilings above them. `thresholds` are scores by category, 0..1."""

    prompts: Mode
    replies: Mode
    grounded: Mode
    thresholds: Mapping[str, float]
    judge: str | None
    encoder: bool
    hold_chars: int
    groundedness: Groundedness

    @classmethod
    def of(cls, trust: TrustRules, tenant: str, thresholds: Mapping[str, float]) -> Rules:
        """The tenant's own rules over those for all; `thresholds` are those of the monitor."""
        monitoring, groundedness = trust.monitoring_of(tenant), trust.groundedness_of(tenant)
        ceiling = weakest(trust.mode, monitoring.mode)
        return cls(
            prompts=weakest(ceiling, monitoring.prompts),
            replies=weakest(ceiling, monitoring.replies),
            grounded=weakest(trust.mode, groundedness.mode),
            thresholds={**thresholds, **{str(name): value for name, value in monitoring.thresholds.items()}},
            judge=monitoring.judge,
            encoder=monitoring.encoder,
            hold_chars=monitoring.hold_chars,
            groundedness=groundedness,
        )

    @cached_property
    def whole(self) -> Scale:
        """For texts as a whole."""
        return Scale(self.thresholds, cautious=False)

    @cached_property
    def sentences(self) -> Scale:
        """For the sentences of replies."""
        return Scale(self.thresholds, cautious=True)

    @property
    def judges(self) -> bool:
        """Whether a monitor is asked at all: groundedness needs none."""
        return self.prompts != "off" or self.replies != "off"
