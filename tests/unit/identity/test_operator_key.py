"""The operator's own admin key: what can be guessed is refused at start."""

from __future__ import annotations

import secrets

import pytest

from shoal.errors import ConfigError
from shoal.identity.operator_key import operator_key, weakness


@pytest.mark.parametrize(
    "text",
    [
        "admin",
        "sk-1234",
        "a" * 64,
        "changeme" * 8,
        "0123456789abcdefghijklmnopqrstuvwxyz",
        "aabbccddeeffgghhiijjkkllmmnnooppqqrr",
        "1212121221212112121212121212112112121",
        "two words of thirty-two characters and more",
        "schlüssel-der-nicht-in-einen-kopf-passt-0815",
    ],
)
def test_a_weak_key_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN", text)
    with pytest.raises(ConfigError, match=r"openssl rand -hex 32") as raised:
        operator_key("env:ADMIN")
    assert len(text) < 8 or text not in raised.value.message


def test_random_keys_pass() -> None:
    made = [make(32) for make in (secrets.token_hex, secrets.token_urlsafe) for _ in range(500)]
    assert [weakness(each) for each in made if weakness(each)] == []
