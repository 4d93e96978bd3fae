"""The envelope: what is sealed opens for what it is about and for nothing else, and nothing shows in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import StorageError
from shoal.trust.keys import RootKey
from shoal.trust.retention.sealing import Envelope, bound

ENVELOPE = Envelope(RootKey(b"k" * 32))
KEY = ENVELOPE.make("north", 20_000, 20_030)


@given(st.binary(max_size=300), st.text(max_size=20))
def test_what_is_sealed_opens(plain: bytes, about: str) -> None:
    sealed = ENVELOPE.seal(KEY.wrapped, "north", 20_000, plain, about)
    assert len(plain) < 8 or plain not in sealed
    assert ENVELOPE.open(KEY.wrapped, "north", 20_000, sealed, about) == plain


SEALED = ENVELOPE.seal(KEY.wrapped, "north", 20_000, b"said", "content", "ex_1")


@pytest.mark.parametrize(
    ("tenant", "day", "about"),
    [
        ("south", 20_000, ("content", "ex_1")),
        ("north", 20_001, ("content", "ex_1")),
        ("north", 20_000, ("content", "ex_2")),
        ("north", 20_000, ("feedback", "ex_1")),
        ("north", 20_000, ("contentex_1",)),
    ],
)
def test_it_opens_for_nothing_else(tenant: str, day: int, about: tuple[str, ...]) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        ENVELOPE.open(KEY.wrapped, tenant, day, SEALED, *about)


def test_another_root_key_or_a_changed_byte_opens_nothing() -> None:
    other = Envelope(RootKey(b"o" * 32))
    changed = [SEALED[:at] + bytes([SEALED[at] ^ 1]) + SEALED[at + 1 :] for at in range(len(SEALED))]
    cases = [(other, SEALED), *((ENVELOPE, each) for each in changed), (ENVELOPE, b""), (ENVELOPE, SEALED[:-1])]
    for envelope, sealed in cases:
        with pytest.raises(StorageError):
            envelope.open(KEY.wrapped, "north", 20_000, sealed, "content", "ex_1")


@given(st.lists(st.text(max_size=3), max_size=4), st.lists(st.text(max_size=3), max_size=4))
def test_parts_are_bound_apart(one: list[str], other: list[str]) -> None:
    assert (bound(*one) == bound(*other)) == (one == other)


def test_no_repr_shows_a_key() -> None:
    assert repr(KEY) == "DayKey(tenant='north', day=20000, expires=20030)"
    assert "wrapped" not in repr(ENVELOPE)
