"""`shoal route labels`: what one tenant's people said of answers, as labels for routing. It scores nothing itself.

Every kept content that it reads is written down first, as any reading is.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.routing.feedback_labels import Heard, Scored
    from shoal.stores.database import Database
    from shoal.stores.feedback import FeedbackRow
    from shoal.stores.ledger import SqlLedger
    from shoal.trust.audit.step import AuditStep
    from shoal.trust.retention.content import ContentStore

DAY_S = 86_400
READER = "shoal route labels"
"""Who reads, in the list of readings of kept content."""


def labels(
    tenant: Annotated[str, typer.Option("--tenant", metavar="NAME", help="The organisation, one alone.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the labels are written.")],
    since: Annotated[float, typer.Option(metavar="DAYS", min=0, help="How far to look back.")] = 30,
    share: Annotated[float, typer.Option(min=0.001, max=1, help="The largest part that one key may decide.")] = 0.1,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Make labels from the feedback to one organisation's answers, with their kept, masked requests.

    Each line has the score of the one model that answered. The file holds masked requests: delete it when you are done.
    """
    from shoal.cli.house import settings_of
    from shoal.routing.feedback_labels import capped, has_ask, scored

    settings = settings_of(config, data_dir).settings
    with _opened(settings, tenant) as (database, contents, audit):
        rated, read = _heard(database, contents, audit, tenant, time.time() - since * DAY_S)
    found = [each for each in scored(read) if has_ask(each)]
    kept = capped(found, share) if found else []
    _write(out, kept)
    counts = {"rated": rated, "kept": len(read), "scored": len(found), "labels": len(kept)}
    if as_json:
        say_json({"file": str(out), "share": share, **counts})
        return
    say(f"{len(kept)} labels from {rated} answers with feedback; of {len(read)} of them the request is kept")
    if len(kept) < len(found):
        say(f"{len(found) - len(kept)} left out: no key decides more than {share:.0%} of the labels")
    note(f"written to {out}; it holds masked requests, and no days of keeping end for it: delete it when you are done")


@contextmanager
def _opened(settings: Settings, tenant: str) -> Iterator[tuple[Database, ContentStore, AuditStep | None]]:
    """What is read, and where that is written down. Raises PermissionDenied where the tenant keeps nothing."""
    from shoal.cli.house import database
    from shoal.errors import PermissionDenied
    from shoal.stores.contents import SqlContents
    from shoal.stores.feedback import SqlFeedback
    from shoal.trust.audit.step import open_audit
    from shoal.trust.keys import RootKey
    from shoal.trust.retention.content import ContentStore, days_kept
    from shoal.trust.retention.sealing import Envelope

    days = days_kept(settings)
    if tenant not in days:
        raise PermissionDenied(
            f"'{tenant}' keeps no content, so there is nothing to learn from: with its consent set "
            f'audit.tenants.{tenant} content = "masked", with masking enforced'
        )
    root = RootKey.open(settings.trust.root_key, settings.server.data_dir)
    with database(settings) as opened:
        contents = ContentStore(SqlContents(opened), SqlFeedback(opened), Envelope(root), days)
        audit = open_audit(settings, root)
        try:
            yield opened, contents, audit
        finally:
            contents.close()
            if audit is not None:
                audit.close()


def _heard(
    database: Database, contents: ContentStore, audit: AuditStep | None, tenant: str, since: float
) -> tuple[int, list[Heard]]:
    """How many answers have feedback, and those whose request is kept."""
    from shoal.stores.feedback import SqlFeedback
    from shoal.stores.ledger import SqlLedger

    rows = sorted(SqlFeedback(database).given(tenant, since), key=lambda row: row.exchange_id)
    told = [(name, list(voices)) for name, voices in groupby(rows, key=lambda row: row.exchange_id)]
    ledger = SqlLedger(database)
    try:
        found = [_one(name, voices, tenant, ledger, contents, audit) for name, voices in told]
    finally:
        ledger.close()
    return len(told), [each for each in found if each is not None]


def _one(
    name: str,
    rows: Sequence[FeedbackRow],
    tenant: str,
    ledger: SqlLedger,
    contents: ContentStore,
    audit: AuditStep | None,
) -> Heard | None:
    from shoal.routing.feedback_labels import Heard, Voice

    record = ledger.get(name)
    if record is None or record.tenant != tenant or record.model is None or record.outcome != "ok":
        return None
    if audit is not None:
        audit.check()
    content = contents.read(name, tenant, READER)
    if content is None:
        return None
    _note(audit, name, tenant)
    used = [each.usage.completion_tokens for each in record.calls if each.model == record.model]
    return Heard(
        exchange_id=name,
        asker=record.key_id,
        model=record.model,
        prompt=json.loads(content.prompt.reveal()),
        tokens=used[-1] if used else 0,
        tags=record.tags,
        routing=(record.trust or {}).get("routing"),
        voices=[Voice(row.key_id, row.rating, row.outcome) for row in rows],
    )


def _note(audit: AuditStep | None, exchange: str, tenant: str) -> None:
    """Writes the reading into the audit chain, before anything of it is shown."""
    from shoal.stores.audit_log import AuditEvent

    if audit is not None:
        facts = {"exchange": exchange, "tenant": tenant, "key": READER}
        audit.add(AuditEvent("content_read", time.time_ns(), facts))


def _write(path: Path, kept: Sequence[Scored]) -> None:
    """Readable by its owner alone. Raises StorageError."""
    from shoal.errors import StorageError
    from shoal.routing.feedback_labels import line_of

    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line_of(each), ensure_ascii=True) + "\n" for each in kept)
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): name another --out") from None
