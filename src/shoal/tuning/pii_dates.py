"""Dates and times as people write them, per language; it knows the Gregorian calendar only."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

_NUMERIC = {
    "en": (
        "{m}/{d}/{Y}",
        "{M}/{D}/{Y}",
        "{m}/{d}/{y}",
        "{M}-{D}-{Y}",
        "{D}/{M}/{Y}",
        "{Y}-{M}-{D}",
        "{d}.{m}.{Y}",
        "{m}/{d}",
        "{Y}/{M}/{D}",
    ),
    "ja": ("{Y}年{m}月{d}日", "{Y}/{M}/{D}", "{Y}-{M}-{D}", "{m}月{d}日"),
    "zh": ("{Y}年{m}月{d}日", "{Y}-{M}-{D}", "{Y}/{m}/{d}", "{m}月{d}日"),
    "ko": ("{Y}년 {m}월 {d}일", "{Y}-{M}-{D}", "{Y}.{m}.{d}", "{m}월 {d}일"),
    "hu": ("{Y}. {M}. {D}.", "{Y}.{M}.{D}.", "{Y}-{M}-{D}"),
}
_NUMERIC_ELSE = (
    "{D}.{M}.{Y}",
    "{d}.{m}.{Y}",
    "{D}/{M}/{Y}",
    "{d}/{m}/{y}",
    "{D}-{M}-{Y}",
    "{Y}-{M}-{D}",
    "{D}.{M}.{y}",
)
_WORDED = {
    "en": (
        "{month} {d}, {Y}",
        "{d} {month} {Y}",
        "{mon} {d}, {Y}",
        "{d} {mon} {Y}",
        "{month} {d}{th}, {Y}",
        "{month} {d}{th}",
        "{d}{th} of {month} {Y}",
        "the {d}{th} of {month}",
        "{month} {d}",
        "{d} {month}",
        "{weekday}, {month} {d}",
        "{weekday}, {d} {month} {Y}",
        "{weekday} {month} {d}{th}",
        "{month} {Y}",
        "{mon} {Y}",
        "{D}-{mon}-{Y}",
        "{D} {mon} {y}",
        "{mon}. {d}, {Y}",
        "{mon} {d}",
        "the {Y}s",
        "{month} of {Y}",
        "{wd} {d} {mon} {Y}",
        "{month} {d} {Y}",
        "{month} {d} at {h}{ap}",
        "{month} '{y}",
        "the {d}{th} day of {month}, {Y}",
        "{weekday} the {d}{th} of {month}",
    ),
    "de": ("{d}. {month} {Y}", "{d}. {month}", "{weekday}, {d}. {month} {Y}", "{month} {Y}"),
    "es": ("{d} de {month} de {Y}", "{d} de {month}", "{month} de {Y}"),
    "pt": ("{d} de {month} de {Y}", "{d} de {month}", "{month} de {Y}"),
    "cs": ("{d}. {month} {Y}", "{d}. {month}"),
    "da": ("{d}. {month} {Y}", "{d}. {month}"),
    "no": ("{d}. {month} {Y}", "{d}. {month}"),
    "fi": ("{d}. {month}ta {Y}",),
    "hu": ("{Y}. {month} {d}.", "{month} {d}."),
}
_WORDED_ELSE = ("{d} {month} {Y}", "{d} {month}", "{month} {Y}", "{weekday} {d} {month} {Y}", "{d} {mon} {Y}")
_TIMES = {
    "en": ("{H}:{N}", "{h}:{N} {ap}", "{h}{ap}", "{h} {ap}", "{h}:{N}{ap}", "{H}:{N}:{S}", "{h} o'clock"),
    "ja": ("{h}時", "{h}時{N}分", "{H}:{N}", "午後{h}時"),
    "zh": ("{h}点", "{H}:{N}", "下午{h}点", "{h}点{N}分"),
    "ko": ("{h}시", "오후 {h}시", "{H}:{N}", "{h}시 {N}분"),
    "de": ("{H}:{N}", "{H}:{N} Uhr", "{h} Uhr", "{H}.{N} Uhr"),
    "fr": ("{H}h{N}", "{H}h", "{H}:{N}", "{H} h {N}"),
    "sv": ("{H}.{N}", "{H}:{N}"),
    "da": ("{H}.{N}", "{H}:{N}"),
}
_STAMPS = (
    "{Y}-{M}-{D} {H}:{N}:{S}",
    "{Y}-{M}-{D}T{H}:{N}:{S}Z",
    "{Y}-{M}-{D} {H}:{N}",
    "{D}.{M}.{Y} {H}:{N}",
    "{M}/{D}/{Y}, {h}:{N} {ap}",
    "{D}/{mon}/{Y}:{H}:{N}:{S} +0000",
    "{wd}, {d} {mon} {Y} {H}:{N}:{S} +0100",
    "{Y}-{M}-{D}T{H}:{N}:{S}.{S}7+02:00",
    "{wd} {mon} {D} {H}:{N}:{S} {Y}",
)
_WORDED_SHARE = 0.5


def _fields(names: Mapping[str, Sequence[str]], rng: random.Random) -> dict[str, str]:
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), year_number(rng)
    hour = rng.randrange(24)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day // 10 != 1 else 0, "th")
    weekday = rng.choice(names["weekdays"])
    numbers = {"d": day, "m": month, "Y": year, "h": hour % 12 or 12}
    two_digits = {"D": day, "M": month, "y": year % 100, "H": hour, "N": rng.randrange(60), "S": rng.randrange(60)}
    return {
        **{key: str(number) for key, number in numbers.items()},
        **{key: f"{number:02d}" for key, number in two_digits.items()},
        "th": ending,
        "month": names["months"][month - 1],
        "mon": names["short_months"][month - 1],
        "weekday": weekday,
        "wd": weekday[:3],
        "ap": rng.choice(("am", "pm", "AM", "PM", "a.m.", "p.m.")),
    }


def year_number(rng: random.Random) -> int:
    """A year, mostly within the last hundred."""
    return rng.randrange(1930, 2031) if rng.random() < 0.85 else rng.randrange(1500, 1930)


def date(language: str, names: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    """A date, in figures or in words. `names` holds months, short_months, weekdays."""
    if rng.random() < _WORDED_SHARE and language not in ("ja", "zh", "ko"):
        patterns = _WORDED.get(language, _WORDED_ELSE)
    else:
        patterns = _NUMERIC.get(language, _NUMERIC_ELSE)
    return rng.choice(patterns).format(**_fields(names, rng))


def time(language: str, names: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    """A time of day."""
    return rng.choice(_TIMES.get(language, ("{H}:{N}", "{H}.{N}", "{H}:{N}:{S}"))).format(**_fields(names, rng))


def stamp(names: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    """A date with a time, as programs write it."""
    return rng.choice(_STAMPS).format(**_fields(names, rng))
