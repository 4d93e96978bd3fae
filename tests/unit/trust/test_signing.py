"""Signatures: who can make them, and what they cannot be taken for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.keys import RootKey
from shoal.trust.signing import KEY_BYTES, SIGNATURE_BYTES, Signer, signed_by

ROOT = RootKey(b"r" * 32)
OTHER = RootKey(b"o" * 32)


def test_what_was_signed_is_known_again() -> None:
    signer = Signer(ROOT, "audit/head")
    signature = signer.sign(b"head")
    assert (len(signer.public), len(signature)) == (KEY_BYTES, SIGNATURE_BYTES)
    assert signed_by(signer.public, "audit/head", b"head", signature)
    assert Signer(ROOT, "report").public == signer.public
    assert Signer(OTHER, "audit/head").public != signer.public


@given(at=st.integers(0, SIGNATURE_BYTES - 1), bit=st.integers(0, 7), said=st.binary(max_size=40))
def test_a_changed_bit_is_seen(at: int, bit: int, said: bytes) -> None:
    signer = Signer(ROOT, "p")
    signature = bytearray(signer.sign(said))
    signature[at] ^= 1 << bit
    assert not signed_by(signer.public, "p", said, bytes(signature))


@pytest.mark.parametrize(
    ("root", "purpose", "message"),
    [(OTHER, "p", b"m"), (ROOT, "q", b"m"), (ROOT, "p", b"n"), (ROOT, "pm", b""), (ROOT, "", b"p\x00m")],
)
def test_no_other_signature_passes(root: RootKey, purpose: str, message: bytes) -> None:
    assert not signed_by(Signer(ROOT, "p").public, "p", b"m", Signer(root, purpose).sign(message))


@pytest.mark.parametrize(("public", "signature"), [(b"", b""), (b"x" * 31, b"s" * 64), (b"\xff" * 32, b"s" * 64)])
def test_what_is_no_key_or_signature_fails_quietly(public: bytes, signature: bytes) -> None:
    assert not signed_by(public, "p", b"m", signature)


def test_a_purpose_holds_no_zero_byte() -> None:
    with pytest.raises(ValueError, match="zero byte"):
        Signer(ROOT, "a\x00b").sign(b"m")


def test_nobody_sees_the_key() -> None:
    assert repr(Signer(ROOT, "p")) == "Signer('p')"
