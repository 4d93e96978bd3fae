"""Signatures of the trust layer: Ed25519 (RFC 8032) with a key from the root key. It knows nothing of what is signed.

What a signature is for (its purpose, such as "audit/head") is part of what is signed, so that one made for a report
can never pass for one under the head of a chain.
"""

from __future__ import annotations

from shoal.trust.keys import RootKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64


class Signer:
    """Signs for one purpose. All purposes share one public key: the operator hands out only that one."""

    __slots__ = ("_key", "_purpose", "public")

    def __init__(self, root: RootKey, purpose: str) -> None:
        """`public` is the public key, 32 bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # loaded where signed: 7 MB

        self._key = Ed25519PrivateKey.from_private_bytes(root.derive("", "signing"))
        self._purpose = purpose
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes. The same message always gets the same one."""
        return self._key.sign(_bound(self._purpose, message))

    def __repr__(self) -> str:
        return f"Signer({self._purpose!r})"


def signed_by(public: bytes, purpose: str, message: bytes, signature: bytes) -> bool:
    """Whether the owner of a public key signed this message for this purpose; False also for a key or a signature that
    is none."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _bound(purpose, message))
    except (InvalidSignature, ValueError):
        return False
    return True


def _bound(purpose: str, message: bytes) -> bytes:
    """No purpose holds a zero byte, so no other pair gives the same bytes."""
    if "\x00" in purpose:
        raise ValueError("a purpose holds no zero byte")
    return b"shoal\x00" + purpose.encode() + b"\x00" + message
