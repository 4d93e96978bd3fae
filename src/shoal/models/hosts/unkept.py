"""What a host is told so that it does not keep a request: its own switch, as its row knows it. It sends nothing.

A caller's own wish to have a request kept passes only where the tenant's rules let it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shoal.chat import Json
from shoal.config.trust import TrustRules
from shoal.models.hosts.rows import Row

ON_REQUEST = "kept, as the request asks"
LONG_CACHE = "prompt_cache_retention"


class Unkept:
    """The switch of one host. `retention` is what the operator says that it keeps: a host that is known to keep
    requests is told nothing, since a host that routes on might find nobody else."""

    def __init__(self, row: Row, retention: str | None, rules: TrustRules) -> None:
        self._fields = row.unkept if retention in (None, "none") else {}
        self._takes_store = row.dialect == "openai"
        self._said = ", ".join(_told(self._fields))
        self._rules = rules

    def of(self, options: Json, tenant: str) -> tuple[Json, str | None]:
        """The options as they go out, the same object where nothing changes; and what was set, for the record."""
        asks = self._takes_store and (bool(options.get("store")) or options.get(LONG_CACHE) not in (None, "in_memory"))
        if asks and self._rules.retention_of(tenant).host_storage == "on_request":
            return options, ON_REQUEST
        if not asks and not self._fields:
            return options, None
        sent = {name: value for name, value in options.items() if not asks or name != LONG_CACHE}
        if asks and options.get("store"):
            sent["store"] = False
        return _over(sent, self._fields), self._said or "store=false"


def _over(below: Json, above: Mapping[str, Any]) -> Json:
    """`below` with the fields of `above`; objects are joined."""
    joined = dict(below)
    for name, value in above.items():
        under = joined.get(name)
        joined[name] = _over(under, value) if isinstance(under, dict) and isinstance(value, Mapping) else value
    return joined


def _told(fields: Mapping[str, Any], before: str = "") -> list[str]:
    """Each field with its value, such as "provider.zdr=true"."""
    told: list[str] = []
    for name, value in fields.items():
        if isinstance(value, Mapping):
            told += _told(value, f"{before}{name}.")
        else:
            told.append(f"{before}{name}={str(value).lower()}")
    return told
