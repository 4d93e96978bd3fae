"""[telemetry]: whether figures go to a collector of OpenTelemetry. It knows no SDK; off unless an address is given."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator

from shoal.config.table import Table, check_reference


class Telemetry(Table):
    """[telemetry]: `otlp` is the collector's base address (OTLP over HTTP), such as "http://127.0.0.1:4318"; `headers`
    what it wants to see, each as "env:NAME" or "file:PATH"; `traces` whether spans are sent besides metrics;
    `interval_s` how often metrics are."""

    otlp: str | None = Field(None, pattern=r"^https?://[^\s/]+(/\S*)?$")
    headers: Mapping[str, str] = Field(default_factory=dict)
    traces: bool = True
    interval_s: float = Field(60, ge=1)

    @field_validator("headers")
    @classmethod
    def _references(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for value in headers.values():
            check_reference(value)
        return headers
