"""Values to fill templates with: names, addresses, organisations, dates, numbers in many languages and countries.

Names and addresses come from Faker, cities and calendars from data files, some names are invented letter by letter.
Each list is split by a checksum: what the held-out part holds, training never sees.
"""

from __future__ import annotations

import json
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parent / "pii_templates"
HELD_OUT_SHARE = 8
DRAWS = 1500
TRAINED = (
    "en_US",
    "en_GB",
    "en_CA",
    "en_AU",
    "en_IE",
    "en_IN",
    "en_NZ",
    "en_NG",
    "en_PH",
    "en_KE",
    "en_PK",
    "de_DE",
    "de_AT",
    "de_CH",
    "fr_FR",
    "fr_CA",
    "fr_BE",
    "fr_CH",
    "es_ES",
    "es_MX",
    "es_AR",
    "es_CO",
    "es_CL",
    "it_IT",
    "pt_BR",
    "pt_PT",
    "nl_NL",
    "nl_BE",
    "pl_PL",
    "sv_SE",
    "da_DK",
    "no_NO",
    "fi_FI",
    "cs_CZ",
    "sk_SK",
    "ro_RO",
    "hr_HR",
    "sl_SI",
    "bg_BG",
    "tr_TR",
    "ru_RU",
    "uk_UA",
    "el_GR",
    "he_IL",
    "ar_SA",
    "ar_EG",
    "ar_AE",
    "fa_IR",
    "hi_IN",
    "ja_JP",
    "zh_CN",
    "zh_TW",
    "ko_KR",
    "id_ID",
    "vi_VN",
    "et_EE",
    "lv_LV",
    "is_IS",
    "az_AZ",
    "ne_NP",
)
HELD_OUT = ("hu_HU", "lt_LT", "sq_AL", "ga_IE")
"""Locales that training never sees."""
SURNAME_FIRST = frozenset({"ja", "zh", "ko", "hu"})
UNSPACED = frozenset({"ja", "zh", "ko"})
_NON_LATIN = frozenset({"ru", "uk", "bg", "el", "he", "ar", "fa", "hi", "ja", "zh", "ko", "ne"})
SCRIPT_OF = {
    "ru": "cyrillic",
    "uk": "cyrillic",
    "el": "greek",
    "he": "hebrew",
    "ar": "arabic",
    "hi": "devanagari",
    "ja": "katakana",
    "zh": "cjk",
    "ko": "hangul",
}

# Surnames of people who do not exist, but stand in every form; Faker has none of them.
SPECIMENS = {
    "en": ("Doe", "Roe", "Bloggs", "Citizen", "Appleseed"),
    "de": ("Mustermann", "Musterfrau", "Normalverbraucher"),
    "nl": ("Modaal",),
    "sv": ("Medelsvensson",),
    "no": ("Nordmann",),
    "fi": ("Meikäläinen",),
    "pl": ("Kowalski",),
    "pt": ("Ninguém",),
}


def held_out(value: str) -> bool:
    """Whether `value` belongs to the held-out part of its list."""
    return zlib.crc32(value.lower().encode()) % HELD_OUT_SHARE == 0


def read_json(name: str) -> dict[str, Any]:
    """One of the data files."""
    held: dict[str, Any] = json.loads((TEMPLATES / name).read_text(encoding="utf-8"))
    return held


@dataclass(frozen=True, slots=True)
class Pool:
    """What Faker knows of one country. `parts` holds lists by name: first, last, middle, street, zip, city, region,
    address, company, job, words."""

    locale: str
    parts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def language(self) -> str:
        return self.locale[:2]

    @property
    def non_latin(self) -> bool:
        return self.language in _NON_LATIN


def _makers(fake: Any) -> dict[str, list[Callable[[], str]]]:
    """For each part the Faker methods that exist in a locale."""
    names = {
        "first": ("first_name", "first_name_male", "first_name_female"),
        "last": ("last_name", "last_name_male", "last_name_female"),
        "middle": ("middle_name", "middle_name_male", "middle_name_female"),
        "street": ("street_address",),
        "zip": ("postcode",),
        "city": ("city",),
        "region": ("state", "state_abbr", "administrative_unit", "region", "province", "county", "prefecture"),
        "address": ("address",),
        "company": ("company",),
        "job": ("job",),
        "words": ("word",),
    }
    return {part: [getattr(fake, name) for name in known if hasattr(fake, name)] for part, known in names.items()}


def draw(locale: str, seed: int, draws: int = DRAWS) -> Pool:
    """A pool of `draws` values for each part, without doubles."""
    from faker import Faker

    fake = Faker(locale)
    fake.seed_instance(seed)
    pool = Pool(locale)
    for part, makers in _makers(fake).items():
        count = draws if part in ("first", "last", "middle", "words") else draws // 3
        values = {makers[at % len(makers)]() for at in range(count)} if makers else set()
        pool.parts[part] = sorted(value.strip() for value in values if value.strip())
    if pool.parts["last"]:
        pool.parts["last"] += SPECIMENS.get(pool.language, ())
    return pool


class Inventor:
    """Invents words that look like those of a list: a chain over the three letters before."""

    def __init__(self, words: Sequence[str]) -> None:
        self._next: dict[str, list[str]] = defaultdict(list)
        for word in words:
            state = "^^^"
            for char in [*word.lower(), "$"]:
                self._next[state].append(char)
                state = state[1:] + char

    def word(self, rng: random.Random) -> str:
        """A word of 3 to 12 letters, capitalised."""
        for _ in range(20):
            state, made = "^^^", ""
            while len(made) < 14:
                char = rng.choice(self._next[state])
                if char == "$":
                    break
                made += char
                state = state[1:] + char
            if 3 <= len(made) <= 12:
                break
        return "-".join(piece[:1].upper() + piece[1:] for piece in made.split("-"))


def number_like(pattern: str, rng: random.Random) -> str:
    """`pattern` with # as a digit, % as a digit but 0, ? as a capital, @ as a small letter."""

    def one(char: str) -> str:
        if char == "#":
            return str(rng.randrange(10))
        if char == "%":
            return str(rng.randrange(1, 10))
        if char == "?":
            return chr(65 + rng.randrange(26))
        return chr(97 + rng.randrange(26)) if char == "@" else char

    return "".join(map(one, pattern))


_USER_PARTS = ("cool", "dark", "sun", "max", "kitty", "gamer", "the", "real", "mr", "sky", "blue", "x", "night", "pro")
_HOSTS = ("example.com", "mail.com", "gmail.com", "web.de", "yahoo.co.uk", "corp.example", "acme.io", "posteo.org")


def user_name(rng: random.Random) -> str:
    """An invented account name."""
    return rng.choice(("", "_", ".")).join(rng.sample(_USER_PARTS, 2)) + rng.choice(("", "", number_like("%#", rng)))


def plain_value(slot: str, rng: random.Random, mailbox: str) -> str | None:
    """A value that is no entity of the classifier (account, e-mail, link), or None for an unknown slot."""
    if slot == "username":
        return user_name(rng)
    if slot == "email":
        name = rng.choice((mailbox, user_name(rng)))
        return re.sub(r"[^\w.+-]", "", name.lower().replace(" ", ".")) + "@" + rng.choice(_HOSTS)
    if slot == "url":
        return rng.choice(("https://", "http://www.", "www.")) + rng.choice(_HOSTS) + rng.choice(("", "/a/b", "/?q=1"))
    return None
