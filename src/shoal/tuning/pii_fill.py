"""Fills the slots of templates with values and notes where each entity lies; it knows no grammar of any language."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from shoal.tuning import pii_dates
from shoal.tuning.pii_values import (
    SCRIPT_OF,
    SURNAME_FIRST,
    TEMPLATES,
    UNSPACED,
    Inventor,
    Pool,
    held_out,
    number_like,
    plain_value,
    read_json,
)

UNSURE = "?"
"""The type of a span that may be anything: the loss leaves it out."""
Span = tuple[int, int, str]
_SLOT = re.compile(r"\{([a-z_0-9]+)\}")
_CHOICE = re.compile(r"\[([^\[\]{}\"]*(?:\{[a-z_0-9]+\}[^\[\]{}\"]*)*\|[^\[\]\"]*)\]")
TYPE_OF = {
    "person": "PERSON",
    "first": "PERSON",
    "last": "PERSON",
    "lastfirst": "PERSON",
    "title": "TITLE",
    "address": "ADDRESS",
    "address1": "ADDRESS",
    "addressn": "ADDRESS",
    "street": "ADDRESS",
    "zip": "ADDRESS",
    "city": "LOCATION",
    "region": "LOCATION",
    "country": "LOCATION",
    "org": "ORGANIZATION",
    "date": "DATE_TIME",
    "year": "DATE_TIME",
    "time": "DATE_TIME",
    "datetime": "DATE_TIME",
    "age": "AGE",
    "nrp": "NRP",
    "month": UNSURE,
}
_STREET_WORDS = ("Main", "High", "Park", "Church", "Mill")
_LOOSE = ("person", "person", "first", "last", "city", "city", "country", "org", "date", "year", "street", "address1")
_AGES = ("18", "21", "30", "65", "101", "four")
_LISTS = {"product": "products", "acronym": "acronyms", "tech": "tech"}
_PATRONYMS = frozenset({"ru", "uk"})
_PATRONYM_FORMS = ("{f} {m}", "{f} {m} {l}", "{l} {f} {m}", "{f} {m}", "{l} {i}. {j}.", "{i}.{j}. {l}")
_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "7th", "10th", "42nd", "Fifth", "Third", "Second", "First")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its entities as (start, end, type) in order, the language and the template it came from."""

    text: str
    spans: tuple[Span, ...]
    language: str
    template: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the people of one text come from: a pool, and whether only held-out values may be drawn."""

    pool: Pool
    testing: bool


def read_lines(name: str) -> list[str]:
    """The lines of a data file, comments left out."""
    lines = (TEMPLATES / name).read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line.strip() and not line.startswith("# ")]


class Values:
    """Draws values for slots."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self.pools = pools
        self._calendar = read_json("calendar_and_countries.json")
        self._words = read_json("words.json")
        self._cities = read_lines("cities.txt")
        rows = [line.split("\t") for line in read_lines("cities_other_scripts.txt")]
        self._foreign = {script: names for script, *names in rows}
        latin = [pool for pool in pools if not pool.non_latin]
        self._everyday = {language: words.split() for language, words in read_json("vocabulary.json").items()}
        self._surnames = Inventor([name for pool in latin for name in pool.parts["last"]])
        self._firsts = Inventor([name for pool in latin for name in pool.parts["first"]])
        self._towns = Inventor(self._cities)

    def value(self, slot: str, language: str, origin: Origin, rng: random.Random) -> str:
        """A value for a slot in a text of `language`."""
        local = self._calendar.get(language, self._calendar["en"])
        names = local if rng.random() < 0.9 else self._calendar["en"]
        if slot == "date":
            return pii_dates.date(language, names, rng)
        if slot == "time":
            return pii_dates.time(language, names, rng)
        if slot == "datetime":
            return pii_dates.stamp(self._calendar["en"], rng)
        if slot in ("month", "weekday"):
            return str(rng.choice(names[slot + "s"]))
        makers = {"person": self._person, "first": self._first, "last": self._last, "lastfirst": self._last_first,
                  "city": self._city, "street": self._street, "zip": self._zip, "region": self._region}  # fmt: skip
        if slot in makers:
            return makers[slot](origin, rng)
        return self._other(slot, language, origin, rng)

    def _other(self, slot: str, language: str, origin: Origin, rng: random.Random) -> str:
        words = self._words
        if slot.startswith("address"):
            return self._address(slot, language, origin, rng)
        if slot in ("title", "nrp"):
            lists = words[slot if slot == "nrp" else "titles"]
            return str(rng.choice(lists.get(language, lists["en"]) if rng.random() < 0.9 else lists["en"]))
        if slot in _LISTS:
            return str(rng.choice(words[_LISTS[slot]]))
        if slot == "job":
            return str(rng.choice(origin.pool.parts["job"] or words["tech"]))
        if slot in words["numbers"]:
            return number_like(rng.choice(words["numbers"][slot]), rng)
        return self._plain(slot, language, origin, rng)

    def _plain(self, slot: str, language: str, origin: Origin, rng: random.Random) -> str:
        if slot == "org":
            return self._organisation(language, origin, rng)
        if slot == "country":
            return self._value_country(language, rng)
        if slot == "year":
            return str(pii_dates.year_number(rng))
        if slot == "age":
            return str(rng.randrange(1, 100)) if rng.random() < 0.8 else rng.choice(_AGES)
        found = plain_value(slot, rng, self._first(origin, rng) + "." + self._last(origin, rng))
        if found is None:
            raise ValueError(f"no such slot: {slot}")
        return found

    def _pick(self, part: str, origin: Origin, rng: random.Random) -> str | None:
        values = origin.pool.parts.get(part)
        if not values:
            return None
        for _ in range(12):
            value = rng.choice(values)
            if held_out(value) == origin.testing:
                return value
        return value

    def sentence(self, language: str, origin: Origin, rng: random.Random) -> Filled:
        """Everyday words of a language in no order, in half of the cases with one entity among them."""
        words = self._everyday.get(language) or self.pools[0].parts["words"]
        more = origin.pool.parts["words"] if origin.pool.language == language else []
        parts = [rng.choice(more if more and rng.random() < 0.4 else words) for _ in range(rng.randrange(3, 14))]
        if rng.random() < 0.5:
            parts.insert(rng.randrange(len(parts) + 1), "{" + rng.choice(_LOOSE) + "}")
        text = ("" if language in UNSPACED and rng.random() < 0.8 else " ").join(parts)
        marks = rng.choice((".", "?", "!", "", "", ","))
        return fill(text[:1].upper() + text[1:] + marks, language, self, origin, rng)

    def _first(self, origin: Origin, rng: random.Random) -> str:
        if not origin.pool.non_latin and rng.random() < 0.08:
            return self._firsts.word(rng)
        return self._pick("first", origin, rng) or self._firsts.word(rng)

    def _last(self, origin: Origin, rng: random.Random) -> str:
        if not origin.pool.non_latin and rng.random() < 0.2:
            return self._surnames.word(rng)
        return self._pick("last", origin, rng) or self._surnames.word(rng)

    def _last_first(self, origin: Origin, rng: random.Random) -> str:
        return f"{self._last(origin, rng)}, {self._first(origin, rng)}"

    def _person(self, origin: Origin, rng: random.Random) -> str:
        first, last = self._first(origin, rng), self._last(origin, rng)
        language = origin.pool.language
        if language in SURNAME_FIRST:
            space = " " if language not in UNSPACED or rng.random() < 0.2 else ""
            return last + space + first
        middle = self._pick("middle", origin, rng)
        if middle and language in _PATRONYMS and rng.random() < 0.5:
            return rng.choice(_PATRONYM_FORMS).format(f=first, m=middle, l=last, i=first[0], j=middle[0])
        form = str(rng.choice(self._words["person_forms"][: 8 if origin.pool.non_latin else None]))
        other_first, other_last = self._first(origin, rng), self._last(origin, rng)
        return form.format(
            f=first, l=last, i=first[0], i2=other_first[0], f2=other_first, l2=other_last, L=last.upper()
        )  # fmt: skip

    def _city(self, origin: Origin, rng: random.Random) -> str:
        roll = rng.random()
        script = SCRIPT_OF.get(origin.pool.language)
        if script and roll < 0.5:
            return rng.choice(self._foreign[script])
        if roll < 0.5:
            for _ in range(12):
                name = self._cities[min(int(rng.expovariate(1 / 1500)), len(self._cities) - 1)]
                if held_out(name) == origin.testing:
                    break
            return name
        if roll < 0.57 and not origin.pool.non_latin:
            return self._towns.word(rng)
        return self._pick("city", origin, rng) or rng.choice(self._cities)

    def _region(self, origin: Origin, rng: random.Random) -> str:
        return self._pick("region", origin, rng) or self._city(origin, rng)

    def _zip(self, origin: Origin, rng: random.Random) -> str:
        return self._pick("zip", origin, rng) or number_like("#####", rng)

    def _street(self, origin: Origin, rng: random.Random) -> str:
        found = self._pick("street", origin, rng)
        if found and rng.random() < 0.4:
            return found.replace("\n", " ")
        streets, language = self._words["streets"], origin.pool.language
        patterns = streets.get("en" if not origin.pool.non_latin and language not in streets else language)
        if patterns is None:
            return (found or self._city(origin, rng)).replace("\n", " ")
        filling = {
            "w": self._street_word(language, origin, rng),
            "n": str(rng.choice((rng.randrange(1, 200), rng.randrange(1, 30), rng.randrange(1, 9999)))),
            "a": rng.choice("abc"),
            "A": rng.choice("ABC"),
            "k": str(rng.randrange(1, 60)),
            "o": rng.choice(_ORDINALS),
        }
        return str(rng.choice(patterns)).format(**filling)

    def _street_word(self, language: str, origin: Origin, rng: random.Random) -> str:
        if language == "en" and rng.random() < 0.4:
            return str(rng.choice((*self._words["adjectives"], *self._words["nouns"], *_STREET_WORDS)))
        return rng.choice((self._last, self._first, self._last, self._city))(origin, rng)

    def _address(self, slot: str, language: str, origin: Origin, rng: random.Random) -> str:
        made = self._pick("address", origin, rng)
        if made is None or rng.random() < 0.6:
            made = self._composed(language, origin, rng)
        elif rng.random() < 0.2:
            made += "\n" + self._value_country(language, rng)
        one_line = slot == "address1" or (slot == "address" and rng.random() < 0.5)
        return made.replace("\n", rng.choice((", ", ", ", ", ", " "))) if one_line else made

    def _composed(self, language: str, origin: Origin, rng: random.Random) -> str:
        country = self._value_country(language, rng)
        parts = {
            "s": self._street(origin, rng),
            "c": self._city(origin, rng),
            "r": self._region(origin, rng),
            "z": self._zip(origin, rng),
            "n": country,
            "N": country.upper(),
            "u": number_like(rng.choice(self._words["units"]), rng),
            "p": number_like(rng.choice(self._words["boxes"]), rng),
        }
        return str(rng.choice(self._words["address_forms"])).format(**parts).replace("|", "\n")

    def _value_country(self, language: str, rng: random.Random) -> str:
        return str(rng.choice(self._calendar.get(language, self._calendar["en"])["countries"]))

    def _organisation(self, language: str, origin: Origin, rng: random.Random) -> str:
        roll = rng.random()
        company = self._pick("company", origin, rng)
        if roll < 0.3 and company:
            return company
        if roll < 0.5 and not origin.pool.non_latin:
            for _ in range(8):
                name = str(rng.choice(self._words["orgs"]))
                if held_out(name) == origin.testing:
                    return name
        patterns = self._words["org_patterns"]
        kind = origin.pool.language if rng.random() < 0.6 else language
        if kind not in patterns:
            kind = "en"
        filled = rng.choice(patterns[kind])
        return _SLOT.sub(lambda match: self._org_part(match[1], language, origin, rng), filled)

    def _org_part(self, part: str, language: str, origin: Origin, rng: random.Random) -> str:
        if part == "word":
            made = "".join(rng.sample(self._words["syllables"], rng.choice((2, 2, 3))))
            return rng.choice((made.capitalize(), made.capitalize(), made.upper(), made))
        if part in ("field", "adj", "noun"):
            return str(rng.choice(self._words[{"field": "fields", "adj": "adjectives", "noun": "nouns"}[part]]))
        return self.value(part, language, origin, rng)


def choose(template: str, rng: random.Random) -> str:
    """The template with each [a|b] decided and line ends real."""
    decided = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), template)
    return decided.replace("\\n", "\n").replace("\\t", "\t")


def fill(template: str, language: str, values: Values, origin: Origin, rng: random.Random) -> Filled:
    """One text from one template."""
    chosen = choose(template, rng)
    text, spans, last = "", [], 0
    for match in _SLOT.finditer(chosen):
        text += chosen[last : match.start()]
        value = values.value(match[1], language, origin, rng)
        kind = TYPE_OF.get(match[1])
        if kind:
            spans.append((len(text), len(text) + len(value), kind))
        text += value
        last = match.end()
    return Filled(text + chosen[last:], tuple(spans), language, template)
