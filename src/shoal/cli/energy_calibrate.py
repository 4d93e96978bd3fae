"""`shoal energy calibrate`: the coefficients with which counted energy is shared among requests. It shows them and puts
them into shoal.toml; how they are found is in metering/calibration.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath
from shoal.cli.output import note, say_json, table

if TYPE_CHECKING:
    from shoal.metering.calibration import Calibration, Observed

COLUMNS = ("counters", "J per input token", "J per output token", "J per second", "idle W", "mean error", "windows")
LARGE_ERROR = 0.2


def calibrate(
    windows: Annotated[
        Path, typer.Option("--windows", metavar="FILE", help="Windows that were recorded, one JSON object a line.")
    ],
    write: Annotated[bool, typer.Option("--write", help="Put the coefficients into the settings.")] = False,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Find how counted energy is shared among requests, and how well that explains the windows.

    Each line of the file is {"counters": "cpu" or "gpu", "joules", "seconds", "input", "output", "resident_s"}.
    """
    from shoal.metering.recorded import read_windows

    found = fitted(read_windows(windows))
    if write:
        put(found, config)
    show(found, as_json)


def fitted(windows: dict[str, list[Observed]]) -> dict[str, Calibration]:
    """The coefficients by kind of counters. Raises ConfigError where the windows do not suffice."""
    from shoal.errors import ConfigError
    from shoal.metering.calibration import calibrate as fit

    try:
        return {kind: fit(each) for kind, each in windows.items()}
    except ValueError as error:
        raise ConfigError(str(error)) from None


def put(found: dict[str, Calibration], config: Path | None) -> None:
    """Writes the coefficients into shoal.toml, where [metering.sharing] is read. Raises ConfigError."""
    from dataclasses import asdict

    from shoal.config import load
    from shoal.config.write import write_table

    path = load(config).path or Path("shoal.toml")
    for kind, each in found.items():
        rounded = {name: float(f"{value:.4g}") for name, value in asdict(each.coefficients).items()}
        write_table(path, f"metering.sharing.{kind}", rounded)
    note(f"written to {path}: it holds from the next start of the gateway")


def show(found: dict[str, Calibration], as_json: bool) -> None:
    """The coefficients with their error."""
    from dataclasses import asdict

    if as_json:
        say_json({kind: asdict(each) for kind, each in found.items()})
        return
    table(COLUMNS, [_row(kind, each) for kind, each in found.items()])
    for kind, each in found.items():
        if each.relative_error > LARGE_ERROR:
            note(f"{kind}: the error is large; calibrate on a machine that does nothing else, and longer")


def _row(kind: str, found: Calibration) -> tuple[object, ...]:
    values = found.coefficients
    numbers = (f"{value:.4g}" for value in (values.input, values.output, values.second, values.idle_w))
    return (kind, *numbers, f"{found.relative_error:.1%}", found.windows)
