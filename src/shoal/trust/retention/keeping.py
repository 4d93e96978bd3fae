"""Keeping: what is kept of exchanges by wish, in one place: content, feedback, and hashes of persons. It decides
nothing; the settings say who has opted in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoal.chat import Chat, Piece
from shoal.config import Settings
from shoal.stores.database import Database
from shoal.stores.feedback import SqlFeedback
from shoal.stores.ledger import Record
from shoal.stores.salts import SqlSalts
from shoal.trust.keys import RootKey
from shoal.trust.masking.session import is_long
from shoal.trust.retention.content import ContentStore, days_kept, open_content
from shoal.trust.retention.feedback import FeedbackBook
from shoal.trust.retention.person import Persons, user_of
from shoal.trust.retention.sealing import Envelope
from shoal.trust.retention.transcript import Transcript, prompt_of
from shoal.trust.sensitive import Sensitive
from shoal.trust.work import in_thread


class KeepingSession:
    """What one exchange leaves in the store: the masked chat, and the reply before anything is put back into it."""

    __slots__ = ("_prompt", "_store", "_transcript")

    def __init__(self, store: ContentStore) -> None:
        self._store = store
        self._prompt: Sensitive | None = None
        self._transcript = Transcript()

    async def asked(self, chat: Chat) -> None:
        """Takes the chat as the models see it: masked."""
        self._prompt = await in_thread(prompt_of, chat) if is_long(chat.messages) else prompt_of(chat)

    def read(self, piece: Piece) -> None:
        """Takes a piece as it came from the model."""
        self._transcript.add(piece)

    def end(self, record: Record) -> None:
        """Hands both to the store; nothing where masking did not come to its end."""
        if self._prompt is not None:
            told = (record.id, record.tenant, record.key_id, record.person)
            self._store.keep(*told, self._prompt, self._transcript.reply())


@dataclass(frozen=True, slots=True)
class Keeping:
    """`content` is None where nobody has opted in and nothing waits to expire."""

    content: ContentStore | None
    feedback: FeedbackBook
    persons: Persons

    def open(self, tenant: str) -> KeepingSession | None:
        """The session of an exchange; None where this tenant's content is not kept."""
        return KeepingSession(self.content) if self.content is not None and self.content.keeps(tenant) else None

    def person_of(self, tenant: str, options: Mapping[str, Any]) -> str | None:
        """The keyed hash of whom a request names; None where it names nobody."""
        named = user_of(options)
        return self.persons.person_of(tenant, named) if named else None

    def close(self) -> None:
        """Writes what is left."""
        if self.content is not None:
            self.content.close()


def open_keeping(settings: Settings, root: RootKey, database: Database) -> Keeping:
    """All of it, ready for use; expired content is destroyed at once, and then every hour."""
    content = open_content(settings, root, database)
    book = FeedbackBook(SqlFeedback(database), Envelope(root), days_kept(settings))
    return Keeping(content, book, Persons(SqlSalts(database), root))
