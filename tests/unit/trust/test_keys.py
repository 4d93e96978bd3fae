"""The root key: published vectors, who may read it, what it gives whom."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from shoal.errors import ConfigError, StorageError
from shoal.trust.keys import RootKey, hkdf


def test_the_published_vectors() -> None:
    """RFC 5869, appendix A.1 and A.3."""
    ikm = b"\x0b" * 22
    salt, info = bytes(range(13)), bytes(range(0xF0, 0xFA))
    assert hkdf(ikm, salt, info, 42).hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    assert hkdf(ikm, b"", b"", 42).hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = RootKey.open(None, tmp_path / "data")
    again = RootKey.open(None, tmp_path / "data")
    assert first.derive("t", "p") == again.derive("t", "p")
    path = tmp_path / "data" / "root.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["root.key"]


def test_every_tenant_and_purpose_has_its_own() -> None:
    key = RootKey(b"k" * 32)
    pairs = [("a", "b"), ("a", "c"), ("b", "b"), ("ab", ""), ("", "ab"), ("a\x00b", ""), ("a", "b\x00")]
    assert len({key.derive(*pair) for pair in pairs}) == len(pairs)


def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("short\n")
    with pytest.raises(ConfigError, match="has 5 bytes"):
        RootKey.open(f"file:{path}", tmp_path)


def test_a_damaged_key_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "root.key").write_bytes(b"\xff\xfe")
    with pytest.raises(StorageError, match="mend it"):
        RootKey.open(None, tmp_path)


def test_nobody_sees_the_key() -> None:
    assert repr(RootKey(b"secret" * 8)) == "RootKey()"
