"""A model on a remote host, and how hosts are put together from the settings.

A `HostModel` is a leaf: its time limits, tries and metering are the inner ring's. Keys are looked up once, when the
hosts are opened, and live in the request headers alone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit, urlunsplit

from shoal import config
from shoal.call import Call, Model, ModelCard, Patience, Price
from shoal.chat import Chat, Piece
from shoal.config.trust import TrustRules
from shoal.errors import ConfigError, HostError, HostGarbled
from shoal.models.hosts import faults
from shoal.models.hosts.anthropic import VERSION, AnthropicDialect
from shoal.models.hosts.dialect import Dialect, Reading, load
from shoal.models.hosts.grounded import Reader
from shoal.models.hosts.http import HttpClient, HttpReply, read_whole
from shoal.models.hosts.openai import OpenAIDialect
from shoal.models.hosts.rows import Row, find_row
from shoal.models.hosts.sse import EventStream, EventTooLarge
from shoal.models.hosts.unkept import Unkept

HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?|")
NO_STREAM = ("application/json", "text/html")
DIALECTS: Mapping[str, Callable[[str, str, Row], Dialect]] = {
    "openai": OpenAIDialect,
    "anthropic": AnthropicDialect,
}
ClientFactory = Callable[[str, float], HttpClient]


class HostModel:
    """One model on one host."""

    def __init__(
        self,
        card: ModelCard,
        dialect: Dialect,
        client: HttpClient,
        url: str,
        headers: Mapping[str, str],
        unkept: Unkept | None = None,
    ) -> None:
        self._card = card
        self._unkept = unkept
        self._dialect = dialect
        self._client = client
        self._url = url
        self._headers = dict(headers)

    @property
    def card(self) -> ModelCard:
        return self._card

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """The host's pieces. Raises HostErrors, and RequestError for what the dialect cannot say."""
        cited = Reader(chat.passages) if chat.passages else None
        chat = self._told(chat, call)
        async with self._client.post(self._url, self._headers, self._dialect.body(chat)) as answer:
            if answer.status != 200:
                raise await self._fault(answer)
            if not chat.stream or answer.header("Content-Type").lower().startswith(NO_STREAM):
                whole = self._dialect.whole(await read_whole(answer, self.card.host))
                yield whole if cited is None else _cite(whole, cited)
                return
            events, reading, pieces = EventStream(), self._dialect.reading(), 0
            while not reading.done and (chunk := await answer.chunk()):
                for piece in _gathered(reading, self._events(events, chunk)):
                    pieces += 1
                    yield piece if cited is None else _cite(piece, cited)
            if (last := reading.end()) is not None:
                pieces += 1
                yield last if cited is None else _cite(last, cited)
            if not pieces:
                raise HostGarbled(f"host '{self.card.host}' sent an empty reply: try again", host=self.card.host)
            await answer.finish()

    def _told(self, chat: Chat, call: Call) -> Chat:
        """The chat with the host's switch against keeping it."""
        if self._unkept is None:
            return chat
        options, said = self._unkept.of(chat.options, call.tenant)
        if said is not None:
            call.note_switch(self.card.host, said)
        return chat if options is chat.options else replace(chat, options=options)

    def _events(self, events: EventStream, chunk: bytes) -> list[bytes]:
        try:
            return events.feed(chunk)
        except EventTooLarge:
            host = self.card.host
            raise HostGarbled(f"host '{host}' sent an event above {events.limit >> 20} MB", host=host) from None

    async def _fault(self, answer: HttpReply) -> HostError:
        """The error in a reply that is not 200, whatever its body."""
        host = self.card.host
        body = await read_whole(answer, host)
        try:
            wire = load(body, host) if body else None
        except HostGarbled:
            wire = None
        return faults.of_status(host, answer.status, wire, answer.header)


def _gathered(reading: Reading, events: list[bytes]) -> Iterator[Piece]:
    """The pieces in what one read brought; all but the last say that more follows. An error comes after the pieces
    before it."""
    last: Piece | None = None
    try:
        for data in events:
            piece = reading.read(data)
            if piece is not None:
                if last is not None:
                    last.more = True
                    yield last
                last = piece
            if reading.done:
                break
    except HostError:
        if last is not None:
            yield last
        raise
    if last is not None:
        yield last


def _cite(piece: Piece, cited: Reader) -> Piece:
    """Puts the citations of the text so far on the piece that ends it."""
    cited.add(piece.text)
    if any(choice.finish_reason for choice in piece.choices):
        piece.citations = cited.citations()
    return piece


class Host:
    """One configured host: its row, its connections, its key."""

    def __init__(self, name: str, settings: config.Host, client: HttpClient, rules: TrustRules | None = None) -> None:
        self.name = name
        self.client = client
        self._settings = settings
        self._row = find_row(settings.row, name) if settings.row else Row(dialect=settings.dialect or "openai")
        if settings.row is None and self._row.dialect == "anthropic":
            self._row = Row(dialect="anthropic", auth="x-api-key")
        self._unkept = Unkept(self._row, settings.retention, rules or TrustRules())
        self._base = settings.base_url or self._row.base_url
        if not urlsplit(self._base).hostname:
            raise ConfigError(f'hosts.{name}: set base_url = "https://..." to the address of this host')
        self._headers = self._make_headers()
        if "authorization" in self._headers and "@" in urlsplit(self._base).netloc:
            raise ConfigError(f"hosts.{name}: the address holds a name, and there is a key too: take one of them out")

    def _make_headers(self) -> dict[str, str]:
        headers = {"content-type": "application/json", "accept-encoding": "identity", "user-agent": "shoal"}
        if self._row.dialect == "anthropic":
            headers["anthropic-version"] = VERSION
        if self._settings.key is not None:
            key = config.secret(self._settings.key)
            bearer = self._row.auth == "bearer"
            headers["authorization" if bearer else self._row.auth] = f"Bearer {key}" if bearer else key
        elif self._row.key and not self._settings.headers:
            raise ConfigError(f'hosts.{self.name} needs a key: set hosts.{self.name}.key = "env:NAME" or "file:PATH"')
        for name, value in {**headers, **self._settings.headers}.items():
            if not HEADER.fullmatch(name) or not VALUE.fullmatch(value):
                raise ConfigError(
                    f"hosts.{self.name}: the header '{name[:40]}' or the key in it has characters that HTTP does not "
                    "allow: mend it"
                )
            headers[name.lower()] = value
        return headers

    def model(self, name: str, row: config.ModelRow) -> HostModel:
        """The model that the settings call `name`."""
        upstream = row.upstream or name
        dialect = DIALECTS[self._row.dialect](self.name, upstream, self._row)
        return HostModel(self._card(name, row), dialect, self.client, self._url(upstream), self._headers, self._unkept)

    def _card(self, name: str, row: config.ModelRow) -> ModelCard:
        price = row.price
        return ModelCard(
            name=name,
            task=row.task,
            kind="host",
            host=self.name,
            licence=row.licence,
            params_b=row.params_b,
            context=row.context,
            price=Price(price.input, price.cached, price.output) if price else None,
            region=self._settings.region,
            retention=self._settings.retention,
            trains_on_data=self._settings.trains_on_data,
            tags=row.tags,
        )

    def _url(self, upstream: str) -> str:
        """Where the model is asked. A query in `base_url` is kept and goes before the row's own."""
        base = urlsplit(self._base)
        path, query = base.path.rstrip("/"), base.query
        if self._row.dialect == "anthropic":
            path = f"{path.removesuffix('/v1')}/v1/messages"
        else:
            if self._row.deployments and not path.endswith("/openai/v1"):
                query = query or self._row.query
                if "/deployments/" not in path:
                    path = f"{path.removesuffix('/openai')}/openai/deployments/{quote(upstream, safe='')}"
            path = f"{path}/chat/completions"
        return urlunsplit((base.scheme, base.netloc, path, query, ""))


class Hosts:
    """All configured hosts. `models` holds each model by name, with how long it may take."""

    def __init__(self, hosts: Mapping[str, Host], models: Mapping[str, tuple[Model, Patience]]) -> None:
        self.hosts = hosts
        self.models = models

    async def close(self) -> None:
        """Closes all connections."""
        for host in self.hosts.values():
            await host.client.close()


def connect(name: str, connect_s: float) -> HttpClient:
    """The client of one host."""
    from shoal.models.hosts.aiohttp_client import AiohttpClient

    return AiohttpClient(name, connect_s)


def open_hosts(settings: config.Settings, client_factory: ClientFactory = connect) -> Hosts:
    """Puts the configured hosts and their models together; connects nowhere yet. Raises ConfigError."""
    rules = settings.trust
    hosts = {name: Host(name, row, client_factory(name, row.connect_s), rules) for name, row in settings.hosts.items()}
    models: dict[str, tuple[Model, Patience]] = {}
    for name, row in settings.models.items():
        limits = settings.hosts[row.host]
        patience = Patience(first_s=limits.first_s, idle_s=limits.idle_s, retries=limits.retries)
        models[name] = (hosts[row.host].model(name, row), patience)
    return Hosts(hosts, models)
