"""Webhooks: signed as the specification says, tried again, at least once, and one dead receiver holds up no other."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from shoal.config.events import EventRules, Webhook
from shoal.errors import ConfigError
from shoal.identity.events import Events
from shoal.identity.webhooks import Courier, pause, sign, signing_key
from shoal.stores.database import Database
from shoal.stores.events import SqlOutbox
from tests.waiting import SOON_S

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


class Receiver:
    """A webhook on a real socket: answers with the statuses in turn, the last one for ever."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    def status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    receiver = Receiver(*statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status())
            self.send_header("location", receiver.url)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


class Clock:
    """Behind all that is due, unless it is moved."""

    now = 4e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlOutbox]:
    monkeypatch.setenv("HOOK", SECRET)
    database = Database(tmp_path)
    database.migrate()
    yield SqlOutbox(database.engine)
    database.close()


def rules_of(**urls: str) -> EventRules:
    return EventRules(webhooks={name: Webhook(url=url, secret="env:HOOK") for name, url in urls.items()}, give_up_h=720)


def told(outbox: SqlOutbox, rules: EventRules, *names: str) -> Events:
    events = Events(outbox, rules)
    for name in names:
        assert events.emit(name, "t", {"key": "k"}).result(SOON_S)
    events.close()
    return events


def deliver(courier: Courier, name: str) -> int:
    """How many deliveries were tried."""

    async def once() -> int:
        async with aiohttp.ClientSession() as session:
            return await courier.deliver_due(session, name)

    return asyncio.run(once())


def test_a_delivery_is_signed(outbox: SqlOutbox) -> None:
    with receiving(204) as receiver:
        rules = rules_of(hook=receiver.url)
        courier = Courier(outbox, told(outbox, rules, "key.created"), rules, Clock())
        assert [deliver(courier, "hook"), deliver(courier, "hook")] == [1, 0]
    headers, body = receiver.got[0]
    shown = json.loads(body)
    assert (shown["name"], shown["organisation"], shown["data"]) == ("key.created", "t", {"key": "k"})
    assert headers["webhook-id"] == shown["id"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(b"k" * 32, signed, sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_the_specifications_own_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_failed_delivery_is_tried_again_with_the_same_id(outbox: SqlOutbox) -> None:
    with receiving(500, 302, 200) as receiver:
        rules, clock = rules_of(hook=receiver.url), Clock()
        clock.now = 0.0
        events = told(outbox, rules, "key.created")
        clock.now = __import__("time").time() + 1
        courier = Courier(outbox, events, rules, clock)
        tries = 0
        for _ in range(6):
            tries += deliver(courier, "hook")
            clock.now += 5000
    assert tries == 3
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_who_never_answers_is_given_up(outbox: SqlOutbox) -> None:
    rules, clock = rules_of(hook="http://127.0.0.1:9/"), Clock()
    courier = Courier(outbox, told(outbox, rules, "key.created"), rules, clock)
    assert [deliver(courier, "hook"), deliver(courier, "hook")] == [1, 0]
    clock.now += 1e6
    assert deliver(courier, "hook") == 0


def test_what_a_killed_process_was_delivering_is_delivered_by_the_next(outbox: SqlOutbox) -> None:
    with receiving(200) as receiver:
        rules, clock = rules_of(hook=receiver.url), Clock()
        events = told(outbox, rules, "key.created")
        assert len(outbox.claim(["hook"], clock.now, 60, 10)) == 1
        courier = Courier(outbox, events, rules, clock)
        assert deliver(courier, "hook") == 0
        clock.now += 61
        assert deliver(courier, "hook") == 1
    assert len(receiver.got) == 1


def test_a_dead_webhook_holds_up_no_other(outbox: SqlOutbox) -> None:
    with receiving(200) as receiver:
        rules = rules_of(dead="http://127.0.0.1:9/", alive=receiver.url)
        events = Events(outbox, rules)
        courier = Courier(outbox, events, rules)
        asyncio.run(while_running(courier, events, lambda: len(receiver.got) >= 3))
        events.close()
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 3


async def while_running(courier: Courier, events: Events, done: Callable[[], bool]) -> None:
    task = asyncio.get_running_loop().create_task(courier.run())
    for _ in range(3):
        events.emit("limit.hit", "t", {})
    async with asyncio.timeout(60):
        while not done():
            await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert events.listeners == []


@pytest.mark.parametrize("secret", ["short", "whsec_" + base64.b64encode(b"short").decode(), "whsec_not base64!"])
def test_a_weak_or_odd_secret_is_refused(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", secret)
    with pytest.raises(ConfigError, match=r"events\.webhooks\.hook\.secret") as raised:
        signing_key(Webhook(url="http://127.0.0.1/", secret="env:HOOK"), "hook")
    assert secret not in raised.value.message


def test_pauses_grow_to_an_hour() -> None:
    for attempts, longest in ((1, 2), (5, 32), (12, 3600), (10_000, 3600)):
        assert all(longest / 2 <= pause(attempts) <= longest for _ in range(20))


def test_old_events_go_where_there_is_no_webhook(outbox: SqlOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = EventRules()
    courier = Courier(outbox, told(outbox, rules, "key.created"), rules, Clock())
    gone: list[int] = []
    forget = outbox.forget
    monkeypatch.setattr(outbox, "forget", lambda *asked: gone.append(forget(*asked)))

    async def until_gone() -> None:
        running = asyncio.ensure_future(courier.run())
        async with asyncio.timeout(SOON_S):
            while not gone:
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(until_gone())
    assert gone == [1]
