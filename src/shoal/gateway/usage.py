"""GET /v1/shoal/usage: what a caller used, what their limits hold and what is left of them; and with `by` what a key, a
user, a team or an organisation used of each model, on each day and so on. It counts nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, ParamSpec, TypeVar, get_args
from urllib.parse import parse_qsl

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from shoal.chat import Json
from shoal.config import nearest
from shoal.errors import PermissionDenied, RequestError, StorageUnreachable
from shoal.exchange import House
from shoal.gateway.door import key_of
from shoal.gateway.envelope import send_json
from shoal.identity import Key, Role
from shoal.limits.periods import SECOND, Calendar
from shoal.limits.rules import Who
from shoal.stores.usage_sums import By, Span, Sums

PERIODS = ("day", "month")
Whose = Literal["key", "user", "team"]
Groups = Literal["model", "day", "key", "tag"]
P = ParamSpec("P")
T = TypeVar("T")
ASKED = ("by", "of", "days", "limit", "after")
DAY_S, DAYS, MOST_DAYS = 86_400, 30, 400
ROWS, MOST_ROWS = 100, 1000
# The sums for every combination of some names, where the first of them may be held to one value.
Grouped = Callable[[Sequence[By], Span, str | None], Mapping[tuple[str, ...], Sums]]


class UsagePage:
    """The endpoint. A key sees the limits that it meets: its own, and those of the levels that it belongs to; of what
    was used its own, of a user's key all of that user's; a lead the team's too, an admin and an auditor the
    organisation's."""

    def __init__(self, house: House, grouped: Grouped | None = None) -> None:
        self._house = house
        self._grouped = grouped

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = key_of(scope, self._house.identity)
        asked = _asked(scope["query_string"])
        if asked:
            await send_json(send, 200, await self._read(self._by, key, asked))
            return
        tags = tuple(f"{name}={value}" for name, value in key.tags)
        who = Who(key.tenant, key.team, key.user, key.id, tags)
        limits = await self._house.limits.left(who) if self._house.limits is not None else []
        used = await self._read(self._used, key)
        await send_json(send, 200, {"object": "shoal.usage", "key": key.id, "limits": limits, "used": used})

    async def _read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.to_thread(work, *args, **kwargs)
        except SQLAlchemyError as error:
            raise StorageUnreachable(
                f"the database does not answer ({type(error).__name__}): try again in a moment"
            ) from None

    def _by(self, key: Key, asked: Mapping[str, str]) -> Json:
        """A page of the sums, in the order of their names. Raises RequestError, PermissionDenied."""
        by: Groups = _one_of("by", asked.get("by", "model"), get_args(Groups))
        days, rows = _number(asked, "days", DAYS, MOST_DAYS), _number(asked, "limit", ROWS, MOST_ROWS)
        of, subject = _subject(key, asked.get("of"))
        if by == "tag" and of != "organisation":
            raise RequestError("tags are summed for the whole organisation: ask with of=organisation", param="by")
        now = time.time()
        span = Span((now // DAY_S + 1 - days) * DAY_S, tenant=key.tenant)
        found = self._sums(by, of, subject, span)
        names = sorted(name for name in found if name > asked.get("after", ""))
        data = [found[name].to_wire() | {"name": name} for name in names[:rows]]
        following = names[rows - 1] if len(names) > rows else None
        about = {"object": "shoal.usage.by", "by": by, "of": of, "subject": subject, "since": span.begin}
        return {**about, "data": data, "next": following}

    def _sums(self, by: Groups, of: str, subject: str, span: Span) -> dict[str, Sums]:
        if self._grouped is None:
            return {}
        if of == "organisation":
            return {name: sums for (name,), sums in self._grouped((by,), span, None).items()}
        whose: Whose = "key" if of == "key" else "user" if of == "user" else "team"
        if by == whose:
            return {name: sums for (name,), sums in self._grouped((whose,), span, subject).items()}
        return {name: sums for (_, name), sums in self._grouped((whose, by), span, subject).items()}

    def _used(self, key: Key) -> list[Json]:
        """What was used in the present day and month (UTC), as the ledger has it."""
        read = self._house.used
        if read is None:
            return []
        whose: list[tuple[Whose, str]] = [("key", key.id) if key.user is None else ("user", key.user)]
        if key.role is Role.LEAD and key.team is not None:
            whose.append(("team", key.team))
        found: list[Json] = []
        for of, name in whose:
            for period in PERIODS:
                begin, end = Calendar(period).window(time.time_ns() // 1000)
                span = Span(begin / SECOND, end / SECOND, key.tenant)
                about = {"of": of, "subject": name, "per": period, "since": span.begin, "ends": span.end}
                found.append({**about, **read(of, name, span).to_wire()})
        return found


def _asked(query: bytes) -> dict[str, str]:
    """The parameters. Raises RequestError for one that is not known, is there twice or is empty."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name not in ASKED:
            raise RequestError(f"parameter '{name[:60]}'{nearest(name[:60], ASKED)}", param=name[:60])
        if name in found or not value:
            raise RequestError("give it once, with a value", param=name)
        found[name] = value
    return found


def _one_of(name: str, value: str, known: Sequence[T]) -> T:
    for each in known:
        if each == value:
            return each
    raise RequestError(f"'{value[:60]}'{nearest(value[:60], list(map(str, known)))}", param=name)


def _number(asked: Mapping[str, str], name: str, otherwise: int, most: int) -> int:
    text = asked.get(name, str(otherwise))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= most:
        raise RequestError(f"must be a number from 1 to {most}", param=name)
    return number


def _subject(key: Key, wanted: str | None) -> tuple[str, str]:
    """Whose usage is asked for. Raises PermissionDenied where that is not the caller's to see."""
    own = ("key", key.id) if key.user is None else ("user", key.user)
    seen = {own[0]: own[1], "key": key.id}
    if key.team is not None and key.role is not Role.MEMBER:
        seen["team"] = key.team
    if key.role in (Role.ADMIN, Role.AUDITOR):
        seen["organisation"] = key.tenant
    of = _one_of("of", wanted, ("key", "user", "team", "organisation")) if wanted is not None else own[0]
    if of not in seen:
        raise PermissionDenied(
            f"this key does not see what a {of} used: use one of an admin or auditor, or of the team's lead"
        )
    return of, seen[of]
