"""Prints what an installed Shoal takes on disk, package by package, without bytecode; it installs nothing.

    python scripts/installed_size.py [PYTHON]     of the environment of that interpreter (as it runs, if left out)

Counted is what Shoal needs to run, without extras, and what that needs in turn, as the metadata of the installed
packages say; pip, setuptools and tools that happen to lie beside are left out. An editable install counts with its
sources and documentation, as a wheel would have them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REACH_MB = 250.0
# Runs in the other interpreter: {name: [[requirement, ...], bytes]} of all that is installed there.
PROBE = """
import json
from importlib.metadata import distributions
found = {}
for each in distributions():
    files = [each.locate_file(path) for path in each.files or () if path.suffix != ".pyc"]
    size = sum(path.stat().st_size for path in files if path.is_file())
    found[each.metadata["Name"]] = [each.requires or [], size]
print(json.dumps(found))
"""


def canonical(name: str) -> str:
    """A package's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(installed: dict[str, list[str]], name: str = "shoal") -> set[str]:
    """The packages that `name` needs, itself included. Requirements of extras are passed over; of those with another
    condition, such as a platform, whatever is installed counts."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in found or one not in installed:
            continue
        found.add(one)
        for line in installed[one]:
            wanted, _, condition = line.partition(";")
            match = re.match(r"[A-Za-z0-9._-]+", wanted.strip())
            if match and "extra" not in condition:
                waiting.append(canonical(match[0]))
    return found


def own_bytes() -> int:
    """What a wheel of this checkout holds: the package and the documentation."""
    return sum(
        path.stat().st_size
        for folder in (ROOT / "src" / "shoal", ROOT / "docs")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    )


def main(arguments: list[str]) -> int:
    """Prints the table; 1 where the reach is missed."""
    python = arguments[0] if arguments else sys.executable
    asked = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, check=True)
    installed = {canonical(name): row for name, row in json.loads(asked.stdout).items()}
    sizes = {name: installed[name][1] for name in needed({name: row[0] for name, row in installed.items()})}
    sizes["shoal"] = max(sizes.get("shoal", 0), own_bytes())
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        print(f"{size / 1e6:8.2f} MB  {name}")
    total = sum(sizes.values()) / 1e6
    print(f"{total:8.2f} MB  together (reach {REACH_MB:.0f})")
    return int(total > REACH_MB)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
