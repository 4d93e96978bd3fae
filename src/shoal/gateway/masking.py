"""POST /v1/shoal/mask: texts without their personal data, and what was replaced in them. It knows no model, keeps
nothing of it, and hands out no value that did not come with the request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from os import urandom
from typing import TYPE_CHECKING

import orjson
from starlette.types import Receive, Scope, Send

from shoal.chat import Json
from shoal.errors import RequestError
from shoal.exchange import House
from shoal.gateway.asgi import Hangup, headers_of, read_body_in_time, when_sent
from shoal.gateway.door import key_of
from shoal.gateway.envelope import JSON_TYPE, send_bytes
from shoal.gateway.openai_request import check_fields, read_json, read_options
from shoal.gateway.service import Service
from shoal.limits.services import MASK
from shoal.trust.masking.texts import MaskedText, TextMasker, counts

if TYPE_CHECKING:
    from shoal.gateway.app import Limits

LONGEST_NAME = 200
FIELDS = ("text", "texts", "conversation")


class Masking:
    """The endpoint. Any key may use it, on the text that it sends."""

    def __init__(self, house: House, limits: Limits) -> None:
        self._house = house
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, limits = headers_of(scope), self._limits
        key = key_of(scope, self._house.identity)
        body = await read_body_in_time(scope, receive, limits.body_bytes, limits.body_s)
        options = read_options(None, headers)
        texts, conversation = _read(read_json(body), options.conversation, limits.messages)
        # As in a chat: the same value in the same conversation of the same key has the same placeholder.
        masker = TextMasker(self._house.masking, key.tenant, key.id, urandom(16).hex(), conversation)
        service = Service(self._house, key, MASK, texts, options)
        with Hangup(receive):
            masked = await service.run(masker.mask(texts))
            answer = await asyncio.to_thread(_answer, masked)
        await send_bytes(send, 200, answer, [JSON_TYPE, *service.headers])
        when_sent(scope, service.delivered)


def _read(wire: Json, named: str | None, most: int) -> tuple[Sequence[str], str | None]:
    """The texts and the name of the conversation. Raises RequestError that names the field."""
    check_fields(wire, FIELDS)
    conversation = wire.get("conversation", named)
    if conversation is not None and not (isinstance(conversation, str) and 0 < len(conversation) <= LONGEST_NAME):
        raise RequestError(f"must be a string of 1 to {LONGEST_NAME} characters", param="conversation")
    if ("text" in wire) == ("texts" in wire):
        raise RequestError('send either "text": "..." or "texts": ["...", ...]', param="text")
    texts = wire["texts"] if "texts" in wire else [wire["text"]]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        name, form = ("texts", "a list of strings") if "texts" in wire else ("text", "a string")
        raise RequestError(f"must be {form}", param=name)
    if len(texts) > most:
        raise RequestError(f"{len(texts)} texts are more than {most}: send fewer", param="texts")
    return texts, conversation


def _answer(masked: Sequence[MaskedText]) -> bytes:
    return orjson.dumps(
        {
            "object": "shoal.masked",
            "texts": [each.text for each in masked],
            "entities": [[asdict(replacement) for replacement in each.replacements] for each in masked],
            "counts": dict(counts(masked)),
        }
    )
