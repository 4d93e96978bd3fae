"""Facts: every table of the package, read once, and the tables that an operator lays over them. It knows the form of
the files and nothing of what the figures mean."""

from __future__ import annotations

import csv
import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from shoal.errors import ConfigError
from shoal.facts.bounds import beyond
from shoal.facts.fact import Fact, Source

DATA = Path(__file__).parent / "data"
# Topics and the files that hold them; the later file wins where two name the same figure.
TOPICS: Mapping[str, tuple[str, ...]] = {
    "grid": ("cloud_regions", "google_regions", "countries"),
    "mix": ("mixes",),
    "site": ("sites", "sites_by_region"),
    "hardware": ("hardware",),
    "server": ("servers",),
    "cpu": ("cpus",),
    "fit": ("fits",),
    "price": ("prices",),
    "vendor": ("vendors",),
    "training": ("training",),
    "rent": ("rents",),
    "run": ("runs",),
    "claim": ("claims",),
}
COLUMNS = ("subject", "quantity", "low", "value", "high", "unit", "year", "source")
LIVE = "+live"
# Topics whose subjects are places; countries have other names beside.
BY_PLACE = ("grid", "mix", "site")
Rows = dict[str, dict[str, dict[str, Fact]]]


class Facts:
    """All facts: topic, subject, quantity. `version` changes with every figure, and records keep it."""

    def __init__(self, rows: Rows, names: Mapping[str, str], zones: Mapping[str, str], version: str) -> None:
        self._rows = rows
        self._names = names
        self._zones = zones
        self.version = version

    def get(self, topic: str, subject: str, quantity: str) -> Fact | None:
        """The figure; None where there is none."""
        return self._rows[topic].get(subject, {}).get(quantity)

    def find(self, topic: str, subject: str, quantity: str) -> Fact:
        """The figure. Raises ConfigError that names the nearest subject or quantity."""
        of_subject = self._rows[topic].get(subject)
        if of_subject is None:
            raise ConfigError(f"{topic} '{subject}'{nearest(subject, self._rows[topic])}")
        if quantity not in of_subject:
            raise ConfigError(f"{topic} '{subject}': '{quantity}'{nearest(quantity, of_subject)}")
        return of_subject[quantity]

    def subjects(self, topic: str) -> list[str]:
        """The names of a topic, sorted. Raises ConfigError for a topic that does not exist."""
        if topic not in self._rows:
            raise ConfigError(f"topic '{topic}'{nearest(topic, self._rows)}")
        return sorted(self._rows[topic])

    def about(self, topic: str, subject: str) -> list[Fact]:
        """All figures of a subject. Raises ConfigError that names the nearest."""
        if subject not in self._rows[topic]:
            raise ConfigError(f"{topic} '{subject}'{nearest(subject, self._rows[topic])}")
        return list(self._rows[topic][subject].values())

    def sources(self) -> list[Source]:
        """Every source that a fact names, in the order of their ids."""
        found = {
            fact.source.id: fact.source
            for subjects in self._rows.values()
            for quantities in subjects.values()
            for fact in quantities.values()
        }
        return [found[name] for name in sorted(found)]

    def laid_over(self, topic: str, facts: Iterable[Fact], mark: str = LIVE) -> Facts:
        """These facts with some figures replaced, as by a live reading; the version says so by the `mark` at its
        end."""
        of_topic = {subject: dict(quantities) for subject, quantities in self._rows[topic].items()}
        for fact in facts:
            of_topic.setdefault(fact.subject, {})[fact.quantity] = fact
        version = self.version if self.version.endswith(mark) else self.version + mark
        return Facts(self._rows | {topic: of_topic}, self._names, self._zones, version)

    @property
    def rows(self) -> Rows:
        """All figures by topic, subject and quantity: to be read, not changed."""
        return self._rows

    @property
    def names(self) -> Mapping[str, str]:
        """Other names of countries: `names["france"]` is "FRA"."""
        return self._names

    @property
    def zones(self) -> Mapping[str, str]:
        """The country of each cloud region: `zones["aws/eu-west-3"]` is "FRA"."""
        return self._zones


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest ones, since all would fill pages."""
    names = sorted(known)
    # A name that says more than the facts do: "a100-80gb-sxm".
    longer = [name for name in names if word.lower().startswith(tuple(name.lower() + end for end in "-_ /"))]
    close = longer[-3:] or difflib.get_close_matches(word, names, 3, 0.5)
    if close:
        return " is not known; the nearest are " + ", ".join(f"'{name}'" for name in close)
    return " is not known: `shoal facts list` shows what there is"


def load(*overlays: Path) -> Facts:
    """The facts of the package, and over them the operator's own tables, the last one on top. An overlay is a CSV with
    the column `topic` before the package's own; its `source` is any text. Raises ConfigError."""
    digest = hashlib.sha256()
    sources = {row["id"]: Source(**row) for row in _read(DATA / "sources.csv", digest)}
    rows: Rows = {topic: {} for topic in TOPICS}
    for topic, files in TOPICS.items():
        for file in files:
            for at, row in enumerate(_read(DATA / f"{file}.csv", digest), 2):
                _add(rows, topic, row, sources, f"{file}.csv line {at}")
    names = {row["alias"]: row["subject"] for row in _read(DATA / "aliases.csv", digest)}
    zones = {row["region"]: row["zone"] for row in _read(DATA / "region_zones.csv", digest)}
    units = _units(rows)
    for path in overlays:
        for at, row in enumerate(_read(path, digest), 2):
            topic = row.get("topic") or ""
            if topic not in rows:
                raise ConfigError(f"{path} line {at}: topic '{topic}'{nearest(topic, rows)}")
            where = f"{path} line {at}"
            _check(_add(rows, topic, row, sources, where), topic, units[topic], names, where)
    return Facts(rows, names, zones, digest.hexdigest()[:12])


def _read(path: Path, digest: hashlib._Hash) -> Iterator[dict[str, str]]:
    try:
        body = path.read_bytes()
        text = body.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the facts in {path} cannot be read ({type(error).__name__}): mend the file") from None
    digest.update(body)
    try:
        yield from csv.DictReader(text.splitlines())
    except csv.Error as error:
        raise ConfigError(f"{path} is no CSV ({error}): mend the file") from None


def _units(rows: Rows) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Of each topic, the units of each quantity."""
    found: dict[str, dict[str, frozenset[str]]] = {topic: {} for topic in rows}
    for topic, subjects in rows.items():
        for fact in (fact for figures in subjects.values() for fact in figures.values()):
            found[topic][fact.quantity] = found[topic].get(fact.quantity, frozenset()) | {fact.unit}
    return found


def _check(fact: Fact, topic: str, units: Mapping[str, frozenset[str]], names: Mapping[str, str], where: str) -> None:
    """A figure that would do harm, or nothing at all, in an operator's table. Raises ConfigError."""
    known_as = names.get(fact.subject.lower()) if topic in BY_PLACE else None
    if known_as is not None:
        raise ConfigError(f"{where}: the facts call '{fact.subject}' '{known_as}': write that")
    _check_unit(units, fact, where)
    wrong = beyond(fact)
    if wrong is not None:
        raise ConfigError(f"{where}: {wrong}")


def _check_unit(units: Mapping[str, frozenset[str]], fact: Fact, where: str) -> None:
    """A fact in another unit would be wrong by a thousand, one of a misspelt quantity without effect. What the first
    word of a unit is followed by only explains it."""
    known = units.get(fact.quantity)
    if known is None:
        raise ConfigError(f"{where}: quantity '{fact.quantity}'{nearest(fact.quantity, units)}")
    if _first_word(fact.unit) not in map(_first_word, known):
        named = " or ".join(f"'{unit}'" for unit in sorted(known))
        raise ConfigError(f"{where}: '{fact.quantity}' is given in {named}, not in '{fact.unit}'")


def _first_word(unit: str) -> str:
    return unit.replace(",", " ").split(maxsplit=1)[0] if unit.strip() else ""


def _add(rows: Rows, topic: str, row: Mapping[str, str], sources: Mapping[str, Source], where: str) -> Fact:
    optional = ("low", "value", "high")
    missing = [name for name in COLUMNS if row.get(name) is None or (name not in optional and not row[name])]
    if missing:
        raise ConfigError(f"{where}: the column '{missing[0]}' is missing or empty")
    try:
        low, value, high = _spread(row)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from None
    if not row["year"].isdecimal() or len(row["year"]) > len("2026"):
        raise ConfigError(f"{where}: the year '{row['year']}' is no number")
    source = sources.get(row["source"]) or Source(row["source"], row["source"], row["source"], "", "", "operator")
    fact = Fact(row["subject"], row["quantity"], low, value, high, row["unit"], int(row["year"]), source)
    rows[topic].setdefault(fact.subject, {})[fact.quantity] = fact
    return fact


def _spread(row: Mapping[str, str]) -> tuple[float, float, float]:
    """Low, value and high; what is left out is filled: a value without a spread, or the middle of a spread."""
    low, value, high = (_number(name, row[name]) for name in ("low", "value", "high"))
    if value is None:
        if low is None or high is None:
            raise ValueError("a fact needs a value, or low and high")
        value = (low + high) / 2
    low, high = value if low is None else low, value if high is None else high
    if not 0 <= low <= value <= high < float("inf"):
        raise ValueError("a fact needs 0 <= low <= value <= high")
    return low, value, high


def _number(name: str, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise ValueError(f"{name} '{text}' is no number: write it like 380.9") from None
