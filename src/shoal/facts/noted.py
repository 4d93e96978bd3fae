"""Facts that note what was read of them, and facts made again from such notes: what a figure rested on can be kept
without keeping every table. It does not know what the figures mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shoal.facts.fact import Fact, Source
from shoal.facts.tables import TOPICS, Facts, Rows

Row = Sequence[Any]


class Noted(Facts):
    """The same facts under the name of a `version`; `noted` are those that were asked for so far."""

    def __init__(self, facts: Facts, version: str) -> None:
        super().__init__(facts.rows, facts.names, facts.zones, version)
        self._noted: dict[tuple[str, str, str], Fact] = {}

    def get(self, topic: str, subject: str, quantity: str) -> Fact | None:
        """The figure, noted; None where there is none."""
        found = super().get(topic, subject, quantity)
        return None if found is None else self._note(topic, found)

    def find(self, topic: str, subject: str, quantity: str) -> Fact:
        """The figure, noted. Raises ConfigError."""
        return self._note(topic, super().find(topic, subject, quantity))

    def about(self, topic: str, subject: str) -> list[Fact]:
        """All figures of a subject, noted. Raises ConfigError."""
        return [self._note(topic, fact) for fact in super().about(topic, subject)]

    @property
    def noted(self) -> list[tuple[str, Fact]]:
        """The figures that were asked for, each with its topic, in the order of their names."""
        return [(topic, self._noted[topic, subject, name]) for topic, subject, name in sorted(self._noted)]

    def _note(self, topic: str, fact: Fact) -> Fact:
        self._noted[topic, fact.subject, fact.quantity] = fact
        return fact


def to_row(topic: str, fact: Fact) -> list[Any]:
    """A figure with its topic in a form that JSON holds: topic, subject, quantity, low, value, high, unit, year, and of
    the source the id, title, place and licence."""
    source, ends = fact.source, (fact.low, fact.value, fact.high)
    of_source = (source.id, source.title, source.where, source.licence)
    return [topic, fact.subject, fact.quantity, *ends, fact.unit, fact.year, *of_source]


def of_row(row: Row) -> tuple[str, Fact]:
    """What `to_row` wrote."""
    topic, subject, quantity, low, value, high, unit, year, name, title, where, licence = row
    source = Source(name, title, where, licence, "", "kept")
    return topic, Fact(subject, quantity, low, value, high, unit, year, source)


def of_rows(rows: Iterable[Row], zones: Mapping[str, str], version: str) -> Facts:
    """Facts of these rows alone, under the name of the version that they were read from. `zones` are the countries of
    the regions in them."""
    found: Rows = {topic: {} for topic in TOPICS}
    for topic, fact in map(of_row, rows):
        found.setdefault(topic, {}).setdefault(fact.subject, {})[fact.quantity] = fact
    return Facts(found, {}, zones, version)
