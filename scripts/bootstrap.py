"""Makes the virtual environments from the lock files, with uv or pip; it knows nothing of what Shoal does.

    python3 scripts/bootstrap.py base      .venv with what `make run` needs
    python3 scripts/bootstrap.py dev       .venv with the tools and test libraries too
    python3 scripts/bootstrap.py openai2   .venv-openai2, the older OpenAI SDK that the client tests drive
    ... --plan                             prints what it would do as JSON, and does nothing

Standard library only, and readable by Python 3.8, so that an old interpreter can still say what is missing. It tries
the ways that this machine offers in order: an installed uv, `python -m venv`, and for a Python without ensurepip a
bare environment into which the system's pip puts a pip. A finished environment carries a stamp and is not touched
again until a lock file changes; an interrupted one carries a mark and is made anew.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OLDEST = (3, 11)
NAMES = ("python3.11", "python3.12", "python3.13", "python3.14", "python3", "python")
STAMP = ".shoal-stamp.json"
UNFINISHED = ".shoal-unfinished"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
PYTHON = "python.exe" if os.name == "nt" else "python"
# What a person's own pip settings must not change here.
STEADY = {"PIP_REQUIRE_VIRTUALENV": "0", "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
PROBE = """
import json, sys
from importlib.util import find_spec
has = {name: find_spec(name) is not None for name in ("venv", "ensurepip", "pip")}
base = sys.executable if sys.prefix == sys.base_prefix else getattr(sys, "_base_executable", sys.executable)
print(json.dumps(dict(has, executable=sys.executable, base=base, version=list(sys.version_info[:3]))))
"""
INSTALL_HINTS = (
    (
        ("debian", "ubuntu"),
        "sudo apt-get install python3 python3-venv   (where that is older: python3.11 python3.11-venv)",
    ),
    (("fedora", "rhel", "centos"), "sudo dnf install python3 python3-pip"),
    (("alpine",), "sudo apk add python3 py3-pip"),
    (("arch",), "sudo pacman -S python python-pip"),
    (("suse", "opensuse"), "sudo zypper install python311 python311-pip"),
    (("darwin",), "brew install python@3.13"),
)
NO_PACKAGES = "the packages could not be installed: the lines above say why (package index unreachable, disk full?)"


@dataclass(frozen=True)
class Profile:
    """A set of packages: the environment's folder, its lock file, and whether Shoal itself goes in."""

    folder: str
    lock: str
    project: bool


PROFILES = {
    "base": Profile(".venv", "requirements/base.txt", True),
    "dev": Profile(".venv", "requirements/dev.txt", True),
    "openai2": Profile(".venv-openai2", "requirements/client-openai2.txt", False),
}


@dataclass(frozen=True)
class Interpreter:
    """A Python on this machine and what it brings along."""

    path: str
    version: tuple[int, ...]
    venv: bool
    ensurepip: bool
    pip: bool


@dataclass(frozen=True)
class Way:
    """One way to the environment: commands that make it, then commands that fill it."""

    name: str
    installer: str
    make: tuple[tuple[str, ...], ...]
    fill: tuple[tuple[str, ...], ...]


class SetupError(Exception):
    """The environment cannot be made; the message says what to install."""


def probe(command: str) -> Interpreter | None:
    """What the interpreter behind `command` is; None where it does not run (a pyenv shim without a version, say)."""
    told = ask(command)
    if told is None:
        return None
    return Interpreter(told["executable"], tuple(told["version"]), told["venv"], told["ensurepip"], told["pip"])


def ask(command: str) -> dict[str, Any] | None:
    """The answer of PROBE; None where the command does not run, or answers something else."""
    try:
        done = subprocess.run([command, "-c", PROBE], capture_output=True, text=True, timeout=30, check=True)
        return dict(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None


def interpreters() -> list[Interpreter]:
    """The Pythons that are new enough: the running one first, then those on PATH, those that can make a virtual
    environment alone before those that cannot. One inside a virtual environment stands for the one it was made from,
    which outlives it."""
    found: dict[str, Interpreter] = {}
    for command in filter(None, (sys.executable, *map(shutil.which, NAMES))):
        told = ask(command)
        known = probe(told["base"]) if told is not None else None
        if known is not None and known.version >= OLDEST:
            found.setdefault(known.path, known)
    return sorted(found.values(), key=lambda one: not (one.venv and one.ensurepip))


def installed_uv(root: Path) -> str | None:
    """The uv on PATH; not one in this project's own environments, which may be about to be made anew."""
    uv = shutil.which("uv")
    return None if uv is None or root in Path(uv).parents else uv


def ways(root: Path, profile: Profile, pythons: list[Interpreter], uv: str | None) -> list[Way]:
    """The ways that can work here, the fastest first."""
    folder = root / profile.folder
    inner = str(folder / SCRIPTS / PYTHON)
    lock = ("--require-hashes", "-r", str(root / profile.lock))
    project = ("--no-deps", "--no-build-isolation", "-e", str(root))
    found = []
    if uv is not None:
        made = (uv, "venv", "--quiet", "--allow-existing", "--python", pythons[0].path if pythons else "3.11")
        fill = fills((uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", inner), lock, project, profile)
        found.append(Way("uv", "uv", ((*made, str(folder)),), fill))
    fill = fills((inner, "-m", "pip", "install", "--quiet"), lock, project, profile)
    for python in pythons:
        if python.venv and python.ensurepip:
            found.append(Way("venv", "pip", ((python.path, "-m", "venv", str(folder)),), fill))
        if python.venv and python.pip:
            found.append(Way("venv without ensurepip", "pip", bare(root, folder, python), fill))
    return found


def fills(
    install: tuple[str, ...], lock: tuple[str, ...], project: tuple[str, ...], profile: Profile
) -> tuple[tuple[str, ...], ...]:
    """The commands that fill an environment: the locked packages, then Shoal itself, built by the locked backend."""
    return ((*install, *lock), (*install, *project)) if profile.project else ((*install, *lock),)


def bare(root: Path, folder: Path, python: Interpreter) -> tuple[tuple[str, ...], ...]:
    """An environment without pip, then a pip put into it; `--target` works on an externally managed Python too."""
    version = "python{}.{}".format(*python.version[:2])
    site = folder / "Lib" / "site-packages" if os.name == "nt" else folder / "lib" / version / "site-packages"
    lock = str(root / "requirements" / "pip.txt")
    return (
        (python.path, "-m", "venv", "--without-pip", str(folder)),
        (python.path, "-m", "pip", "install", "--quiet", "--target", str(site), "--require-hashes", "-r", lock),
    )


def platform_ids() -> list[str]:
    """The names that this system goes by, such as ["ubuntu", "debian"]."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return [sys.platform]
    pairs = dict(line.split("=", 1) for line in lines if "=" in line)
    return " ".join(pairs.get(key, "").strip("\"'") for key in ("ID", "ID_LIKE")).split()


def advice(pythons: list[Interpreter], ids: list[str]) -> str:
    """What to install, as a command for this system."""
    hint = next((command for names, command in INSTALL_HINTS if set(names) & set(ids)), None)
    lacks = "has neither ensurepip nor pip" if pythons else "is older than 3.11, or missing"
    command = hint or "install Python 3.11 or newer with its venv and pip modules"
    line = f"Shoal needs Python 3.11 or newer with venv and pip; the one here {lacks}. Install it, then try again:"
    return f"{line}\n\n    {command}\n\nAn installed uv does as well: pip install uv"


def digest(root: Path, profile: Profile) -> str:
    """Changes when the environment is out of date."""
    read = [root / profile.lock]
    if profile.project:
        read.append(root / "pyproject.toml")
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in read)).hexdigest()


def installed(folder: Path) -> dict[str, str]:
    """The stamp of a finished environment; {} where there is none, or its Python is gone."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    sound = (folder / SCRIPTS / PYTHON).exists() and not (folder / UNFINISHED).exists()
    return dict(stamp) if sound and isinstance(stamp, dict) else {}


def chosen(root: Path, wanted: str) -> tuple[str, bool]:
    """The profile to install, and whether it is there already. An environment that has `dev` keeps it."""
    stamp = installed(root / PROFILES[wanted].folder)
    name = "dev" if wanted == "base" and stamp.get("profile") == "dev" else wanted
    return name, stamp == {"profile": name, "digest": digest(root, PROFILES[name])}


def clear(folder: Path) -> None:
    """Removes an environment, whole or half-made, and nothing that is not one."""
    if (folder / UNFINISHED).exists() or (folder / "pyvenv.cfg").exists():
        shutil.rmtree(folder)


def run(commands: tuple[tuple[str, ...], ...]) -> bool:
    """Runs the commands in order; False at the first that fails."""
    environment = {"UV_SYSTEM_CERTS": "1", **os.environ, **STEADY}
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"):
        environment.pop(name, None)
    return all(subprocess.run(command, env=environment, check=False).returncode == 0 for command in commands)


def attempt(folder: Path, way: Way) -> str:
    """Goes one way: "done", or the step at which it failed, "make" or "fill". The folder is marked until the end."""
    renew = usable(folder, way)
    if not renew:
        clear(folder)
    folder.mkdir(exist_ok=True)
    (folder / UNFINISHED).touch()
    if not renew:
        say(f"making {folder.name} ({way.name})")
        if not run(way.make):
            return "make"
    say(f"installing the locked packages with {way.installer} (once; each is checked against its hash)")
    return "done" if run(way.fill) else "fill"


def setup(root: Path, wanted: str) -> None:
    """Makes or renews the environment of the profile. Raises SetupError."""
    name, ready = chosen(root, wanted)
    if ready:
        return
    profile = PROFILES[name]
    folder = root / profile.folder
    pythons = interpreters()
    failed: list[str] = []
    begun = time.monotonic()
    for way in ways(root, profile, pythons, installed_uv(root)):
        if f"{way.installer} fill" in failed:
            continue
        outcome = attempt(folder, way)
        if outcome == "done":
            finish(root, folder, name)
            say(f"{folder.name} is ready ({time.monotonic() - begun:.0f} s)")
            return
        failed.append(f"{way.installer} {outcome}")
        say(f"that did not work with {way.name}")
    clear(folder)
    raise SetupError(NO_PACKAGES if any(step.endswith("fill") for step in failed) else advice(pythons, platform_ids()))


def usable(folder: Path, way: Way) -> bool:
    """Whether the environment that is there can be renewed in place: it must be whole, new enough, and have pip where
    pip is to fill it."""
    inner = folder / SCRIPTS / PYTHON
    if (folder / UNFINISHED).exists() or not inner.exists():
        return False
    there = probe(str(inner))
    return there is not None and there.version >= OLDEST and (there.pip or way.installer == "uv")


def finish(root: Path, folder: Path, name: str) -> None:
    """Stamps the environment as whole."""
    stamp = {"profile": name, "digest": digest(root, PROFILES[name])}
    (folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    (folder / UNFINISHED).unlink()


def plan(root: Path, wanted: str) -> dict[str, object]:
    """What `setup` would do: the interpreters, and the ways in the order in which it would try them."""
    name, ready = chosen(root, wanted)
    pythons = interpreters()
    found = ways(root, PROFILES[name], pythons, installed_uv(root))
    return {
        "profile": name,
        "ready": ready,
        "pythons": [vars(one) for one in pythons],
        "ways": [vars(way) for way in found],
        "advice": None if found else advice(pythons, platform_ids()),
    }


def say(line: str) -> None:
    print(f"setup: {line}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 when the environment is ready, 1 when it cannot be made."""
    parser = argparse.ArgumentParser(prog="bootstrap.py", description="Makes Shoal's virtual environments.")
    parser.add_argument("profiles", nargs="+", choices=sorted(PROFILES))
    parser.add_argument("--plan", action="store_true", help="print the steps as JSON and do nothing")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        for profile in options.profiles:
            if options.plan:
                print(json.dumps(plan(options.root, profile), indent=2))
            else:
                setup(options.root, profile)
    except SetupError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"{error.filename or options.root}: {error.strerror}: mend that, then try again")
        return 1
    except KeyboardInterrupt:
        say("interrupted: the next run starts this step anew")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
