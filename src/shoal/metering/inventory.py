"""Totals in the forms that reports ask for: SCI per functional unit, and the lines of a greenhouse-gas inventory.

It sums nothing itself and knows no periods: it is given the impacts of what it speaks of.
"""

from __future__ import annotations

from dataclasses import dataclass

from shoal.call import OWN_HOST
from shoal.config import Settings
from shoal.config.metering import HostMachines
from shoal.impacts import Impacts, Range, plus
from shoal.metering.described import OWN_ROWS

KG_PER_G = 1e-3
# What the ledger calls the hosts of work in this process: of embedded models, and of what Shoal itself does.
HERE = frozenset({"embedded", OWN_HOST})


def sci(impacts: Impacts, units: float, *, marginal: bool = False) -> Range | None:
    """gCO2e per functional unit (a request, a token): (energy x intensity + embodied) / units, after ISO/IEC 21031 and
    SCI for AI, consumer's boundary (operation; training is the provider's). The intensity is the location-based average
    or the marginal one; market-based figures and offsets are no part of SCI. Unknown where any part is.

    Raises ValueError for no units.
    """
    if units <= 0:
        raise ValueError("SCI is per functional unit: there must be some")
    operational = impacts.marginal_gco2e if marginal else impacts.usage_gco2e
    whole = plus(operational, impacts.embodied_gco2e)
    return None if whole is None else whole.scaled(1 / units)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an inventory after the GHG Protocol: `category` of scope 3, else None; `method` "location" or "market";
    `kgco2e` None where unknown."""

    scope: int
    category: int | None
    name: str
    method: str
    kgco2e: Range | None


def inventory(own: Impacts, bought: Impacts) -> list[Line]:
    """The lines for models on `own` machines (and those one controls) and for `bought` services.

    Where no contract is known the market-based line is the location-based one, as the GHG Protocol's scope 2 guidance
    has it, and its name says so.
    """
    contract = own.market_gco2e is not None
    market = own.market_gco2e if contract else own.usage_gco2e
    return [
        Line(2, None, "electricity of own machines", "location", _kg(own.usage_gco2e)),
        Line(2, None, _market_name(contract), "market", _kg(market)),
        Line(3, 2, "making of own machines, by the time in use", "location", _kg(own.embodied_gco2e)),
        Line(3, 1, "bought services, their machines included", "location", _kg(bought.carbon_gco2e)),
    ]


def _market_name(contract: bool) -> str:
    return "electricity of own machines" + ("" if contract else " (no contract known: the location-based figure)")


def _kg(grams: Range | None) -> Range | None:
    return None if grams is None else grams.scaled(KG_PER_G)


def own_hosts(settings: Settings) -> frozenset[str]:
    """The hosts on machines that one runs oneself: this process, hosts whose hardware the settings name, and kinds of
    hosts that one runs oneself. All others are services that are bought."""
    machines = settings.metering.hosts
    own = (
        name
        for name, host in settings.hosts.items()
        if host.row in OWN_ROWS or machines.get(name, HostMachines()).hardware is not None
    )
    return HERE.union(own)
