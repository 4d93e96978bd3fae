"""`shoal up` as a process: its first words, an address that answers, and a clean end."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SHOAL = [sys.executable, "-c", "from shoal.cli import main; main()"]


@contextmanager
def up(home: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A gateway on a free port; it is ended with Ctrl-C and must end well."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOAL_")}
    environment |= {"XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data")}
    words = ("up", "--port", "0", *words)
    with subprocess.Popen(
        [*SHOAL, *words], cwd=home, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0, process.stderr.read() if process.stderr else ""


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_the_first_start_prints_a_key_and_a_curl_line_that_works(tmp_path: Path) -> None:
    with up(tmp_path) as process:
        address = first_line(process).split()[-1]
        assert process.stdout is not None
        words = ""
        while "More keys" not in words:
            words += process.stdout.readline()
        curl = shlex.split(words[words.index("curl") :].partition("\n\n")[0].replace("\\\n", ""))
        assert curl[2] == f"{address}/chat/completions"
        headers = {line.partition(": ")[0]: line.partition(": ")[2] for line in (curl[4], curl[6])}
        request = urllib.request.Request(curl[2], curl[8].encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert "[1]" in json.load(answer)["choices"][0]["message"]["content"]


def test_the_second_start_prints_no_key(tmp_path: Path) -> None:
    with up(tmp_path, "--json") as process:
        started = json.loads(first_line(process))
        assert started["event"] == "started"
        assert started["member_key"].startswith("sk-shoal-")
        assert Path(started["credential"]).stat().st_mode & 0o777 == 0o600
    with up(tmp_path, "--json") as process:
        assert set(json.loads(first_line(process))) == {"event", "address"}


@pytest.mark.parametrize("words", [["--observe"], ["--config", "observing.toml"]])
def test_where_nothing_is_masked_it_is_said_at_start(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "shoal.toml").write_text('[trust.masking]\ntier = "patterns"\n')
    (tmp_path / "observing.toml").write_text('[trust.masking]\ntier = "patterns"\nmode = "observe"\n')
    with up(tmp_path, *words) as process:
        first_line(process)
        assert first_line(process).startswith("Nothing is masked: ")
    with up(tmp_path, *words, "--json") as process:
        assert json.loads(first_line(process))["masking"] == "observe"
    with up(tmp_path, "--json") as process:
        assert "masking" not in json.loads(first_line(process))


@pytest.mark.parametrize("as_json", [False, True])
def test_a_port_in_use_is_said_with_the_fix(tmp_path: Path, as_json: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = ["up", "--port", str(taken.getsockname()[1]), "--data-dir", str(tmp_path / "d")]
        words += ["--json"] if as_json else []
        environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
        done = subprocess.run([*SHOAL, *words], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "stop what runs there, or change server.port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_directory_that_is_a_file_is_said_with_the_fix(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    words = ["up", "--port", "0", "--data-dir", str(tmp_path / "file")]
    done = subprocess.run([*SHOAL, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "name another one with --data-dir" in done.stderr
