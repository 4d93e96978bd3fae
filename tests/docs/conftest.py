"""A gateway of their own for the documentation's examples: started as the pages say, in an empty home."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
KEY = re.compile(r"sk-shoal-[a-z0-9]+-[\w-]+")


@dataclass(frozen=True)
class Running:
    """A gateway under way: its address, and the environment in which examples find it and its member key."""

    address: str
    environment: dict[str, str]


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`shoal up` on a free port, with the member key that its first start prints."""
    environment = empty_home(tmp_path_factory.mktemp("home"))
    command = ["shoal", "up", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            address, key = first_words(process)
            yield Running(address, {**environment, "SHOAL_API_KEY": key})
        finally:
            process.terminate()
            process.communicate(timeout=60)


def empty_home(folder: Path) -> dict[str, str]:
    """The environment of a person who has just installed Shoal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHOAL_", "OPENAI_", "XDG_"))}
    binaries = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return {**kept, "HOME": str(folder), "PATH": binaries, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}


def first_words(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The address and the member key that the first start prints."""
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        address, key = ADDRESS.search(said), KEY.search(said)
        if address and key and "curl" in said:
            return address[0], key[0]
    raise AssertionError(f"the gateway ended before it was up:\n{said}")
