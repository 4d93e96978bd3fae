"""GET /v1/shoal/audit: what the audit log of this machine says of an organisation. It proves nothing: `shoal audit
verify` does."""

from __future__ import annotations

import re
import threading
import time
from heapq import nlargest
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from shoal.chat import Json
from shoal.errors import NotFound, StorageError
from shoal.gateway.admin.asked import Actor, Limit, cursor, reply, sealed
from shoal.gateway.admin.shapes import Page, RecordShown
from shoal.identity.administration import Answer
from shoal.identity.rights import reach
from shoal.trust.audit.export import Filter, read

router = APIRouter(prefix="/v1/shoal/audit", tags=["audit"])
HOUR_S = 3600
MOST_HOURS = 24 * 366
CURSOR = re.compile(r"(\d{1,20})\|([\w.-]{1,80})\|(\d{1,15})")
Place = tuple[int, str, int]


class Records:
    """The chains in `folder`. One reader at a time: reading goes through all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def last(self, wanted: Filter, limit: int, before: Place | None = None) -> list[Json]:
        """The last `limit` of the records that fit and come before that place, newest first. Raises StorageError."""
        try:
            with self._lock:
                found = read(self._folder, wanted)
                return nlargest(limit, (each for each in found if before is None or place(each) < before), key=place)
        except OSError as error:
            raise StorageError(f"the audit log cannot be read ({type(error).__name__}): see its folder") from None


def place(record: Json) -> Place:
    """Where it stands among all: by time, and those of one moment by chain and number."""
    return record["time"], record["chain"], record.get("seq", 0)


@router.get("", response_model=Page[RecordShown])
def read_records(
    request: Request,
    actor: Actor,
    exchange: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_]{1,64}$", description="of this exchange")] = None,
    hours: Annotated[float, Query(gt=0, le=MOST_HOURS, allow_inf_nan=False, description="how far to look back")] = 24,
    limit: Limit = 50,
    after: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
) -> Response:
    """List audit records of your organisation, newest first: hashes and counts, never what was said."""
    reach(actor, "audit")
    records: Records | None = request.app.state.records
    if records is None:
        raise NotFound("there is no audit log here: the operator switched it off (audit.mode)")
    ended = cursor(after, CURSOR)
    before = None if ended is None else (int(ended[1]), ended[2], int(ended[3]))
    found = records.last(Filter(time.time() - hours * HOUR_S, actor.tenant, exchange), limit + 1, before)
    following = sealed("|".join(map(str, place(found[limit - 1])))) if len(found) > limit else None
    return reply(Answer({"object": "list", "data": found[:limit], "next": following}))
