"""What one tenant's defence does: the mode of each rule under its ceilings. It looks at no text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from shoal.config.defence import Defence
from shoal.config.table import Mode
from shoal.trust.masking.policy import ORDER, weakest


@dataclass(frozen=True)
class Rules:
    """[trust.defence] of one tenant under the ceiling of `[trust] mode`: a rule's mode is the weakest of its own and of
    both ceilings."""

    settings: Defence
    ceiling: Mode = "enforce"

    @cached_property
    def instructions(self) -> Mode:
        return self._mode(self.settings.instructions.mode)

    @cached_property
    def jailbreak(self) -> Mode:
        return self._mode(self.settings.jailbreak.mode)

    @cached_property
    def canary(self) -> Mode:
        return self._mode(self.settings.canary.mode)

    @cached_property
    def datamarking(self) -> Mode:
        return self._mode(self.settings.datamarking.mode)

    @cached_property
    def tools(self) -> Mode:
        return self._mode(self.settings.tools.mode)

    @cached_property
    def strongest(self) -> Mode:
        """The strongest mode that any rule has: "off" means that nothing need be done."""
        every = (self.instructions, self.jailbreak, self.canary, self.datamarking, self.tools)
        return max(every, key=ORDER.index)

    def _mode(self, own: Mode) -> Mode:
        return weakest(self.ceiling, self.settings.mode, own)
