"""What every endpoint of the admin API takes from a request: who asks, which page, which revision, an idempotency key;
and how an answer is written. It knows no endpoint."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Query, Request, Response

from shoal.chat import Json
from shoal.errors import RequestError
from shoal.identity.administration import Administration, Answer, Once
from shoal.identity.keys import Key

MOST_ROWS = 200
# No wider than what a double holds exactly.
CURSOR = re.compile(r"(\d{1,12}(?:\.\d{1,9})?(?:e-?\d{1,3})?)\|([\w.:-]{1,80})")


def _actor(request: Request) -> Key:
    """Who asks: `page.py` found out before the body was read."""
    actor: Key = request.scope["shoal.actor"]
    return actor


def _desk(request: Request) -> Administration:
    desk: Administration = request.app.state.desk
    return desk


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern=r"^[!-~]+$",
            description="your own name for this change: sent again, it gives the first answer and does nothing twice",
        ),
    ] = None,
) -> Once | None:
    """The idempotency key with a digest of the whole request."""
    if idempotency_key is None:
        return None
    head = f"{request.method} {request.url.path}?{request.url.query}\n{request.headers.get('if-match', '')}\n".encode()
    return Once(idempotency_key, sha256(head + await request.body()).digest())


def _expected(
    if_match: Annotated[
        str | None,
        Header(
            pattern=r'^("[0-9]{1,15}"|\*)$',
            description="the ETag that you read: refuses to change what is newer",
            examples=['"3"'],
        ),
    ] = None,
) -> int | None:
    """The revision that the caller knows."""
    return None if if_match is None or if_match == "*" else int(if_match.strip('"'))


def _after(
    after: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
) -> tuple[float, str] | None:
    """Where the page before ended. Raises RequestError."""
    found = cursor(after, CURSOR)
    return None if found is None else (float(found[1]), found[2])


def cursor(after: str | None, form: re.Pattern[str]) -> re.Match[str] | None:
    """What a page's `next` says; None where there was none. Raises RequestError."""
    if after is None:
        return None
    try:
        text = base64.urlsafe_b64decode(after.encode("ascii")).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError):
        text = ""
    found = form.fullmatch(text)
    if found is None:
        raise RequestError("this is no `next` of a page: take it as it came", param="after")
    return found


def sealed(text: str) -> str:
    """A `next` that says this."""
    return base64.urlsafe_b64encode(text.encode()).decode()


Actor = Annotated[Key, Depends(_actor)]
Desk = Annotated[Administration, Depends(_desk)]
OnceKey = Annotated[Once | None, Depends(_once)]
Expected = Annotated[int | None, Depends(_expected)]
After = Annotated[tuple[float, str] | None, Depends(_after)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="rows of a page")]


def reply(answer: Answer) -> Response:
    """The answer on the wire."""
    headers = {} if answer.revision is None else {"etag": f'"{answer.revision}"'}
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return Response(orjson.dumps(answer.body), answer.status, headers, "application/json")


def page(rows: Sequence[Any], wires: Sequence[Json], limit: int) -> Response:
    """A list; `rows` have `created` and `id`, and one more than `limit` where there are more."""
    last = rows[limit - 1] if len(rows) > limit else None
    after = None if last is None else sealed(f"{last.created!r}|{last.id}")
    return reply(Answer({"object": "list", "data": list(wires[:limit]), "next": after}))
