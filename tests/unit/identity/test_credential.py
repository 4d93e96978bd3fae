"""The command line's own credential."""

import stat
from pathlib import Path

import pytest

from shoal.errors import ConfigError
from shoal.identity import credential


def test_one_key_per_data_directory_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = credential.save(tmp_path / "config", tmp_path / "a", "key-a")
    credential.save(tmp_path / "config", tmp_path / "b", "key-b")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert credential.load(tmp_path / "config", tmp_path / "a") == "key-a"
    assert credential.load(tmp_path / "config", tmp_path / "b") == "key-b"
    assert credential.load(tmp_path / "config", tmp_path / "c") is None


@pytest.mark.parametrize("content", ["{", "[]", "\xff"])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, content: str) -> None:
    (tmp_path / credential.FILE).write_text(content, encoding="latin-1")
    with pytest.raises(ConfigError, match="delete it"):
        credential.load(tmp_path, tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError):
        credential.save(tmp_path / "file", tmp_path, "key")
