"""The carbon intensity of electricity by country and cloud region. It knows nothing of what is done with it."""

from __future__ import annotations

from dataclasses import dataclass

from shoal.errors import ConfigError
from shoal.facts.fact import Fact
from shoal.facts.tables import Facts, nearest

WORLD = "WOR"


@dataclass(frozen=True, slots=True)
class Grid:
    """The electricity of a place, in gCO2e/kWh: `average` is what the grid emits (location-based), `market` what the
    provider claims by contract, `marginal` what one kWh more would emit; None where not published. `zone` is the
    country (ISO 3166-1 alpha-3, "WOR" the world), `name` the region or the country itself."""

    name: str
    zone: str
    average: Fact
    market: Fact | None
    marginal: Fact | None


def find_grid(facts: Facts, name: str) -> Grid:
    """The grid at a cloud region ("aws/eu-north-1", or without the provider), a country ("FRA", "France") or "world".

    A region without an average of its own gets its country's. Raises ConfigError that names the nearest.
    """
    subject = subject_of(facts, name)
    zone = facts.zones.get(subject, subject)
    average = facts.get("grid", subject, "average") or facts.get("grid", zone, "average")
    if average is None:
        raise ConfigError(f"region '{name}': its grid is not known; give a country instead")
    return Grid(subject, zone, average, facts.get("grid", subject, "market"), facts.get("grid", subject, "marginal"))


def subject_of(facts: Facts, name: str) -> str:
    """The name under which the facts know a region or a country. Raises ConfigError that names the nearest."""
    known = {*facts.subjects("grid"), *facts.zones}
    wanted = name.strip()
    if wanted.upper() in known:
        return wanted.upper()
    lower = wanted.lower()
    if lower in facts.names:
        return facts.names[lower]
    found = [subject for subject in known if subject == lower or subject.partition("/")[2] == lower]
    if len(found) == 1:
        return found[0]
    bare = {subject.partition("/")[2] or subject for subject in known} | known | set(facts.names)
    raise ConfigError(f"region '{name}'{nearest(lower, bare)}")
