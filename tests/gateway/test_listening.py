"""What the gateway listens on: addresses of both families, and how they are said."""

from __future__ import annotations

import socket

import pytest

from shoal.config import Settings
from shoal.errors import ConfigError
from shoal.gateway.listening import address_of, bind, bind_metrics


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "127.0.0.1"),
        ("::1", "[::1]"),
        ("fe80::2", "[fe80::2]"),
        ("gateway.internal", "gateway.internal"),
    ],
)
def test_an_address_is_said_so_that_it_can_be_asked(host: str, said: str) -> None:
    with bind("127.0.0.1", 0, "server.port") as listening:
        assert address_of(host, listening) == f"http://{said}:{listening.getsockname()[1]}"


def test_metrics_listen_on_an_address_of_either_family() -> None:
    with bind_metrics("127.0.0.1:0") as listening:  # type: ignore[union-attr]
        assert listening.family is socket.AF_INET
    assert Settings(server={"metrics_bind": "[::1]:0"}).server.metrics_bind == "[::1]:0"
    try:
        with bind_metrics("[::1]:0") as listening:  # type: ignore[union-attr]
            assert listening.family is socket.AF_INET6
    except ConfigError as error:
        pytest.skip(f"no IPv6 here: {error}")


def test_a_port_that_is_taken_is_said_with_its_setting() -> None:
    with bind("127.0.0.1", 0, "server.port") as taken:
        taken.listen()
        with pytest.raises(ConfigError, match=r"server\.metrics_bind"):
            bind_metrics(f"127.0.0.1:{taken.getsockname()[1]}")
