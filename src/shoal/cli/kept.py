"""Kept, masked content of one organisation that opted in, for verbs that learn from it. Every content that is read is
written down first, as any reading is. It prints nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.stores.database import Database
    from shoal.stores.ledger import Ledger, Record
    from shoal.trust.audit.step import AuditStep
    from shoal.trust.retention.content import Content, ContentStore


class Answered(NamedTuple):
    """An exchange that was answered well, the model that did, and what was said."""

    record: Record
    model: str
    content: Content


@dataclass(frozen=True, slots=True)
class Kept:
    """What one tenant's content is read through; `reader` is who reads, in the list of readings."""

    database: Database
    contents: ContentStore
    audit: AuditStep | None
    tenant: str
    reader: str

    def read(self, exchange_id: str) -> Content | None:
        """The content of an exchange; None where none is kept. Raises AuditUnavailable, StorageError."""
        from shoal.stores.audit_log import AuditEvent

        if self.audit is not None:
            self.audit.check()
        content = self.contents.read(exchange_id, self.tenant, self.reader)
        if content is not None and self.audit is not None:
            facts = {"exchange": exchange_id, "tenant": self.tenant, "key": self.reader}
            self.audit.add(AuditEvent("content_read", time.time_ns(), facts))
        return content

    def answered(self, exchange_id: str, ledger: Ledger) -> Answered | None:
        """The exchange, if it is this tenant's, was answered and is kept. Raises what `read` does."""
        record = ledger.get(exchange_id)
        if record is None or record.tenant != self.tenant or record.model is None or record.outcome != "ok":
            return None
        content = self.read(exchange_id)
        return None if content is None else Answered(record, record.model, content)


@contextmanager
def kept(settings: Settings, tenant: str, reader: str) -> Iterator[Kept]:
    """The content of a tenant. Raises PermissionDenied where it keeps nothing."""
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
            yield Kept(opened, contents, audit, tenant, reader)
        finally:
            contents.close()
            if audit is not None:
                audit.close()


def write_private(path: Path, lines: Iterable[str]) -> None:
    """A new file that its owner alone can read. Raises StorageError."""
    from shoal.errors import StorageError

    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): name another --out") from None
