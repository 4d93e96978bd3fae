"""POST and GET /v1/shoal/exchanges/{id}/feedback: what people say of an answer. Text is masked before it is kept; what
comes back is masked too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from shoal.chat import Json
from shoal.errors import NotFound, RequestError, StorageError
from shoal.exchange import House
from shoal.gateway.asgi import Hangup, headers_of, read_body_in_time
from shoal.gateway.door import key_of
from shoal.gateway.envelope import send_json
from shoal.gateway.exchanges import may_see
from shoal.gateway.openai_request import check_fields, read_json, read_options
from shoal.identity import Key
from shoal.stores.ledger import Ledger, Record
from shoal.trust.masking.texts import TextMasker, counts
from shoal.trust.retention.feedback import About, Feedback, FeedbackBook, Said
from shoal.trust.sensitive import Sensitive

if TYPE_CHECKING:
    from shoal.gateway.app import Limits

P = ParamSpec("P")
T = TypeVar("T")
MOST_BODY = 2_000_000
# Texts and the most bytes of UTF-8 that each may have.
TEXTS = {"reason": 8_000, "edited": 200_000}
CHOICES = {"rating": ("up", "down"), "outcome": ("accepted", "regenerated", "edited", "declined")}
FIELDS = (*CHOICES, *TEXTS)


@dataclass(frozen=True, slots=True)
class Given:
    """The body of a request, checked and not yet masked; `texts` by field."""

    rating: str | None
    outcome: str | None
    texts: dict[str, Sensitive]


class FeedbackPage:
    """The endpoint. Every key of a team may give feedback to the team's exchanges, every key of a tenant to those of no
    team; who sees an exchange sees and gives its feedback."""

    def __init__(self, house: House, ledger: Ledger, book: FeedbackBook, limits: Limits) -> None:
        self._house = house
        self._ledger = ledger
        self._book = book
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = key_of(scope, self._house.identity)
        if scope["method"] == "POST":
            await self._give(key, scope, receive, send)
        else:
            await self._list(key, scope["path_params"]["id"], send)

    async def _give(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        most = min(MOST_BODY, self._limits.body_bytes)
        given = read_feedback(read_json(await read_body_in_time(scope, receive, most, self._limits.body_s)))
        with Hangup(receive):
            record = await self._record(key, scope["path_params"]["id"])
            if record.team not in (None, key.team) and not may_see(key, record):
                raise _unknown()
            texts, masked = await self._masked(given, record, read_options(None, headers).conversation)
        about = About(record.id, record.tenant, key.id, record.person)
        kept = await _stored(self._book.add, about, Said(given.rating, given.outcome, **texts))
        await send_json(send, 201, {**_wire(kept), "masked": masked})

    async def _list(self, key: Key, exchange_id: str, send: Send) -> None:
        record = await self._record(key, exchange_id)
        if not may_see(key, record):
            raise _unknown()
        found = await _stored(self._book.of, record.id, record.tenant)
        await send_json(send, 200, {"object": "list", "data": [{**_wire(each), **_texts(each)} for each in found]})

    async def _record(self, key: Key, exchange_id: str) -> Record:
        record = await asyncio.to_thread(self._ledger.get, exchange_id)
        if record is None or record.tenant != key.tenant:
            raise _unknown()
        return record

    async def _masked(
        self, given: Given, record: Record, conversation: str | None
    ) -> tuple[dict[str, Sensitive], Mapping[str, int]]:
        """The texts without personal data, with the placeholders of the exchange, and what was replaced in them."""
        if not given.texts:
            return {}, {}
        self._book.check_text(record.tenant)
        masker = TextMasker(self._house.masking, record.tenant, record.key_id, record.id, conversation)
        masked = await masker.mask([text.reveal() for text in given.texts.values()])
        texts = (Sensitive(each.text) for each in masked)
        return dict(zip(given.texts, texts, strict=True)), counts(masked)


def read_feedback(wire: Json) -> Given:
    """The body, checked. Raises RequestError that names the field."""
    check_fields(wire, FIELDS)
    rating, outcome = _choice(wire, "rating"), _choice(wire, "outcome")
    texts = {name: text for name in TEXTS if (text := _text(wire, name)) is not None}
    if not (rating or outcome or texts):
        raise RequestError(f"say at least one of {', '.join(FIELDS)}", param="rating")
    if "edited" in texts and outcome not in (None, "edited"):
        raise RequestError('an edited text goes with "outcome": "edited"', param="edited")
    return Given(rating, "edited" if "edited" in texts else outcome, texts)


def _choice(wire: Json, name: str) -> str | None:
    value = wire.get(name)
    if value is not None and not (isinstance(value, str) and value in CHOICES[name]):
        raise RequestError(f"must be {' or '.join(CHOICES[name])}, or null", param=name)
    return None if value is None else str(value)


def _text(wire: Json, name: str) -> Sensitive | None:
    value = wire.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise RequestError("must be a string", param=name)
    if len(value.encode("utf-8", "surrogatepass")) > TEXTS[name]:
        raise RequestError(f"is longer than {TEXTS[name] // 1000} kB: send less", param=name)
    return Sensitive(value)


def _wire(kept: Feedback) -> Json:
    """Without what was written."""
    return {
        "object": "shoal.feedback",
        "id": kept.id,
        "exchange_id": kept.exchange_id,
        "created": kept.at,
        "key_id": kept.key_id,
        "rating": kept.said.rating,
        "outcome": kept.said.outcome,
    }


def _texts(kept: Feedback) -> Json:
    """What was written, masked, as long as it is kept."""
    said = {"reason": kept.said.reason, "edited": kept.said.edited}
    return {name: None if text is None else text.reveal() for name, text in said.items()}


def _unknown() -> NotFound:
    return NotFound("there is no such exchange of this key: take the id from the header x-shoal-exchange")


async def _stored(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """The work in a thread. Raises StorageError where the database fails."""
    try:
        return await asyncio.to_thread(work, *arguments, **named)
    except SQLAlchemyError as error:
        raise StorageError(f"the feedback cannot be stored or read ({type(error).__name__}): try again") from None
