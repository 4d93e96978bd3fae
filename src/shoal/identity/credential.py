"""The command line's own credential: an admin key per data directory, in the user's configuration folder, mode 0600.

It is an ordinary key, so `shoal keys disable` revokes it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from shoal.errors import ConfigError

FILE = "credentials.json"


def save(folder: Path, data_dir: Path, token: str) -> Path:
    """Stores the key for this data directory and returns the file. Raises ConfigError where it cannot be written."""
    path = folder / FILE
    known = _read(path)
    known[str(data_dir.resolve())] = token
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(known, file, indent=1)
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"the credential file {path} cannot be written ({error.strerror}): mend its folder") from None
    return path


def load(folder: Path, data_dir: Path) -> str | None:
    """The key for this data directory; None where there is none."""
    return _read(folder / FILE).get(str(data_dir.resolve()))


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"the credential file {path} is damaged ({type(error).__name__}): delete it") from None
    if not isinstance(found, dict):
        raise ConfigError(f"the credential file {path} is damaged (not an object): delete it")
    return found
