"""What is done with an entity: off, observe or enforce, by where it stands and what it is. One policy per tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from shoal.chat import Trust
from shoal.config.table import Mode
from shoal.config.trust import EVERY, Masking

ORDER: tuple[Mode, ...] = ("off", "observe", "enforce")
# They say something of somebody only beside what is masked anyway, and without them most answers are worthless.
OBSERVED = frozenset({"AGE", "DOMAIN_NAME", "NRP", "PERIOD", "TITLE", "URL"})


def weakest(*modes: Mode) -> Mode:
    return min(modes, key=ORDER.index)


@dataclass(frozen=True)
class Policy:
    """[trust.masking] of one tenant under the ceiling of `[trust] mode`."""

    settings: Masking
    ceiling: Mode = "enforce"
    _modes: dict[tuple[str, str], Mode] = field(default_factory=dict, compare=False, repr=False)

    def mode(self, label: Trust, kind: str) -> Mode:
        """The mode of entities of type `kind` in text of `label`: what is said of the label and of the type (the weaker
        where both are named), else the mode of all; never above the ceiling."""
        found = self._modes.get((label, kind))
        if found is None:
            found = self._modes[label, kind] = self._mode(label, kind)
        return found

    def _mode(self, label: Trust, kind: str) -> Mode:
        said = (self.settings.labels.get(label.value), self._type_mode(kind))
        named = [mode for mode in said if mode is not None]
        return weakest(self.ceiling, *(named or (self.settings.mode,)))

    def _type_mode(self, kind: str) -> Mode | None:
        default = weakest(self.settings.mode, "observe") if kind in OBSERVED else None
        return self.settings.types.get(kind, default)

    @cached_property
    def strongest(self) -> Mode:
        """The strongest mode that anything has: "off" means that nothing need be looked for."""
        said = (self.settings.mode, *self.settings.labels.values(), *self.settings.types.values())
        return weakest(self.ceiling, max(said, key=ORDER.index))

    @property
    def refuses_attachments(self) -> bool:
        """Whether what is not text may not go to a remote host."""
        return self.strongest == "enforce" and self.settings.attachments == "refuse"

    def granted(self, tool: str, kind: str) -> bool:
        """Whether arguments of `tool` get values of type `kind` back. Tools without a table get what `tools."*"` says,
        by default everything: they run at the caller, whose own values these are."""
        tools: Mapping[str, object] = self.settings.tools
        grant = self.settings.tools[tool] if tool in tools else self.settings.tools.get(EVERY)
        return grant is None or EVERY in grant.grant or kind in grant.grant
