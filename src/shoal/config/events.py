"""[events]: who is told of what happens: webhooks of the operator's, each with its secret. The form only."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from shoal.config.table import Table, check_reference


class Webhook(Table):
    """[events.webhooks.NAME]: `names` are the events to be told of, such as "budget.*"; `tenants` those organisations
    alone."""

    url: str = Field(pattern=r"^https?://")
    secret: str
    names: tuple[str, ...] = ("*",)
    tenants: tuple[str, ...] = ("*",)

    _reference = field_validator("secret")(lambda value: check_reference(value, "secret"))

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            good = bool(parts.hostname) and parts.port != 0 and parts.username is None
        except ValueError:
            good = False
        if not good or any(mark.isspace() for mark in url):
            raise ValueError('write an address such as "https://alerts.example.org/shoal"')
        return url


class EventRules(Table):
    """[events]: `give_up_h` is how long a webhook that does not answer is tried, `keep_days` how long events stay."""

    webhooks: Mapping[str, Webhook] = Field(default_factory=dict)
    give_up_h: float = Field(72, gt=0, le=720)
    keep_days: int = Field(30, ge=1, le=3660)
