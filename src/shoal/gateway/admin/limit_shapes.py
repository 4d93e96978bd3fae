"""What bodies of the endpoints of limits, budgets and increases look like; the rest their tables in the settings
check."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shoal.config.limits import MICRO, MOST
from shoal.gateway.admin.shapes import Body, Moment, Word
from shoal.identity import bounds

Name = Annotated[str, Field(pattern=bounds.RULE, examples=["everybody"])]
Of = Literal["organisation", "team", "user", "key", "model", "tag"]
Mode = Literal["off", "observe", "enforce"]
Period = Literal["hour", "day", "week", "month", "quarter", "year"]
Quantity = Literal["usd", "tokens", "wh", "gco2e", "requests"]
Only = Annotated[list[Word], Field(max_length=100, description="which of them; all where it is empty")]
RateText = Annotated[str, Field(max_length=40, description="a number and a period", examples=["60/minute"])]
Amount = Annotated[float, Field(ge=0, le=MOST / MICRO, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Places = Annotated[int, Field(ge=1, le=1_000_000, description="requests under way at once")]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class Downshift(Body):
    at: Share = 0.9
    to: Annotated[list[Word], Field(min_length=1, max_length=20)]


class LimitChange(Body):
    of: Of = "key"
    only: Only = Field(default_factory=list)
    mode: Mode = "enforce"
    requests: RateText | None = None
    tokens: RateText | None = None
    input_tokens: RateText | None = None
    output_tokens: RateText | None = None
    concurrent: Places | None = None


class NewLimit(LimitChange):
    name: Name


class BudgetChange(Body):
    of: Of = "organisation"
    only: Only = Field(default_factory=list)
    mode: Mode = "enforce"
    usd: Amount | None = None
    tokens: Count | None = None
    wh: Amount | None = None
    gco2e: Amount | None = None
    requests: Count | None = None
    per: Period = "month"
    window: Literal["calendar", "rolling"] = "calendar"
    time_zone: Annotated[str, Field(max_length=64, examples=["Europe/Berlin"])] = "UTC"
    soft: Share = 0.8
    hard: bool = True
    downshift: Downshift | None = None


class NewBudget(BudgetChange):
    name: Name


class NewIncrease(Body):
    budget: Name
    quantity: Quantity
    amount: Annotated[float, Field(gt=0, le=MOST, allow_inf_nan=False, description="in the quantity's own unit")]
    until: Moment
    subject: Word | None = Field(None, description="for this one alone; for each where it is left out")


class LimitShown(LimitChange):
    object: Literal["shoal.limit"]
    id: str
    name: str
    organisation: str
    created: float
    author: str


class BudgetShown(BudgetChange):
    object: Literal["shoal.budget"]
    id: str
    name: str
    organisation: str
    created: float
    author: str


class IncreaseShown(Body):
    object: Literal["shoal.increase"]
    id: str
    budget: str
    quantity: Quantity
    amount: float
    subject: str | None
    until: float
    created: float
    author: str
    organisation: str
    of_settings: bool = Field(description="whether the budget is one of the settings")
