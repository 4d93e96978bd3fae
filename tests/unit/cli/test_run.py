"""The boundary: every error becomes one line and an exit code, and help costs little."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shoal.cli import doctor
from shoal.cli.run import exit_code
from shoal.errors import (
    AuthenticationError,
    ConfigError,
    HostUnreachable,
    NotFound,
    PermissionDenied,
    RequestError,
    ShoalError,
    StorageError,
    UnknownModel,
)
from tests.unit.cli.conftest import Shell

MASKING = ("mask", "unmask", "policy", "trust", "report")
HEAVY = ("numpy", "sqlalchemy", "pydantic", "rich", "starlette", "uvicorn", "structlog", "aiohttp", "asyncio")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 3),
        (NotFound("x"), 4),
        (UnknownModel("x"), 4),
        (AuthenticationError("x"), 4),
        (PermissionDenied("x"), 4),
        (StorageError("x"), 1),
        (RequestError("x"), 1),
        (HostUnreachable("x", host="h"), 1),
        (ShoalError("x"), 1),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: ShoalError, code: int) -> None:
    assert exit_code(error) == code


def test_help_lists_every_verb(shell: Shell) -> None:
    said = shell("--help")
    assert said.code == 0
    for verb in (*("up", "ask", "models", "ground", "config", "doctor", "keys"), *MASKING):
        assert f"\n  {verb} " in said.out


def test_the_version_is_that_of_the_package(shell: Shell) -> None:
    from shoal import __version__

    assert shell("--version").out == f"{__version__}\n"


@pytest.mark.parametrize("words", [["swim"], ["ask", "--depth", "3"], ["models"], ["keys", "create"]])
def test_wrong_usage_is_exit_code_2_and_leaves_standard_output_alone(shell: Shell, words: list[str]) -> None:
    said = shell(*words)
    assert said.code == 2
    assert said.err or "Usage" in said.out


def test_an_error_is_a_line_that_names_the_fix(shell: Shell) -> None:
    said = shell("config", "check", "--config", "absent.toml")
    assert (said.code, said.out) == (3, "")
    assert said.err == "shoal: there is no absent.toml: copy shoal.example.toml, or leave --config out\n"


def test_with_json_the_error_is_the_apis_error_object(shell: Shell) -> None:
    said = shell("config", "check", "--config", "absent.toml", "--json")
    assert said.code == 3
    assert said.json()["error"]["code"] == "config_error"
    assert "absent.toml" in said.json()["error"]["message"]


def test_the_unexpected_is_one_line_without_traceback_or_text(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("what a person asked")

    monkeypatch.setattr("shoal.cli.house.settings_of", broken)
    said = shell(doctor.doctor.__name__)
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "KeyError at" in said.err
    assert "what a person asked" not in said.err


def test_what_the_system_refuses_is_said_in_its_words(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "data/shoal.db")

    monkeypatch.setattr("shoal.cli.house.settings_of", full)
    said = shell(doctor.doctor.__name__)
    assert (said.code, said.out) == (1, "")
    assert said.err == "shoal: No space left on device (data/shoal.db): mend that, then try again\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("more", [[], ["--json"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_standard_output_is_one_line(more: list[str], unbuffered: str) -> None:
    words = [sys.executable, "-c", "from shoal.cli import main; main()", "plan", "verify", *more]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("shoal: No space left on device")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_enough_is_no_error(unbuffered: str) -> None:
    words = [sys.executable, "-c", "from shoal.cli import main; main()", "plan", "verify"]
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from shoal.cli import run; code = run(['--help']); "
        f"print(code, sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "0 []\n"


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_completion_scripts_can_be_had(shell_name: str) -> None:
    program = "from shoal.cli import main; main()"
    words = [sys.executable, "-c", program]
    environment = {"_SHOAL_COMPLETE": f"source_{shell_name}", "PATH": ""}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert "_SHOAL_COMPLETE" in done.stdout
