"""The ASGI application: routes, the outermost boundary where errors become answers, and draining. It knows no model."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from os import urandom
from typing import Any

import structlog
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from shoal.errors import Draining, MethodNotAllowed, NotFound, ShoalError
from shoal.exchange import House
from shoal.gateway.admin.page import is_admin
from shoal.gateway.asgi import ClientGone, headers_of, token_of
from shoal.gateway.catalogue import Models
from shoal.gateway.chat import ChatCompletions
from shoal.gateway.contents import ContentPage
from shoal.gateway.door import Door
from shoal.gateway.envelope import error_event, send_error, send_json
from shoal.gateway.exchanges import Exchanges
from shoal.gateway.feedback import FeedbackPage
from shoal.gateway.masking import Masking
from shoal.gateway.metrics import Metrics, MetricsPage
from shoal.gateway.moderations import Moderations
from shoal.gateway.usage import Grouped, UsagePage
from shoal.stores.ledger import Ledger
from shoal.trust.retention.keeping import Keeping

EXCHANGE = "/v1/shoal/exchanges/{id}"
WITHOUT_KEY = frozenset({"/healthz", "/readyz"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may be at most, and the seconds that its body may take to come."""

    body_bytes: int
    body_s: float
    messages: int


class Traffic:
    """The requests under way. Once it drains, new ones are refused; `empty` is set when the last has ended."""

    def __init__(self, metrics: Metrics) -> None:
        self.draining = False
        self.empty = asyncio.Event()
        self.empty.set()
        self._tasks: set[asyncio.Task[Any]] = set()
        metrics.in_flight.set_function(lambda: len(self._tasks))

    def enter(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        self.empty.clear()

    def leave(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self.empty.set()

    def cut(self) -> int:
        """Ends what still runs; returns how many that were."""
        for task in self._tasks:
            task.cancel()
        return len(self._tasks)


class Gateway:
    """The application. Every error leaves it in the OpenAI envelope; nothing unexpected leaves it with a traceback."""

    def __init__(
        self,
        house: House,
        ledger: Ledger,
        metrics: Metrics,
        limits: Limits,
        keeping: Keeping,
        *,
        metrics_here: bool,
        door: Door | None = None,
        admin: ASGIApp | None = None,
        grouped: Grouped | None = None,
    ) -> None:
        self.traffic = Traffic(metrics)
        self._door = door or Door(house.identity)
        self._admin = admin
        self._log = structlog.get_logger("shoal.gateway")
        self._identity = house.identity
        self._audit = house.audit
        self._ledger = ledger
        self._fast: dict[tuple[str, str], ASGIApp] = {
            ("POST", "/v1/chat/completions"): ChatCompletions(house, limits),
            ("POST", "/v1/moderations"): Moderations(house, limits),
            ("POST", "/v1/shoal/mask"): Masking(house, limits),
            ("GET", "/v1/models"): Models(house),
            ("GET", "/v1/shoal/usage"): UsagePage(house, grouped),
            ("GET", "/healthz"): _healthy,
            ("GET", "/readyz"): self._ready,
        }
        if metrics_here:
            self._fast["GET", "/metrics"] = MetricsPage(metrics, house.identity)
        self._routes = [
            Route("/v1/models/{id:path}", Models(house), methods=["GET"]),
            Route(EXCHANGE, Exchanges(house, ledger), methods=["GET"]),
            Route(f"{EXCHANGE}/content", ContentPage(house.identity, keeping.content, house.audit), methods=["GET"]),
            Route(
                f"{EXCHANGE}/feedback", FeedbackPage(house, ledger, keeping.feedback, limits), methods=["GET", "POST"]
            ),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1003})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = Answer(send)
        task = asyncio.current_task()
        assert task is not None  # an ASGI server runs every request in a task
        counted = scope["path"] not in WITHOUT_KEY
        try:
            if counted:
                if self.traffic.draining:
                    raise Draining("the gateway is shutting down: try again in a moment, or another replica")
                self.traffic.enter(task)
            await (await self._endpoint(scope))(scope, receive, answer)
        except ShoalError as error:
            if counted and self._audit is not None:
                self._audit.refused(error.code or "error", self._key_id(scope))
            await answer.error(error)
        except ClientGone:
            return
        except asyncio.CancelledError:
            if not self.traffic.draining:
                raise
            await answer.error(Draining("the gateway shut down before the answer was complete: try again"))
        except Exception as error:  # noqa: BLE001 - the outermost boundary: a fault of ours must not show the prompt
            name = request_id()
            self._log.error("unexpected", error=type(error).__name__, at=_where(error), request=name)
            await answer.error(ShoalError(f"an internal error: report it with the request id {name}"), name)
        finally:
            if counted:
                self.traffic.leave(task)

    def _key_id(self, scope: Scope) -> str | None:
        """Which key a refused request came with; None where that is unknown, whatever it may say of itself."""
        token = token_of(headers_of(scope))
        key = self._identity.recall(token) if token is not None else None
        return key.id if key is not None else None

    async def _endpoint(self, scope: Scope) -> ASGIApp:
        """Who answers, once the request's key is known to be good; the admin API looks at that itself."""
        path = scope["path"]
        if self._admin is not None and is_admin(path):
            return self._admin
        if path not in WITHOUT_KEY:
            await self._door.admit(scope)
        return self._find(scope)

    def _find(self, scope: Scope) -> ASGIApp:
        method, path = scope["method"], scope["path"]
        found = self._fast.get((method, path))
        if found is None and method == "HEAD":  # the server leaves the body out
            found = self._fast.get(("GET", path))
        if found is not None:
            return found
        if "\0" in path:  # no database has such a name, and PostgreSQL cannot be asked for it
            raise NotFound("there is nothing of that name: a path has no zero byte")
        for route in self._routes:
            match, more = route.matches(scope)
            if match is Match.FULL:
                scope.update(more)
                return route.app
        return self._miss(method, path)

    def _miss(self, method: str, path: str) -> ASGIApp:
        allowed = {known for known, at in self._fast if at == path}
        for route in self._routes:
            if route.path_regex.match(path):
                allowed |= (route.methods or set()) - {"HEAD"}
        if allowed:
            error = MethodNotAllowed(f"use {' or '.join(sorted(allowed))} here, not {method[:20]}")
            error.allowed = tuple(sorted(allowed))
            raise error
        served = ", ".join(sorted({at for _, at in self._fast if at.startswith("/v1")}))
        raise NotFound(f"this path is not served (served are {served}): check the base URL, which ends in /v1")

    async def _ready(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.traffic.draining:
            raise Draining("shutting down")
        faults = self._ledger.faults
        await send_json(send, 200, {"status": "ready", **({"ledger": faults} if faults else {})})


class Answer:
    """The `send` of one request: knows how far the answer is, so that an error is sent in the right form."""

    __slots__ = ("_begun", "_ended", "_events", "_send")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = self._events = self._ended = False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Hands the message on; every answer has a name."""
        if message["type"] == "http.response.start":
            self._begun = True
            headers, named = message["headers"], False
            for name, value in headers:
                if name == b"x-request-id":
                    named = True
                elif name == b"content-type":
                    self._events = value.startswith(b"text/event-stream")
            if not named:
                headers.append((b"x-request-id", request_id().encode()))
        elif not message.get("more_body"):
            self._ended = True
        await self._send(message)

    async def error(self, error: ShoalError, name: str | None = None) -> None:
        """As an answer of its own before the first byte; as the last event of a stream after it."""
        if not self._begun:
            await send_error(self, error, [(b"x-request-id", name.encode())] if name else None)
        elif self._events and not self._ended:
            await self({"type": "http.response.body", "body": error_event(error)})


def request_id() -> str:
    """A name for a request that did not become an exchange."""
    return f"req_{urandom(12).hex()}"


async def _healthy(scope: Scope, receive: Receive, send: Send) -> None:
    await send_json(send, 200, {"status": "ok"})


def _where(error: BaseException) -> str:
    """File and line where the error arose; its message may hold text of the caller's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown"
