"""What the first day shows: entities by type and host, the settings that mask them, what rules stopped. It reads no
database and prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from shoal.cli.first_day_routing import Routed
from shoal.cli.first_day_stops import Stops
from shoal.stores.ledger import Sighting

MASKED, OBSERVED = "masked", "observed"
NOWHERE = "(no host called)"
EMBEDDED = "embedded"
LOOK_FIRST = 1 / 3


@dataclass(slots=True)
class Row:
    """Entities of one type on their way to one host. `doubt` is how many of `found` are probably none."""

    type: str
    host: str
    action: str
    found: int = 0
    doubt: float = 0.0
    exchanges: int = 0


@dataclass(slots=True)
class Day:
    """The sum of all exchanges. An exchange that called two hosts counts in the rows of both, and once in `types`."""

    exchanges: int = 0
    with_entities: int = 0
    modes: Counter[str] = field(default_factory=Counter)
    rows: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    types: dict[str, Row] = field(default_factory=dict)
    attachments: Counter[str] = field(default_factory=Counter)
    unknown_placeholders: int = 0
    stops: Stops = field(default_factory=Stops)
    routed: Routed = field(default_factory=Routed)

    def add(self, sighting: Sighting) -> None:
        """Takes one exchange in."""
        trust = sighting.trust
        if "shadow" in (trust.get("routing") or {}):
            return  # not a request of anybody
        self.stops.add(trust)
        self.routed.add(trust)
        self.exchanges += 1
        self.modes[trust["mode"]] += 1
        self.attachments.update(trust.get("attachments", {}))
        self.unknown_placeholders += trust.get("unknown_placeholders", 0)
        found = [(kind, action, *seen) for action in (MASKED, OBSERVED) for kind, seen in trust.get(action, {}).items()]
        self.with_entities += bool(found)
        for kind, action, count, doubt in found:
            _add(self.types.setdefault(kind, Row(kind, "", "")), count, doubt)
            for host in sighting.hosts or (NOWHERE,):
                _add(self.rows.setdefault((kind, host, action), Row(kind, host, action)), count, doubt)

    def ordered(self) -> list[Row]:
        """By type and host, what there is most of first."""
        return sorted(self.rows.values(), key=lambda row: (-self.types[row.type].found, row.type, row.host, row.action))

    def wire(self) -> dict[str, Any]:
        """All of it as JSON."""
        rows = [
            {
                "type": row.type,
                "host": row.host,
                "action": row.action,
                "found": row.found,
                "probably_none": round(row.doubt, 2),
                "exchanges": row.exchanges,
            }
            for row in self.ordered()
        ]
        return {
            "exchanges": self.exchanges,
            "with_entities": self.with_entities,
            "modes": dict(self.modes),
            "entities": rows,
            "attachments": dict(self.attachments),
            "unknown_placeholders": self.unknown_placeholders,
            "stops": self.stops.wire(),
            "routing": self.routed.wire(),
        }


def _add(row: Row, count: int, doubt: float) -> None:
    row.found += count
    row.doubt += doubt
    row.exchanges += 1


def gather(sightings: Iterable[Sighting]) -> Day:
    """One day of all sightings; they are read one by one."""
    day = Day()
    for sighting in sightings:
        day.add(sighting)
    return day


def fate(row: Row) -> str:
    """What became of the entities of a row, in words."""
    if row.action == MASKED:
        return "kept from it"
    return "stayed in this process" if row.host == EMBEDDED else "not sent" if row.host == NOWHERE else "reached it"


def settings_for(day: Day, only_observed: frozenset[str]) -> Iterator[str]:
    """The lines of shoal.toml that mask what was found. Types of `only_observed` are left to the reader: without them
    most answers are worthless."""
    yield from ("[trust]", 'mode = "enforce"', "", "[trust.masking]")
    yield 'mode = "enforce"  # "observe" masks only the types named below'
    if day.attachments:
        yield f'attachments = "refuse"  # {_counted(day.attachments)}; "pass" sends them unmasked'
    yield from ("", "[trust.masking.types]")
    for row in sorted(day.types.values(), key=lambda row: (-row.found, row.type)):
        mark = "# " if row.type in only_observed else ""
        yield f'{mark}{row.type} = "enforce"  # {row.found} found, {_doubtful(row)}'


def _doubtful(row: Row) -> str:
    said = f"{row.doubt:.1f} of them probably none"
    return f"{said}: look at examples first" if row.doubt / row.found > LOOK_FIRST else said


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
