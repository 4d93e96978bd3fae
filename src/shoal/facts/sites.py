"""What a data centre adds: PUE and water per kWh, by region or provider. It knows nothing of what runs there."""

from __future__ import annotations

from dataclasses import dataclass

from shoal.facts.fact import Fact
from shoal.facts.tables import Facts

ANY = "any"


@dataclass(frozen=True, slots=True)
class Site:
    """`pue` is all energy over that of the machines (>= 1), `wue` litres of water evaporated on site per kWh of the
    machines."""

    pue: Fact
    wue: Fact


def find_site(facts: Facts, subject: str) -> Site:
    """The site at a region as `grid.subject_of` names it: the region's own figures, else its provider's, else those of
    any data centre, whose spread is wide."""
    names = (subject, subject.partition("/")[0], ANY)
    return Site(_first(facts, names, "pue"), _first(facts, names, "wue"))


def _first(facts: Facts, names: tuple[str, ...], quantity: str) -> Fact:
    found = (facts.get("site", name, quantity) for name in names)
    return next(filter(None, found), None) or facts.find("site", ANY, quantity)
