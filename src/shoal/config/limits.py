"""[limits] and [budgets]: rates, caps per period, where counters are kept and what happens when they cannot be asked.

It knows the form of the tables; which teams or keys there are is not for it to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from shoal.config.table import Mode, Table, check_reference

Of = Literal["organisation", "team", "user", "key", "model", "tag"]
RATE = re.compile(r"(\d[\d_]*)([kM]?) *(?:/|per) *(second|minute|hour|day|week|month)")
TIMES = {"": 1, "k": 1000, "M": 1_000_000}
# Sums of two amounts must stay below 2^53, where doubles, in which shared stores count, cease to be exact.
MOST = 2**52
MICRO = 1_000_000
COUNTED = ("requests", "tokens", "input_tokens", "output_tokens")
CAPPED = ("usd", "tokens", "wh", "gco2e", "requests")


def rate_of(text: str) -> tuple[int, str]:
    """How many in which period: "60/minute", "100k/day". Raises ValueError."""
    found = RATE.fullmatch(text.strip())
    many = int(found[1].replace("_", "")) * TIMES[found[2]] if found else 0
    if found is None or not 0 < many <= MOST:
        raise ValueError('write a number and a period, such as "60/minute" or "100k/day"')
    return many, found[3]


class Rate(Table):
    """[limits.rates.NAME]: how much each of a kind may take per time. `only` names which; left out, it holds for each
    one, counted apart. A name is a bare one or "organisation/name"; of tags it is "name=value"."""

    of: Of = "key"
    only: tuple[str, ...] = ()
    mode: Mode = "enforce"
    requests: str | None = None
    tokens: str | None = None
    input_tokens: str | None = None
    output_tokens: str | None = None
    concurrent: int | None = Field(None, ge=1, le=1_000_000)

    @field_validator(*COUNTED)
    @classmethod
    def _rate(cls, text: str | None) -> str | None:
        if text is not None:
            rate_of(text)
        return text

    @model_validator(mode="after")
    def _something(self) -> Rate:
        if self.concurrent is None and all(getattr(self, name) is None for name in COUNTED):
            raise ValueError(f"limits nothing: give one of {', '.join((*COUNTED, 'concurrent'))}")
        return self


class Downshift(Table):
    """[budgets.NAME.downshift]: from the share `at` on, what is asked of larger models goes to the first of `to` that
    the key may use and that may do the work: a model that the certified route knows, where it lets it answer that ask;
    another by your own word, unless `certified` asks for a certificate."""

    at: float = Field(0.9, gt=0, le=1)
    to: tuple[str, ...] = Field(min_length=1)
    certified: bool = False


class Budget(Table):
    """[budgets.NAME]: how much each of a kind may take per period. `soft` is the share of it from which on replies
    carry a warning; `hard = false` never refuses. A calendar window ends with the zone's hour, day, week (on Sunday),
    month, quarter or year; a rolling one is the last 30 days for a month."""

    of: Of = "organisation"
    only: tuple[str, ...] = ()
    mode: Mode = "enforce"
    usd: float | None = Field(None, ge=0, le=MOST / MICRO)
    tokens: int | None = Field(None, ge=0, le=MOST)
    wh: float | None = Field(None, ge=0, le=MOST / MICRO)
    gco2e: float | None = Field(None, ge=0, le=MOST / MICRO)
    requests: int | None = Field(None, ge=0, le=MOST)
    per: Literal["hour", "day", "week", "month", "quarter", "year"] = "month"
    window: Literal["calendar", "rolling"] = "calendar"
    time_zone: str = "UTC"
    soft: float = Field(0.8, gt=0, le=1)
    hard: bool = True
    downshift: Downshift | None = None

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"'{name}' is no time zone: write one such as \"Europe/Berlin\"") from None
        return name

    @model_validator(mode="after")
    def _something(self) -> Budget:
        if all(getattr(self, name) is None for name in CAPPED):
            raise ValueError(f"caps nothing: give one of {', '.join(CAPPED)}")
        return self


class Limits(Table):
    """[limits]: `store` is "memory" for one process, else where the address of a Redis or Valkey is written
    (`env:NAME`, `file:PATH`), which several processes share. `when_lost` says what happens while it is away; left out
    it is closed where there are hard budgets, else open. `dead` says what becomes of the reservations of a process that
    died. `max_tokens` is what a reply may have at most where the caller does not say. `shares` weighs teams in a queue.
    """

    mode: Mode = "enforce"
    store: str = "memory"
    namespace: str = Field("shoal", pattern=r"^[\w.-]{1,64}$")
    when_lost: Literal["closed", "open"] | None = None
    dead: Literal["charge", "return"] = "charge"
    lease_s: float = Field(60, ge=1, le=3600)
    max_tokens: int = Field(4096, ge=1, le=1_000_000_000)
    unpriced: Literal["refuse", "free"] = "refuse"
    shares: Mapping[str, float] = Field(default_factory=dict)
    rates: Mapping[str, Rate] = Field(default_factory=dict)

    @field_validator("store")
    @classmethod
    def _store(cls, value: str) -> str:
        return value if value == "memory" else check_reference(value)

    @field_validator("shares")
    @classmethod
    def _weights(cls, shares: Mapping[str, float]) -> Mapping[str, float]:
        if any(not 0 < share <= 1000 for share in shares.values()):
            raise ValueError("a share is more than 0 and at most 1000")
        return shares
