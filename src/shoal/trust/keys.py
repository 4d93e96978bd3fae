"""The trust layer's keys: one root key, from which every tenant and purpose gets its own. It stores no derived key.

HKDF with SHA-256 (RFC 5869), with the standard library's HMAC.
"""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from shoal.config import secret
from shoal.errors import ConfigError, StorageError

LEAST_BYTES = 32
FILE = "root.key"


def hkdf(material: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """`length` (at most 8160) bytes derived from `material` (RFC 5869, section 2)."""
    extracted = hmac.digest(salt or bytes(sha256().digest_size), material, sha256)
    out = block = b""
    for counter in range(1, -(-length // sha256().digest_size) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), sha256)
        out += block
    return out[:length]


class RootKey:
    """The root key; it shows itself to nobody."""

    __slots__ = ("_material",)

    def __init__(self, material: bytes) -> None:
        """Raises ConfigError where the key is too short."""
        if len(material) < LEAST_BYTES:
            raise ConfigError(
                f"the root key has {len(material)} bytes, which can be guessed: use {LEAST_BYTES} or more, such as "
                "'openssl rand -hex 32' gives"
            )
        self._material = material

    @classmethod
    def open(cls, reference: str | None, data_dir: Path) -> RootKey:
        """The key behind `env:NAME` or `file:PATH`; without a reference the one in `data_dir`, made if there is none.

        Raises ConfigError, StorageError."""
        if reference is not None:
            return cls(secret(reference).encode())
        path = data_dir / FILE
        try:
            _make(path)
            return cls(path.read_text(encoding="ascii").strip().encode())
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"the root key {path} cannot be used ({type(error).__name__}): mend it") from None

    def derive(self, tenant: str, purpose: str) -> bytes:
        """32 bytes for one tenant and purpose; no other pair gets the same."""
        info = b"\x00".join(part.encode("utf-8", "surrogatepass").hex().encode() for part in (tenant, purpose))
        return hkdf(self._material, b"shoal", info)

    def __repr__(self) -> str:
        return "RootKey()"


def _make(path: Path) -> None:
    """Writes a new key whole and durably before it has its name; of two starts at once, the first wins."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(LEAST_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
