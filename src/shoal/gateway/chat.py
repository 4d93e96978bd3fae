"""POST /v1/chat/completions, whole and streamed. It knows the wire form and the exchange, no model and no key store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
from starlette.types import Receive, Scope, Send

from shoal.call import closing
from shoal.chat import Chat, Piece
from shoal.errors import ShoalError
from shoal.exchange import Exchange, House
from shoal.gateway.asgi import Hangup, headers_of, read_body_in_time, when_sent
from shoal.gateway.door import key_of
from shoal.gateway.envelope import (
    JSON_TYPE,
    Headers,
    ascii_header,
    error_event,
    error_headers,
    error_wire,
    send_bytes,
    standing_headers,
)
from shoal.gateway.openai_reply import EventWriter, whole_wire
from shoal.gateway.openai_request import read_chat, read_json

if TYPE_CHECKING:
    from shoal.gateway.app import Limits

EVENTS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


class ChatCompletions:
    """The endpoint, as an ASGI application."""

    def __init__(self, house: House, limits: Limits) -> None:
        self._house = house
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        key = key_of(scope, self._house.identity)
        limits = self._limits
        body = await read_body_in_time(scope, receive, limits.body_bytes, limits.body_s)
        chat = read_chat(read_json(body), headers, limits.messages)
        exchange = Exchange(self._house, key, chat)
        try:
            with Hangup(receive):
                if chat.stream:
                    await _stream(exchange, chat, send)
                else:
                    await _whole(exchange, send)
            when_sent(scope, exchange.delivered)
        finally:
            await exchange.settled()


async def _whole(exchange: Exchange, send: Send) -> None:
    try:
        async with closing(exchange.travel()) as travel:
            pieces = [piece async for piece in travel]
    except ShoalError as error:
        await _refuse(exchange, error, send)
        return
    await exchange.settled_soon()
    created, model = int(exchange.record.started), exchange.decision.model
    wire = whole_wire(_reply_id(exchange), created, model, pieces, exchange.summary(), exchange.impacts())
    body = orjson.dumps(wire)
    await send_bytes(send, 200, body, [JSON_TYPE, *_headers(exchange)])


async def _stream(exchange: Exchange, chat: Chat, send: Send) -> None:
    """Awaits the first piece before it sends the status, so that early failures stay real HTTP errors."""
    async with closing(exchange.travel()) as travel:
        try:
            first = await anext(travel, None)
        except ShoalError as error:
            await _refuse(exchange, error, send)
            return
        include_usage = bool((chat.options.get("stream_options") or {}).get("include_usage"))
        model = exchange.decision.model
        writer = EventWriter(_reply_id(exchange), int(exchange.record.started), model, include_usage)
        await send({"type": "http.response.start", "status": 200, "headers": [*EVENTS, *_headers(exchange)]})
        try:
            if first is not None:
                await _write(writer, replace(first, more=False), send)
                await asyncio.sleep(0)  # lets the loop send it before the rest of what the host has sent is read
                async for piece in travel:
                    await _write(writer, piece, send)
            await exchange.settled_soon()
            tail = writer.end(exchange.summary(), exchange.impacts())
        except ShoalError as error:
            tail = writer.taken() + error_event(error)
        await send({"type": "http.response.body", "body": tail})


async def _write(writer: EventWriter, piece: Piece, send: Send) -> None:
    """Pieces that came together go out together: a write to the socket costs more than all else about a piece."""
    writer.add(piece)
    if not piece.more and (chunks := writer.taken()):
        await send({"type": "http.response.body", "body": chunks, "more_body": True})


async def _refuse(exchange: Exchange, error: ShoalError, send: Send) -> None:
    headers = [JSON_TYPE, *error_headers(error), *_ids(exchange)]
    await send_bytes(send, error.status, orjson.dumps(error_wire(error)), headers)


def _ids(exchange: Exchange) -> Headers:
    name = exchange.id.encode()
    return [(b"x-request-id", name), (b"x-shoal-exchange", name)]


def _headers(exchange: Exchange) -> Headers:
    decision = exchange.decision
    return [
        *_ids(exchange),
        (b"x-shoal-model", ascii_header(decision.model)),
        (b"x-shoal-route", ascii_header(decision.reason)),
        *standing_headers(exchange.standing()),
    ]


def _reply_id(exchange: Exchange) -> str:
    return f"chatcmpl-{exchange.id.removeprefix('ex_')}"
