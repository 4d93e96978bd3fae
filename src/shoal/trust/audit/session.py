"""What the audit notes of one exchange while it is under way: its parameters, and keyed hashes of what was asked and
answered in the masked view. It holds no text."""

from __future__ import annotations

import time
from collections.abc import Container

from shoal.chat import Chat, Json, Piece
from shoal.stores.audit_log import AuditEntry
from shoal.stores.ledger import Record
from shoal.trust.audit.entry import conversation_mac, entry_of, model_name, parameters_of
from shoal.trust.audit.macs import ReplyMac, prompt_mac


class AuditSession:
    """The audit of one exchange: `asked` once, `read` for each piece, `entry` when it is settled."""

    __slots__ = ("_asked", "_conversation", "_key", "_parameters", "_policy", "_prompt_mac", "_reply")

    def __init__(self, chat: Chat, key: bytes, policy: str, models: Container[str]) -> None:
        """`chat` as it came; only numbers and known words of it are kept. `key` is the tenant's; `models` the names
        that may be written down as they are."""
        self._key = key
        self._policy = policy
        self._asked = model_name(chat.model, key, models)
        self._parameters = parameters_of(chat)
        self._conversation = conversation_mac(key, chat.shoal.conversation)
        self._prompt_mac: str | None = None
        self._reply = ReplyMac()

    async def asked(self, chat: Chat) -> None:
        """Takes in the chat as the models see it."""
        self._parameters["passages"] = len(chat.passages)
        self._prompt_mac = await prompt_mac(self._key, chat)

    def read(self, piece: Piece) -> None:
        """Takes in a piece of the reply, as it is before values are put back."""
        self._reply.read(piece)

    def entry(self, record: Record) -> SettledEntry:
        """The entry of the exchange, whose record is settled."""
        return SettledEntry(self, record)

    def audit_entry(self, record: Record, ended: int) -> AuditEntry:
        """The entry in full."""
        return entry_of(
            record,
            asked=self._asked,
            policy=self._policy,
            parameters=self._parameters,
            prompt_mac=self._prompt_mac,
            reply_mac=self._reply.digest(self._key),
            conversation=self._conversation,
            ended=ended,
        )


class SettledEntry:
    """The entry of a settled exchange, made in full only when it is written, by the log's own thread."""

    __slots__ = ("_record", "_session", "time")

    def __init__(self, session: AuditSession, record: Record) -> None:
        self._session = session
        self._record = record
        self.time = time.time_ns()

    def wire(self) -> Json:
        return self._session.audit_entry(self._record, self.time).wire()
