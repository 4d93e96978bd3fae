"""`shoal verify-retention`: shows that nothing that was said stays, or says where it did. The run is another file's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json

if TYPE_CHECKING:
    from shoal.trust.retention.proof.report import Report

WORDS = {
    "clean": "clean: no canary was found where none may be",
    "found": "FOUND: something that was said stayed",
    "unproven": "UNPROVEN: the search itself did not work, so that nothing was shown",
}


def verify_retention(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the signed report here.")] = None,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FILE", help="Check the signature of a report, and do no more.")
    ] = None,
    only: Annotated[
        str, typer.Option("--only", metavar="WORDS", help="Go only the routes with this in the name.")
    ] = "",
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Send canaries down every route of a gateway of its own, and search for what stays of them.

    The gateway has the rules and plug-ins of the settings, but other hosts and an empty data directory. The exit code
    is 1 where something was found.
    """
    import asyncio

    import orjson

    from shoal.cli.house import settings_of
    from shoal.cli.retention_run import verify
    from shoal.trust.keys import RootKey
    from shoal.trust.retention.proof.report import PURPOSE
    from shoal.trust.signing import Signer

    settings = settings_of(config, data_dir).settings
    signer = Signer(RootKey.open(settings.trust.root_key, settings.server.data_dir), PURPOSE)
    if check is not None:
        _check(check, signer.public)
        return
    report = asyncio.run(verify(settings, only))
    signed = report.signed(signer)
    if out is not None:
        out.write_bytes(orjson.dumps(signed, option=orjson.OPT_INDENT_2) + b"\n")
    if as_json:
        say_json(signed)
    else:
        _tell(report)
    if report.verdict != "clean":
        raise typer.Exit(1)


def _check(path: Path, public: bytes) -> None:
    """Says whether a report is whole and signed with this data directory's key."""
    import orjson

    from shoal.errors import ConfigError
    from shoal.trust.retention.proof.report import is_signed

    try:
        wire = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ConfigError(f"{path} is no report that can be read ({type(error).__name__})") from None
    if not isinstance(wire, dict) or not is_signed(wire, public):
        say(f"{path}: the signature does not fit, or is of another key")
        raise typer.Exit(1)
    say(f"{path}: signed with the key of this data directory; its verdict is '{wire['verdict']}'")


def _tell(report: Report) -> None:
    from shoal.trust.retention.proof.report import places

    odd = [each for each in report.routes if not each.as_meant]
    say(f"{len(report.routes)} routes, {len(odd)} of them not as meant")
    for each in odd:
        note(f"not as meant: {each.route} (status {each.status})")
    sent = sum("text" in each.received for each in report.routes)
    say(f"the free text of {sent} routes reached the recording host")
    for looked in report.searched:
        say(f"searched {looked.place}: {looked.files} files, {looked.bytes:,} bytes")
    for when, seen in report.memory.items():
        say(f"memory {when}: {f'{seen.total} copies' if seen.tried == 'yes' else seen.tried}")
    for line in report.notes:
        say(f"note: {line}")
    for place in places(report.findings):
        say(f"FOUND in {place}")
    for holder, count in sorted(report.reachable.items()):
        say(f"FOUND in memory, within reach: {count} in {holder}")
    for name, worked in report.controls.items():
        if not worked:
            say(f"FAILED control: {name}")
    say(WORDS[report.verdict])
