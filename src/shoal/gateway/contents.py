"""GET /v1/shoal/exchanges/{id}/content: the masked prompt and reply of an exchange, where its tenant keeps them. Every
reading is written down first."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from shoal.chat import Json
from shoal.errors import NotFound, PermissionDenied, StorageError
from shoal.gateway.door import key_of
from shoal.gateway.envelope import send_json
from shoal.identity import Identity, Role
from shoal.stores.audit_log import AuditEvent
from shoal.stores.contents import Reading
from shoal.trust.audit.step import AuditStep
from shoal.trust.retention.content import Content, ContentStore
from shoal.trust.sensitive import Sensitive


class ContentPage:
    """The endpoint, for admins of the exchange's tenant alone."""

    def __init__(self, identity: Identity, store: ContentStore | None, audit: AuditStep | None) -> None:
        self._identity = identity
        self._store = store
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = key_of(scope, self._identity)
        if key.role is not Role.ADMIN:
            raise PermissionDenied("content is for admins: use an admin key of this tenant")
        found = await asyncio.to_thread(self._read, scope["path_params"]["id"], key.tenant, key.id)
        if found is None:
            raise NotFound(
                "no content is kept of such an exchange of this tenant: it has expired, or the tenant had not opted in "
                "(audit.tenants.NAME content)"
            )
        await send_json(send, 200, _wire(*found))

    def _read(self, exchange_id: str, tenant: str, key_id: str) -> tuple[Content, list[Reading]] | None:
        if self._store is None:
            return None
        if self._audit is not None:
            self._audit.check()
        try:
            content = self._store.read(exchange_id, tenant, key_id)
            if content is None:
                return None
            if self._audit is not None:
                facts = {"exchange": exchange_id, "tenant": tenant, "key": key_id}
                self._audit.add(AuditEvent("content_read", time.time_ns(), facts))
            return content, self._store.readings(exchange_id, tenant)
        except SQLAlchemyError as error:
            raise StorageError(f"the content cannot be read ({type(error).__name__}): try again") from None


def _wire(content: Content, readings: list[Reading]) -> Json:
    return {
        "object": "shoal.content",
        "exchange_id": content.exchange_id,
        "kept": content.at,
        "key_id": content.key_id,
        "person": content.person,
        "prompt": _value(content.prompt),
        "reply": _value(content.reply),
        "readings": [asdict(each) for each in readings],
    }


def _value(text: Sensitive) -> object:
    """The JSON that a transcript is; else the text as it is."""
    try:
        return orjson.loads(text.reveal())
    except orjson.JSONDecodeError:
        return text.reveal()
