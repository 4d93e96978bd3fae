"""`shoal audit`: proves the audit chains whole, shows and exports what they tell. It writes nothing into them; there is
no text in them to show."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json, table

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.trust.audit.scan import Finding
    from shoal.trust.audit.verify import Report

HOUR_S = 3600
Folder = Annotated[
    Path | None, typer.Option("--folder", metavar="DIR", help="The folder of the chains instead of audit.folder.")
]
app = typer.Typer(no_args_is_help=True, help="Prove, show and export the audit records.", rich_markup_mode=None)


@app.command("verify")
def verify_chains(
    head: Annotated[
        list[Path] | None, typer.Option("--head", metavar="FILE", help="Heads kept elsewhere (repeatable).")
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="HEX", help="The public key; else that of the root key (repeatable)."),
    ] = None,
    folder: Folder = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Find any edit, deletion, insertion, reordering or truncation of the audit chains.

    The exit code is 1 where something is found.
    """
    from shoal.errors import NotFound
    from shoal.trust.audit.verify import public_key, verify

    where, settings = _folder(folder, data_dir, config)
    for path in head or ():
        if not path.is_file():
            raise NotFound(f"there is no file {path}: give the file that audit.sink wrote")
    untouched = not head and not key and not (where.is_dir() and any(where.iterdir()))
    keys = [public_key(each) for each in key or ()] or ([] if untouched else [_own_key(settings)])
    with _readable(where):
        report = verify(where, keys, head or ())
    if as_json:
        say_json({"folder": str(where), **report.wire()})
    else:
        _tell(where, report)
    if not report.whole:
        raise typer.Exit(1)


@app.command()
def export(
    form: Annotated[
        Literal["jsonl", "otlp"],
        typer.Option("--format", help="JSON Lines, or OpenTelemetry log records as OTLP/JSON."),
    ] = "jsonl",
    since: Annotated[
        float | None, typer.Option("--since", metavar="HOURS", min=0, help="How far to look back.")
    ] = None,
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Only this organisation.")] = None,
    exchange: Annotated[str | None, typer.Option("--exchange", metavar="ID", help="Only this exchange.")] = None,
    folder: Folder = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
) -> None:
    """Write the audit records to standard output, one JSON value a line."""
    from shoal import __version__
    from shoal.trust.audit.export import Filter, json_lines, otlp_lines, read

    where, _ = _folder(folder, data_dir, config)
    records = read(where, Filter(None if since is None else time.time() - since * HOUR_S, tenant, exchange))
    with _readable(where):
        for line in json_lines(records) if form == "jsonl" else otlp_lines(records, __version__):
            say(line)


@app.command()
def show(
    exchange: Annotated[str, typer.Argument(metavar="EXCHANGE", help="The exchange's id, such as ex_...")],
    folder: Folder = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Show what the audit knows of one exchange."""
    from shoal.errors import NotFound
    from shoal.trust.audit.export import Filter, read

    where, _ = _folder(folder, data_dir, config)
    with _readable(where):
        records = list(read(where, Filter(exchange=exchange)))
    if not records:
        raise NotFound(f"the audit has no exchange '{exchange[:60]}': look for its id in the reply's x-shoal-exchange")
    if as_json:
        say_json(records)
        return
    for record in records:
        table(("field", "value"), [(name, _words(value)) for name, value in record.items() if value is not None])


@app.command("key")
def key_of_house(data_dir: DataDir = None, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Print the public key: whoever verifies the chains elsewhere needs it, and nothing secret."""
    _, settings = _folder(None, data_dir, config)
    told = _own_key(settings).hex()
    if as_json:
        say_json({"public_key": told})
    else:
        say(told)


def _folder(folder: Path | None, data_dir: Path | None, config: Path | None) -> tuple[Path, Settings]:
    from shoal.cli.house import settings_of
    from shoal.errors import NotFound
    from shoal.trust.audit.step import folder_of

    settings = settings_of(config, data_dir).settings
    if folder is not None and not folder.is_dir():
        raise NotFound(f"there is no folder {folder}: give the one in which the chains lie")
    return folder or folder_of(settings), settings


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    from shoal.errors import StorageError

    try:
        yield
    except PermissionError as error:
        raise StorageError(f"{error.filename or folder} cannot be read: run this as the user of the gateway") from None


def _own_key(settings: Settings) -> bytes:
    """The public key of this house; a root key is never made just to look."""
    from shoal.errors import ConfigError
    from shoal.trust.audit.step import signer_of
    from shoal.trust.keys import FILE, RootKey

    reference, data_dir = settings.trust.root_key, settings.server.data_dir
    if reference is None and not (data_dir / FILE).exists():
        raise ConfigError(
            f"there is no root key in {data_dir}, so nobody can say who signed: give the public key that "
            "'shoal audit key' prints where the chains were written, with --key"
        )
    return signer_of(RootKey.open(reference, data_dir)).public


def _tell(folder: Path, report: Report) -> None:
    from shoal.trust.audit.verify import counted

    say(f"{folder}: chains {report.chains}, lines {report.lines}, heads {report.heads}")
    _list(report.findings)
    for each in report.notes:
        note(f"note: {each.words} ({_where(each)})")
    if report.whole:
        say("nothing was changed, removed, inserted, reordered or cut, as far as the heads and signatures tell")
    else:
        more = f", and {report.more} more" if report.more else ""
        say("NOT WHOLE: " + ", ".join(f"{kind} {count}" for kind, count in counted(report.findings)) + more)


def _list(findings: Sequence[Finding]) -> None:
    table(("kind", "where", "what"), [(each.kind, _where(each), each.words) for each in findings])


def _where(finding: Finding) -> str:
    if finding.file is None:
        return f"chain {finding.chain}"
    return finding.file if finding.line is None else f"{finding.file}, line {finding.line}"


def _words(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value)
