"""The sockets that the gateway listens on, and what their addresses are called. It serves nothing."""

from __future__ import annotations

import socket

from shoal.errors import ConfigError


def bind(host: str, port: int, setting: str) -> socket.socket:
    """A socket at that address. Raises ConfigError that names the setting where it cannot be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise ConfigError(
            f"{host}:{port} cannot be used ({error.strerror}): stop what runs there, or change {setting}"
        ) from None
    return bound


def bind_metrics(address: str | None) -> socket.socket | None:
    """A socket at "host:port" or "[IPv6]:port", if that is given. Raises ConfigError where it cannot be used."""
    if address is None:
        return None
    host, _, port = address.rpartition(":")
    return bind(host.strip("[]"), int(port), "server.metrics_bind")


def address_of(host: str, listening: socket.socket) -> str:
    """The base address for who is on this machine."""
    return f"http://{_shown(host)}:{listening.getsockname()[1]}"


def _shown(host: str) -> str:
    if ":" in host and host != "::":
        return f"[{host}]"
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
