"""The lines of a greenhouse-gas inventory after the GHG Protocol, each with its activity, factor version and tiers.

`inventory.py` says which lines there are; here they are made of what the ledger holds, host by host. It knows no format
and no settings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from shoal.chat import Json
from shoal.impacts import Impacts, Range
from shoal.metering.inventory import Line, inventory
from shoal.stores.idle_energy import IdleRow
from shoal.stores.usage_sums import NONE, Sums

WH_PER_KWH = 1000.0
IDLE = "idle time of own machines"


@dataclass(frozen=True, slots=True)
class InventoryLine:
    """A line of the inventory for one zone and one version of the factors. `kwh` is the activity, None where it is
    unknown or none; the line's carbon is of the attempts of which it is known, and `unknown_attempts` are not in it."""

    line: Line
    zone: str
    facts: str
    method_version: str
    kwh: Range | None
    attempts: int
    unknown_attempts: int
    tiers: Mapping[str, int] = field(default_factory=dict)

    def to_wire(self) -> Json:
        """The JSON form."""
        line = self.line
        return {
            **{"scope": line.scope, "category": line.category, "activity": line.name, "accounting": line.method},
            **{"zone": self.zone, "kwh": None if self.kwh is None else self.kwh.to_wire()},
            "kgco2e": None if line.kgco2e is None else line.kgco2e.to_wire(),
            **{"attempts": self.attempts, "unknown_attempts": self.unknown_attempts, "tiers": dict(self.tiers)},
            **{"facts": self.facts, "method": self.method_version},
        }


def inventory_lines(
    of_hosts: Mapping[tuple[str, ...], Sums], idle: Iterable[IdleRow], own: Collection[str]
) -> list[InventoryLine]:
    """The lines from sums by (host, facts, method, zone) and idle hours. `own` are hosts on machines of one's own."""
    whole: dict[tuple[bool, str, str, str], Sums] = {}
    for (host, facts, method, zone), sums in of_hosts.items():
        if host != NONE:
            whole.setdefault((host in own, facts, method, zone), Sums("")).add(sums)
    found = [
        line for (owned, *key), sums in sorted(whole.items(), reverse=True) for line in _lines(owned, *key, sums=sums)
    ]
    return [*found, *_idle_lines(idle)]


def _lines(owned: bool, facts: str, method: str, zone: str, *, sums: Sums) -> Iterable[InventoryLine]:
    known = Impacts(
        usage_gco2e=sums.known.get("usage_gco2e"),
        embodied_gco2e=sums.known.get("embodied_gco2e"),
        market_gco2e=sums.known.get("market_gco2e"),
    )
    lines = inventory(known, Impacts())[:3] if owned else inventory(Impacts(), known)[3:]
    quantity = {2: "usage_gco2e", 3: "embodied_gco2e" if owned else "carbon_gco2e"}
    tiers = sums.by_tier()
    kwh = sums.known.get("energy_wh")
    for line in lines:
        unknown = sums.unknown[quantity[line.scope]]
        activity = None if quantity[line.scope] == "embodied_gco2e" else _kwh(kwh)
        yield InventoryLine(line, zone, facts, method, activity, sums.attempts, unknown, tiers)


def _idle_lines(rows: Iterable[IdleRow]) -> Iterable[InventoryLine]:
    whole: dict[tuple[str, str, str], Impacts] = {}
    for row in rows:
        key = (row.facts, row.method, row.zone)
        whole[key] = whole[key] + row.impacts if key in whole else row.impacts
    for (facts, method, zone), impacts in sorted(whole.items()):
        for line in inventory(impacts, Impacts())[:2]:
            named = Line(line.scope, line.category, line.name.replace("own machines", IDLE), line.method, line.kgco2e)
            yield InventoryLine(named, zone, facts, method, _kwh(impacts.energy_wh), 0, 0, {"measured": 1})


def _kwh(wh: Range | None) -> Range | None:
    return None if wh is None else wh.scaled(1 / WH_PER_KWH)
