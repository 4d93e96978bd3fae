"""The bootstrap against pretended interpreters and a pretended uv; CI fetches the packages for real."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import bootstrap

ROOT = Path(__file__).parents[3]
FAKE_PYTHON = """#!/bin/sh
echo "$0 $*" >> {log}
case "$1 $2" in
  "-c "*) echo '{told}' ;;
  "-m venv")
    for last; do :; done
    {venv} || exit 1
    mkdir -p "$last/bin" && touch "$last/pyvenv.cfg"
    sed -e 's|"executable": "[^"]*"|"executable": "'"$last"'/bin/python"|' -e 's/"pip": false/"pip": true/' "$0" \\
      > "$last/bin/python" && chmod +x "$last/bin/python" ;;
  "-m pip") {pip} ;;
esac
"""


class Machine:
    """A folder on PATH with pretended programs, a project with lock files, and a log of what was run."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin = base / "bin"
        self.root = base / "project"
        self.log = base / "log"
        self.bin.mkdir()
        self.log.touch()
        (self.root / "requirements").mkdir(parents=True)
        for name in ("base", "dev", "client-openai2", "pip"):
            (self.root / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
        (self.root / "pyproject.toml").touch()
        for tool in ("mkdir", "touch", "sed", "chmod"):
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setattr(bootstrap, "NAMES", ("python3.11", "python3.12", "python3.99"))
        monkeypatch.setattr(sys, "executable", str(self.bin / "none"))

    def python(
        self,
        name: str = "python3.11",
        *,
        version: tuple[int, int, int] = (3, 11, 4),
        ensurepip: bool = True,
        pip: bool = True,
        venv_runs: bool = True,
        pip_runs: bool = True,
    ) -> str:
        path = self.bin / name
        told = {"executable": str(path), "base": str(path), "version": version, "venv": True}
        text = FAKE_PYTHON.format(
            log=self.log,
            told=json.dumps({**told, "ensurepip": ensurepip, "pip": pip}),
            venv=str(venv_runs).lower(),
            pip="exit 0" if pip_runs else "exit 1",
        )
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    def uv(self, *, runs: bool, maker: str | None = None) -> None:
        path = self.bin / "uv"
        make = f'case $1 in venv) for last; do :; done; {maker} -m venv "$last" ;; esac\n' if maker else ""
        path.write_text(f'#!/bin/sh\necho "$0 $*" >> {self.log}\n{make}exit {0 if runs else 2}\n')
        path.chmod(0o755)

    def plan(self, capsys: pytest.CaptureFixture[str], profile: str = "base") -> dict[str, Any]:
        assert bootstrap.main([profile, "--plan", "--root", str(self.root)]) == 0
        return dict(json.loads(capsys.readouterr().out))

    def setup(self, profile: str = "base") -> int:
        return bootstrap.main([profile, "--root", str(self.root)])

    def ran(self) -> str:
        lines = [line for line in self.log.read_text().splitlines() if " -c " not in line and "find_spec" not in line]
        self.log.write_text("")
        return "\n".join(line for line in lines if " -m " in line or "/uv " in line)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def names(plan: dict[str, Any]) -> list[str]:
    return [way["name"] for way in plan["ways"]]


def test_a_plain_python_makes_the_environment_alone(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    python = machine.python()
    plan = machine.plan(capsys)
    assert plan["ways"][0]["make"] == [[python, "-m", "venv", str(machine.root / ".venv")]]
    lock, project = plan["ways"][0]["fill"]
    assert lock[-3:] == ["--require-hashes", "-r", str(machine.root / "requirements/base.txt")]
    assert project[-4:] == ["--no-deps", "--no-build-isolation", "-e", str(machine.root)]
    assert not (machine.root / ".venv").exists()


def test_an_installed_uv_goes_first_and_pip_stays_behind_it(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.python()
    machine.uv(runs=True)
    assert names(machine.plan(capsys)) == ["uv", "venv", "venv without ensurepip"]


def test_uv_alone_fetches_a_python(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.uv(runs=True)
    plan = machine.plan(capsys)
    assert names(plan) == ["uv"]
    assert plan["ways"][0]["make"][0][-3:-1] == ["--python", "3.11"]


def test_without_ensurepip_the_systems_pip_fills_in(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    python = machine.python(ensurepip=False)
    (way,) = machine.plan(capsys)["ways"]
    assert way["make"][0] == [python, "-m", "venv", "--without-pip", str(machine.root / ".venv")]
    site = str(machine.root / ".venv/lib/python3.11/site-packages")
    assert way["make"][1][:7] == [python, "-m", "pip", "install", "--quiet", "--target", site]


def test_a_python_that_can_make_environments_is_preferred(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.python("python3.11", ensurepip=False)
    able = machine.python("python3.12", version=(3, 12, 1))
    assert machine.plan(capsys)["ways"][0]["make"][0][0] == able


def test_an_old_python_is_passed_over(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.python("python3.11", version=(3, 10, 9))
    plan = machine.plan(capsys)
    assert plan["ways"] == []
    assert "3.11 or newer" in plan["advice"]


@pytest.mark.parametrize(
    ("ids", "command"),
    [
        (["ubuntu", "debian"], "apt-get install python3 python3-venv"),
        (["fedora"], "dnf install python3 python3-pip"),
        (["alpine"], "apk add python3 py3-pip"),
        (["darwin"], "brew install python@3.13"),
        (["plan9"], "install Python 3.11 or newer with its venv and pip modules"),
    ],
)
def test_the_advice_is_a_command_for_this_system(ids: list[str], command: str) -> None:
    assert command in bootstrap.advice([], ids)


def test_neither_pip_nor_ensurepip_says_what_to_install(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.python(ensurepip=False, pip=False)
    assert machine.setup() == 1
    told = capsys.readouterr().err
    assert "neither ensurepip nor pip" in told
    assert "Install it, then try again" in told
    assert not (machine.root / ".venv").exists()


def test_the_second_time_costs_nothing(machine: Machine) -> None:
    machine.python()
    assert machine.setup() == 0
    assert "-r" in machine.ran()
    assert machine.setup() == 0
    assert machine.ran() == ""


def test_a_changed_lock_is_installed_in_place(machine: Machine) -> None:
    machine.python()
    machine.setup()
    machine.ran()
    (machine.root / "requirements/base.txt").write_text("base==2\n")
    assert machine.setup() == 0
    ran = machine.ran()
    assert "pip install --quiet --require-hashes" in ran
    assert "-m venv" not in ran


def test_base_is_content_with_dev_and_dev_adds_to_base(machine: Machine) -> None:
    machine.python()
    machine.setup("base")
    machine.ran()
    assert machine.setup("dev") == 0
    assert "requirements/dev.txt" in machine.ran()
    assert machine.setup("base") == 0
    assert machine.ran() == ""


def test_the_second_client_has_its_own_environment_without_shoal(machine: Machine) -> None:
    machine.python()
    assert machine.setup("openai2") == 0
    ran = machine.ran()
    assert ".venv-openai2/bin/python -m pip install --quiet --require-hashes" in ran
    assert " -e " not in ran


def test_an_interrupted_setup_is_made_anew(machine: Machine) -> None:
    machine.python()
    machine.setup()
    machine.ran()
    (machine.root / ".venv" / bootstrap.UNFINISHED).touch()
    (machine.root / ".venv" / "half").touch()
    assert machine.setup() == 0
    assert "-m venv" in machine.ran()
    assert not (machine.root / ".venv" / "half").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(machine: Machine) -> None:
    machine.python()
    machine.setup()
    (machine.root / ".venv/bin/python").unlink()
    machine.ran()
    assert machine.setup() == 0
    assert "-m venv" in machine.ran()


def test_a_uv_that_fails_gives_way_to_pip(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.python()
    machine.uv(runs=False)
    assert machine.setup() == 0
    assert "did not work with uv" in capsys.readouterr().err
    assert "-m pip install" in machine.ran()


def test_a_uv_that_cannot_install_gives_way_to_pip(machine: Machine) -> None:
    python = machine.python()
    machine.uv(runs=True, maker=python)
    (machine.bin / "uv").write_text((machine.bin / "uv").read_text().replace("exit 0", '[ "$1" = venv ]'))
    assert machine.setup() == 0
    assert "-m pip install" in machine.ran()


def test_a_venv_that_fails_gives_way_to_the_systems_pip(machine: Machine) -> None:
    machine.python("python3.11", venv_runs=False)
    machine.python("python3.12", version=(3, 12, 1), ensurepip=False)
    assert machine.setup() == 0
    assert "--without-pip" in machine.ran()


def test_an_install_that_fails_is_said_and_leaves_nothing(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.python(pip_runs=False)
    assert machine.setup() == 1
    assert "package index" in capsys.readouterr().err
    assert not (machine.root / ".venv").exists()
    assert machine.ran().count("base.txt") == 1


def test_a_uv_inside_the_project_is_not_relied_on(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.python()
    inside = machine.root / ".venv/bin"
    inside.mkdir(parents=True)
    (inside / "uv").touch(0o755)
    monkeypatch.setenv("PATH", f"{inside}:{machine.bin}")
    assert bootstrap.installed_uv(machine.root) is None


def test_a_folder_that_is_no_environment_is_never_removed(tmp_path: Path) -> None:
    kept = tmp_path / "letters" / "one.txt"
    kept.parent.mkdir()
    kept.touch()
    bootstrap.clear(kept.parent)
    assert kept.exists()


def test_the_running_interpreter_is_found_through_its_environment() -> None:
    told = bootstrap.ask(sys.executable)
    assert told is not None
    assert told["version"][:2] >= [3, 11]
    assert bootstrap.probe(told["base"]) is not None


def test_python_3_8_can_read_the_script_far_enough_to_say_what_is_missing() -> None:
    ast.parse((ROOT / "scripts/bootstrap.py").read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("name", ["base", "dev", "client-openai2", "pip"])
def test_every_locked_package_has_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = [entry for entry in text.replace("\\\n", "").splitlines() if entry and not entry.startswith("#")]
    assert entries
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_lock_of_dev_holds_the_lock_of_base() -> None:
    base, dev = (
        {line for line in (ROOT / "requirements" / f"{name}.txt").read_text().splitlines() if "==" in line}
        for name in ("base", "dev")
    )
    assert base <= dev
