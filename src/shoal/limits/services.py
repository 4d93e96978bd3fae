"""What the gateway does for a caller by itself, with no model that could be named in a chat: limits count it all the
same. Names of these services, and what limits need to know of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shoal.call import OWN_HOST, ModelCard

MONITOR, MASK = "shoal/monitor", "shoal/mask"
# What they take is written down as the guards' work, on this machine.
WORKED_AS = "shoal/guards"
SERVICES: Mapping[str, ModelCard] = MappingProxyType(
    {name: ModelCard(WORKED_AS, "general", "specialist", host=OWN_HOST) for name in (MONITOR, MASK)}
)
