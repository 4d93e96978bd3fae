"""Sealing: the envelope around what is kept. A data key for each tenant and day, wrapped by a key that the root key
gives for the tenant. It stores nothing.

AES-256-GCM (NIST SP 800-38D) with random nonces of 96 bits: one data key is good for 2**32 seals.
"""

from __future__ import annotations

import secrets

from shoal.errors import StorageError
from shoal.stores.day_keys import DayKey
from shoal.trust.keys import RootKey

NONCE_BYTES = 12
KEY_BYTES = 32
PURPOSE = "content"


class Envelope:
    """Makes, wraps and uses data keys. What a seal is for (`about`) is bound to it: opened for anything else it is an
    error."""

    __slots__ = ("_root",)

    def __init__(self, root: RootKey) -> None:
        self._root = root

    def make(self, tenant: str, day: int, expires: int) -> DayKey:
        """A new data key, wrapped."""
        return DayKey(tenant, day, expires, self._wrap(tenant, day, secrets.token_bytes(KEY_BYTES)))

    def seal(self, wrapped: bytes, tenant: str, day: int, plain: bytes, *about: str) -> bytes:
        """`plain` under the data key of that day. Raises StorageError where the key cannot be unwrapped."""
        return _seal(self._unwrap(tenant, day, wrapped), plain, bound("text", tenant, str(day), *about))

    def open(self, wrapped: bytes, tenant: str, day: int, sealed: bytes, *about: str) -> bytes:
        """What was sealed. Raises StorageError where the key, the seal or what it is about is another."""
        return _open(self._unwrap(tenant, day, wrapped), sealed, bound("text", tenant, str(day), *about))

    def _wrap(self, tenant: str, day: int, key: bytes) -> bytes:
        return _seal(self._root.derive(tenant, PURPOSE), key, bound("key", tenant, str(day)))

    def _unwrap(self, tenant: str, day: int, wrapped: bytes) -> bytes:
        return _open(self._root.derive(tenant, PURPOSE), wrapped, bound("key", tenant, str(day)))


def bound(*parts: str) -> bytes:
    """The parts in one, so that no other parts give the same."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(each).to_bytes(4, "big") + each for each in encoded)


def _seal(key: bytes, plain: bytes, about: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # loaded where something is kept: 7 MB

    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def _open(key: bytes, sealed: bytes, about: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        raise StorageError(
            "kept content cannot be opened: the root key is another than when it was kept (trust.root_key), or the "
            "database was changed by somebody else"
        ) from None
