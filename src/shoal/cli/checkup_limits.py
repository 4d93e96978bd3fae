"""What `shoal doctor` looks at of the limits: whether they can hold, whether their store answers and keeps what it is
given. It changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoal.cli.checkup import PATIENCE_S, Finding
from shoal.errors import ConfigError

if TYPE_CHECKING:
    from shoal.config import Settings

NAME = "limits"


def limits(settings: Settings) -> Finding:
    """The store of the limits, and the workers that need one."""
    from shoal.config import secret
    from shoal.limits.opening import check_limits

    rows = settings.limits
    try:
        check_limits(settings)
        if rows.store == "memory" or rows.mode == "off":
            return Finding(NAME, "ok", "off" if rows.mode == "off" else "counted in memory, for one process")
        return store(secret(rows.store))
    except ConfigError as error:
        return Finding(NAME, "fault", error.message, "mend [limits], [budgets] or server.workers")


def store(url: str) -> Finding:
    """Whether the shared store answers, and throws nothing away. Raises ConfigError where the client is missing."""
    try:
        from redis import Redis
        from redis.exceptions import RedisError
    except ImportError:
        raise ConfigError("limits.store: the client is not installed: pip install 'shoal[redis]'") from None
    fix = "see that a Redis or Valkey runs there, or mend limits.store"
    try:
        with Redis.from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S) as client:
            client.ping()
            memory = client.info("memory")
    except (RedisError, OSError, ValueError) as error:
        return Finding(NAME, "fault", f"their store does not answer ({type(error).__name__})", fix)
    policy = memory.get("maxmemory_policy", "noeviction")
    if memory.get("maxmemory", 0) and policy != "noeviction":
        fix = "set maxmemory-policy to noeviction there, or give the limits a store of their own"
        return Finding(NAME, "warning", f"their store throws keys away when it is full ({policy})", fix)
    return Finding(NAME, "ok", "their store answers")
