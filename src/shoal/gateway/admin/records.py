"""GET /v1/shoal/audit: what the audit log of this machine says of an organisation. It proves nothing: `shoal audit
verify` does."""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from shoal.errors import NotFound, StorageError
from shoal.gateway.admin.asked import MOST_ROWS, Actor, reply
from shoal.gateway.admin.shapes import Page, RecordShown
from shoal.identity.administration import Answer
from shoal.identity.rights import reach
from shoal.trust.audit.export import Filter, read

router = APIRouter(prefix="/v1/shoal/audit", tags=["audit"])
HOUR_S = 3600
MOST_HOURS = 24 * 366


class Records:
    """The chains in `folder`. One reader at a time: reading goes through all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def last(self, wanted: Filter, limit: int) -> list[dict[str, object]]:
        """The last `limit` of the records that fit, newest first. Raises StorageError."""
        try:
            with self._lock:
                found = deque(read(self._folder, wanted), maxlen=limit)
        except OSError as error:
            raise StorageError(f"the audit log cannot be read ({type(error).__name__}): see its folder") from None
        return sorted(found, key=lambda each: each["time"], reverse=True)


@router.get("", response_model=Page[RecordShown])
def read_records(
    request: Request,
    actor: Actor,
    exchange: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_]{1,64}$", description="of this exchange")] = None,
    hours: Annotated[float, Query(gt=0, le=MOST_HOURS, allow_inf_nan=False, description="how far to look back")] = 24,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
) -> Response:
    """List audit records of your organisation, newest first: hashes and counts, never what was said."""
    reach(actor, "audit")
    records: Records | None = request.app.state.records
    if records is None:
        raise NotFound("there is no audit log here: the operator switched it off (audit.mode)")
    found = records.last(Filter(time.time() - hours * HOUR_S, actor.tenant, exchange), limit)
    return reply(Answer({"object": "list", "data": found, "next": None}))
