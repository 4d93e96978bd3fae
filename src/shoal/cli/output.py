"""How verbs speak: JSON or a table on standard output, notes and errors on standard error. It knows no verb."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer

from shoal.errors import ShoalError

# What a terminal would obey: a model's answer or a file's name must not move the cursor.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Columns of a screen that no table fills.
WIDEST = 10_000


def plain(text: str) -> str:
    """The text without control characters, newlines and tabs excepted."""
    return CONTROL.sub("", text)


def say(text: str, *, end: str = "\n") -> None:
    """A result, on standard output."""
    typer.echo(plain(text) + end, nl=False)


def note(text: str) -> None:
    """What is said besides the result, on standard error."""
    typer.echo(plain(text), err=True)


def say_exactly(text: str) -> None:
    """Text on standard output, byte for byte where a program reads it; a terminal gets it without control
    characters."""
    typer.echo(plain(text) if sys.stdout.isatty() else text.encode("utf-8", "surrogatepass"), nl=False)


def say_json(value: Any) -> None:
    """One JSON value on a line of its own."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def say_error(error: ShoalError, *, as_json: bool) -> None:
    """The error's message, and a host's own words about the request, on standard error; with --json the API's error
    object on standard output too."""
    for line in error.message.splitlines():
        note(f"shoal: {line}")
    if error.detail:
        note(f"the host says: {error.detail}")
    if as_json:
        body = {"message": error.message, "type": error.type, "code": error.code, "param": error.param}
        say_json({"error": body})


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, aside: bool = False) -> None:
    """A table for people on a terminal, else lines with tabs for other programs, the names of the columns first; where
    there are no rows, nothing then. `aside` puts it on standard error, beside a result."""
    stream = sys.stderr if aside else sys.stdout
    cells = [[plain("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not stream.isatty():
        for row in [list(columns), *cells] if cells else []:
            typer.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row), err=aside)
        return
    from rich import box
    from rich.console import Console, ConsoleDimensions
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*columns, box=box.SIMPLE_HEAD)
    for row in cells:
        drawn.add_row(*map(Text, row))
    console = Console(stderr=aside)
    # A screen too narrow for the longest words wraps lines: a figure that is cut short is another figure.
    least = drawn.__rich_measure__(console, console.options.update_width(WIDEST)).minimum
    console.size = ConsoleDimensions(max(console.width, least), console.height)
    console.print(drawn)
