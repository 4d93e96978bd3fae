"""`shoal doctor`: what works, what is missing, how to mend it. It shows what `checkup.py` finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import say, say_json

if TYPE_CHECKING:
    from shoal.cli.checkup import Finding

MARKS = {"ok": "ok     ", "warning": "note   ", "fault": "FAULT  "}


def doctor(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Say what works, what is missing, how to mend it.

    The exit code is 1 where something is wrong.
    """
    from shoal.cli.checkup import Finding, findings
    from shoal.cli.house import settings_of
    from shoal.errors import ConfigError

    found: list[Finding] = []
    try:
        loaded = settings_of(config, data_dir)
        where = str(loaded.path) if loaded.path else "no file, all defaults"
        found.append(Finding("settings", "ok", where))
        found.extend(findings(loaded.settings))
    except ConfigError as error:
        found.append(Finding("settings", "fault", error.message, "mend shoal.toml as said"))
    report(found, as_json)


def report(found: Sequence[Finding], as_json: bool) -> None:
    """Says what was found, line by line, and ends with exit code 1 where there is a fault."""
    if as_json:
        say_json([asdict(finding) for finding in found])
    else:
        for finding in found:
            say(f"{MARKS[finding.state]}{finding.name}: {finding.found}")
            if finding.fix:
                say(f"       -> {finding.fix}")
    if any(finding.state == "fault" for finding in found):
        raise typer.Exit(1)
