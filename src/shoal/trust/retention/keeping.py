"""Keeping: what is kept of exchanges by wish, in one place: content, feedback, and hashes of persons. It decides
nothing; the settings say who has opted in."""

from __future__ import annotations

from dataclasses import dataclass

from shoal.config import Settings
from shoal.stores.database import Database
from shoal.stores.feedback import SqlFeedback
from shoal.stores.salts import SqlSalts
from shoal.trust.keys import RootKey
from shoal.trust.retention.content import ContentStore, days_kept, open_content
from shoal.trust.retention.feedback import FeedbackBook
from shoal.trust.retention.person import Persons
from shoal.trust.retention.sealing import Envelope


@dataclass(frozen=True, slots=True)
class Keeping:
    """`content` is None where nobody has opted in and nothing waits to expire."""

    content: ContentStore | None
    feedback: FeedbackBook
    persons: Persons

    def keeps(self, tenant: str) -> bool:
        """Whether this tenant's content is kept."""
        return self.content is not None and self.content.keeps(tenant)

    def close(self) -> None:
        """Writes what is left."""
        if self.content is not None:
            self.content.close()


def open_keeping(settings: Settings, root: RootKey, database: Database) -> Keeping:
    """All of it, ready for use; expired content is destroyed at once, and then every hour."""
    content = open_content(settings, root, database)
    book = FeedbackBook(SqlFeedback(database), Envelope(root), days_kept(settings))
    return Keeping(content, book, Persons(SqlSalts(database), root))
