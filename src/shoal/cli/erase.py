"""`shoal trust erase`: removes what a tenant or a person left in the data directory. It shows counts, never what was
said. The audit chains stay as they are: they hold nothing that was said, and cannot be cut unnoticed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shoal.config import Settings
    from shoal.stores.database import Database
    from shoal.stores.erasure import Where
    from shoal.stores.journal_traces import Of

# A running gateway trusts a key and a salt for a second, and writes within a quarter of one.
SETTLE_S = 1.5
LONGEST_TURNS = 6
NOT_CLEAN = "a program keeps the database's log open, so removed rows can still be in it: run the same command again"
REMAINS = (
    "What remains: the audit chains (ids, times, counts and keyed hashes, nothing that was said), shoal.toml, and "
    "copies that were made of the data directory"
)
COLUMNS = ("what", "rows")


def erase(
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="All that this one left.")] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help="All of whom requests name so in `user`.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Remove what a tenant or a person left: content and its keys, feedback, records, passages, API keys.

    With both, what the person left at that tenant. A running gateway may go on.
    """
    from shoal.cli.house import database, settings_of

    if not tenant and not person:
        raise typer.BadParameter("say --tenant NAME or --person ID")
    settings = settings_of(config, data_dir).settings
    with database(settings) as opened:
        wheres, of = _aimed(settings, opened, tenant, person)
        if dry_run:
            _show(_counts(opened, wheres), as_json, dry_run=True)
            return
        if not yes:
            _ask(_counts(opened, wheres), as_json)
        removed, clean, left = _erase(opened, wheres, of)
    _record(settings, tenant, bool(person), removed)
    _show(removed, as_json, clean=clean, left=left)
    if not clean or left:
        note("a request under way left something: run the same command again" if left else NOT_CLEAN)
        raise typer.Exit(1)
    if not as_json:
        note(REMAINS)


def _aimed(settings: Settings, opened: Database, tenant: str | None, person: str | None) -> tuple[Sequence[Where], Of]:
    """Whom it is about: as rows of the database, and as lines of a journal."""
    from shoal.stores.erasure import of_persons, of_tenant
    from shoal.stores.passages import SHARED
    from shoal.stores.salts import SqlSalts
    from shoal.trust.keys import RootKey
    from shoal.trust.retention.person import Persons

    if person:
        root = RootKey.open(settings.trust.root_key, settings.server.data_dir)
        known = Persons(SqlSalts(opened), root).known(person, tenant)
        pairs = {tuple(each) for each in known}
        return of_persons(known), lambda fields: (fields.get("tenant"), fields.get("person")) in pairs
    if tenant is None or tenant == SHARED:
        raise typer.BadParameter(f"'{SHARED}' is no tenant: collections for all are removed with 'shoal ground remove'")
    return of_tenant(tenant), lambda fields: fields.get("tenant") == tenant


def _counts(opened: Database, wheres: Sequence[Where]) -> dict[str, int]:
    from shoal.stores.erasure import Erasure

    return Erasure(opened).count(wheres)


def _ask(counts: dict[str, int], as_json: bool) -> None:
    if as_json:
        raise typer.BadParameter("--json asks nobody: say --yes or --dry-run too")
    table(COLUMNS, _rows(counts), aside=True)
    typer.confirm("Remove all of this for good?", abort=True, err=True)


def _erase(opened: Database, wheres: Sequence[Where], of: Of) -> tuple[dict[str, int], bool, int]:
    """(removed, whether no byte is left, rows and lines of journals that came meanwhile). Twice, since a running
    gateway may still write what it had in hand; it begins a new journal, and removes the old one."""
    from shoal.stores.erasure import Erasure
    from shoal.stores.journal import FOLDER
    from shoal.stores.journal_traces import traces
    from shoal.stores.ledger_drain import ask_to_turn

    erasure, journals = Erasure(opened), opened.folder / FOLDER
    removed = erasure.remove(wheres)
    ask_to_turn(journals)
    time.sleep(SETTLE_S)
    for _ in range(LONGEST_TURNS):  # a busy gateway takes longer
        if not traces(journals, of):
            break
        time.sleep(SETTLE_S)
    for name, count in erasure.remove(wheres).items():
        removed[name] += count
    clean = erasure.finish()
    return removed, clean, sum(erasure.count(wheres).values()) + traces(journals, of)


def _record(settings: Settings, tenant: str | None, person: bool, removed: dict[str, int]) -> None:
    """Writes down in a chain of its own that something was erased; of whom only a tenant's keyed hash."""
    from shoal.stores.audit_log import AuditEvent
    from shoal.trust.audit.macs import mac
    from shoal.trust.audit.step import open_audit
    from shoal.trust.keys import RootKey

    root = RootKey.open(settings.trust.root_key, settings.server.data_dir)
    log = open_audit(settings, root)
    if log is not None:
        hashed = mac(root.derive(tenant, "audit"), "erased", tenant.encode()) if tenant else None
        facts = {"scope": "person" if person else "tenant", "tenant": hashed, "rows": removed}
        log.add(AuditEvent("erased", time.time_ns(), facts))
        log.close()


def _show(counts: dict[str, int], as_json: bool, **more: object) -> None:
    if as_json:
        say_json({"rows": counts, **more})
        return
    table(COLUMNS, _rows(counts))
    say(f"{sum(counts.values())} rows" + (" would be removed" if more.get("dry_run") else " removed"))


def _rows(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(name, count) for name, count in counts.items() if count]
