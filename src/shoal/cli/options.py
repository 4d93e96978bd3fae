"""The options that several verbs share; it knows what they are called and nothing of what they do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigPath = Annotated[
    Path | None,
    typer.Option("--config", metavar="PATH", help="The settings; else $SHOAL_CONFIG, else ./shoal.toml."),
]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="PATH", help="The data directory instead of server.data_dir.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value on standard output and nothing else there.")]
Tenant = Annotated[str, typer.Option("--tenant", metavar="NAME", help="The organisation it belongs to.")]
