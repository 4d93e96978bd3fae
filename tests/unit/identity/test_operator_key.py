"""The operator's own admin key: what can be guessed is refused at start."""

from __future__ import annotations

import random
from base64 import urlsafe_b64encode

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
    """As `openssl rand -hex 32` gives them, and shorter forms of as many bits; the same in every run, since one in ten
    million is refused."""
    chance = random.Random(5)
    drawn = [chance.randbytes(32) for _ in range(500)]
    made = [each.hex() for each in drawn] + [urlsafe_b64encode(each).decode().rstrip("=") for each in drawn]
    assert [weakness(each) for each in made if weakness(each)] == []
